"""One issue of the report while it is written: the lake, the week, and what the sections ask of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import ibis

from tracker import findings
from tracker.analysis.coverage import LEFT_OUT
from tracker.analysis.scope import Scope, ads, dated, listings
from tracker.analysis.tables import Lake
from tracker.findings import Finding
from tracker.reports import accounts as registry
from tracker.reports.accounts import Accounts
from tracker.reports.content import Column, Row
from tracker.reports.weeks import Week

MONTHS_BACK = 12
COVERAGE_NOTE = (
    "The band under the months is the coverage of the accounts drawn; those that showed nothing "
    "stand in the coverage table."
)
ACCOUNT = (
    Column("account", "account", "account", missing="not in the registry", under=("status", "attribution")),
    Column("status", "status", "status", missing="not assessed"),
    Column("attribution", "attribution", missing="not attributed by any document"),
)
"""The columns that name an account; `attribution` says who attributed it and when."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What every section needs. `linked` is the lake as if it held the accepted accounts only."""

    lake: Lake
    linked: Lake
    week: Week
    accounts: Accounts
    as_of: datetime
    made: dict[tuple[Any, ...], Finding] = field(default_factory=dict, repr=False, compare=False)

    @property
    def first_month(self) -> date:
        """The first day of the months that charts go back to: eleven before the month of the Sunday."""
        month = self.week.sunday.year * 12 + self.week.sunday.month - MONTHS_BACK
        return date(month // 12, month % 12 + 1, 1)

    def finding(self, name: str, **options: str) -> Finding:
        """Run a finding over the accepted accounts only, with its options as text; each is run once."""
        key = (name, *sorted(options.items()))
        if key not in self.made:
            self.made[key] = findings.run(name, self.linked, findings.parse_options(name, options))
        return self.made[key]

    def months_until_sunday(self, name: str, **options: str) -> Finding:
        """Run a finding over the accepted accounts for the last months, up to the end of the week."""
        return self.finding(name, since=str(self.first_month), until=str(self.week.sunday), **options)

    def comparison_until_sunday(self, name: str, **options: str) -> Finding:
        """Run a finding over the outlets watched for comparison, for the months of `months_until_sunday`."""
        limits = {"since": str(self.first_month), "until": str(self.week.sunday), "group": "control"}
        return findings.run(name, self.lake, findings.parse_options(name, {**options, **limits}))

    def coverage_of_months(self) -> list[dict[str, Any]]:
        """The days of the months as they were answered, for what showed anything: account and repository."""
        rows = self.months_until_sunday("coverage").rows
        showed = {(row["account"], row["source"]) for row in rows if row["rows"]}
        return [row for row in rows if (row["account"], row["source"]) in showed]

    def accepted(self, *, since: date, until: date) -> ibis.Table:
        """The ads of accepted accounts that were first shown from `since` to `until`, both in."""
        scope = Scope(since=since, until=until)
        return dated(ads(self.linked.tables, scope), scope)

    def evidence_of_ads(self, *, since: date, until: date) -> tuple[str, ...]:
        """The evidence of the ads of accepted accounts that were first shown from `since` to `until`."""
        rows = self.lake.rows(self.accepted(since=since, until=until).select("evidence").distinct())
        return tuple(sorted(row["evidence"] for row in rows if row["evidence"]))

    def account_ids_of(self, sources: list[str]) -> set[int | None]:
        """The accounts that the answers of some sources hold an ad or a post of."""
        held = (self.lake.tables[name] for name in ("ads", "posts"))
        return {
            row["account_id"]
            for items in held
            for row in self.lake.rows(
                items.filter(items.source.isin(sources)).select("account_id").distinct()
            )
        }

    def account_cells(self, account_id: int | None) -> dict[str, Any]:
        """The cells of the `ACCOUNT` columns."""
        return {
            "account": self.accounts.name(account_id),
            "status": self.accounts.status(account_id),
            "attribution": self.accounts.attribution(account_id),
        }

    def holds(self, at: str) -> bool:
        """Say whether a time, as the lake's rows have it, falls in the week."""
        return datetime.fromisoformat(at) in self.week

    def looks(self) -> int:
        """Count the answers given and the profiles looked at in the week: only they can show a change."""
        return sum(
            int(self.lake.rows(inside.aggregate(looks=inside.count()))[0]["looks"])
            for given in (_put(self.lake.tables["listings"]), self.lake.tables["looks"])
            for inside in [given.filter(given.observed_at.date().between(self.week.monday, self.week.sunday))]
        )

    def answers(self) -> list[dict[str, Any]]:
        """The answers that cover any day of the week, or were given in it."""
        scope = Scope(since=self.week.monday, until=self.week.sunday)
        rows = _put(listings(self.lake.tables, scope))
        return self.lake.rows(rows.order_by("source", "account_id", "first_day", "listing_id"))


def _put(answers: ibis.Table) -> ibis.Table:
    """Leave out the questions that were to be put in a round and were not."""
    return answers.filter(answers.outcome != LEFT_OUT)


def open_issue(lake: Lake, week: Week, *, as_of: datetime) -> Issue:
    """Begin an issue."""
    accounts = registry.read(lake)
    return Issue(lake=lake, linked=_linked(lake, accounts), week=week, accounts=accounts, as_of=as_of)


def _linked(lake: Lake, accounts: Accounts) -> Lake:
    """Narrow the lake to the accepted accounts, and to answers about no account in particular."""
    ids = [key for key in sorted(accounts.rows) if accounts.group(key) == "state-linked"]
    narrowed = {
        name: lake.tables[name].filter(lake.tables[name].account_id.isin(ids))
        for name in ("ads", "posts", "changes")
    }
    answers = lake.tables["listings"]
    narrowed["listings"] = answers.filter(answers.account_id.isin(ids) | answers.account_id.isnull())
    return replace(lake, tables={**lake.tables, **narrowed})


def typed(rows: Iterable[Mapping[str, Any]], columns: Iterable[Column]) -> tuple[Row, ...]:
    """Keep the cells of the columns; the lake's ISO texts become dates and times."""
    columns = tuple(columns)
    return tuple({column.key: _value(row.get(column.key), column) for column in columns} for row in rows)


def _value(value: Any, column: Column) -> Any:
    if isinstance(value, str) and column.kind == "date":
        return date.fromisoformat(value[:10])
    if isinstance(value, str) and column.kind == "time":
        return datetime.fromisoformat(value)
    return value
