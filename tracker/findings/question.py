"""What every finding needs: the options turned into a scope, and the ground that its numbers stand on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
from ibis import _

from tracker.analysis import accounts, coverage, scope, topics
from tracker.analysis.coverage import Answers
from tracker.analysis.scope import ItemType, Scope
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings.finding import Finding
from tracker.findings.options import Options
from tracker.registry.groups import GROUPS, group_of

EVIDENCE_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Question:
    """A finding being made: its name, the lake, what was asked, and that as a scope."""

    name: str
    lake: Lake
    options: Options
    scope: Scope

    @property
    def tables(self) -> Mapping[str, ibis.Table]:
        """The lake's tables."""
        return self.lake.tables

    def rows(self, expression: ibis.Table) -> list[dict[str, Any]]:
        """Run an expression on the lake."""
        return self.lake.rows(expression)


@dataclass(frozen=True, slots=True)
class Ground:
    """The answers behind a finding, counted by what they cover, and the files they came from."""

    answers: Answers
    quarantined: int
    evidence: tuple[str, ...]
    groups: Mapping[str, Any]

    def facts(self) -> dict[str, Any]:
        """Return the coverage that every finding states."""
        outcomes, span = self.answers.count_by_outcome(), self.answers.span()
        return {
            "listings": sum(count for name, count in outcomes.items() if name != coverage.LEFT_OUT),
            "outcomes": outcomes,
            "covered_from": span[0].isoformat() if span else None,
            "covered_to": span[1].isoformat() if span else None,
            "quarantined": self.quarantined,
            "groups": dict(self.groups),
        }


def ask(name: str, lake: Lake, options: Options) -> Question:
    """Turn options into a scope; raise `BadInput` for an account that the lake does not know."""
    limits = Scope(
        since=options.since,
        until=options.until,
        account_ids=account_ids(lake, options.account, "account")
        or account_ids(lake, options.outlet, "outlet"),
        group=options.group,
        source=options.source,
        country=options.country,
        payer=options.payer,
        contains=options.text,
        code=options.code,
        coder=options.coder,
        operator=options.operator,
        language=options.language,
    )
    if options.code is not None and options.coder is None:
        limits = replace(limits, coder=coder_of(lake, options.items))
    return Question(name, lake, options, limits)


def coder_of(lake: Lake, item_type: ItemType) -> str | None:
    """Return whose codings are shown when nobody is named: the newest codebook's busiest coder."""
    found = lake.rows(topics.coders(lake.tables["codings"], item_type))
    return str(found[0]["coder"]) if found else None


def groups(question: Question, items: ibis.Table) -> dict[str, Any]:
    """Return, for items in scope whatever their group, how many of how many accounts each group holds.

    `counted` says whether the finding counts the group. `undated` items are those of `items` that have no day.
    """
    found = question.rows(scope.by_status(items, question.tables["accounts"]))
    asked = question.scope.group
    return {
        group: {
            name: sum(row.get(name) or 0 for row in found if group_of(row["status"]) == group)
            for name in ("items", "undated", "accounts")
        }
        | {"counted": asked in (None, group)}
        for group in GROUPS
    }


def ground(question: Question, item_type: ItemType | None, items: ibis.Table | None = None) -> Ground:
    """Return the ground of a finding about `items` of one type, or about answers of every type.

    Its groups count the items of that type, else the answers about one account.
    """
    listings = scope.listings(question.tables, question.scope)
    if item_type is not None:
        other = question.tables["posts" if item_type == "ad" else "ads"].select("source").distinct()
        listings = listings.anti_join(other, "source")
    answers = Answers.read(question.lake.arrow(coverage.asked(listings)))
    files = listings.select("evidence")
    if items is not None and "evidence" in items.columns:
        files = files.union(items.select("evidence"))
    evidence = question.rows(files.filter(_.evidence.notnull()).distinct().order_by("evidence"))
    return Ground(
        answers=answers,
        quarantined=_quarantined(question, {lane.source for lane in answers.lanes}),
        evidence=tuple(row["evidence"] for row in evidence),
        groups=groups(question, _whatever_group(question, item_type)),
    )


def answer(
    question: Question,
    *,
    n: int,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    method: str,
    ground: Ground,
    coverage: Mapping[str, Any] | None = None,
    caveats: Sequence[str] = (),
) -> Finding:
    """Return the finding, its rows cut to the columns and to the limit asked for."""
    kept = [{name: row[name] for name in columns} for row in rows]
    facts = ground.facts() | dict(coverage or {})
    if question.options.limit is not None and len(kept) > question.options.limit:
        facts["rows_left_out"] = len(kept) - question.options.limit
        kept = kept[: question.options.limit]
    return Finding(
        name=question.name,
        as_of=question.lake.as_of,
        n=n,
        coverage=facts,
        method=method,
        columns=tuple(columns),
        rows=kept,
        caveats=tuple(caveats),
        evidence=ground.evidence[:EVIDENCE_SHOWN],
        evidence_count=len(ground.evidence),
        notice=question.lake.notice,
    )


def _whatever_group(question: Question, item_type: ItemType | None) -> ibis.Table:
    """Return the items, or the answers about one account, that are in scope but for the group."""
    limits = replace(question.scope, group=None)
    if item_type is None:
        answers = scope.listings(question.tables, limits)
        return answers.filter(_.account_id.notnull(), _.outcome != coverage.LEFT_OUT)
    items = (scope.ads if item_type == "ad" else scope.posts)(question.tables, limits)
    return items if limits.since is None and limits.until is None else scope.dated(items, limits)


def account_ids(lake: Lake, name: str | None, field: str) -> tuple[int, ...] | None:
    """Return the accounts of a name; raise `BadInput` that names the field for one that the lake does not know."""
    if name is None:
        return None
    found = lake.rows(accounts.named(lake.tables["accounts"], name))
    if not found:
        raise BadInput(f"no account {name!r} is known; expected PLATFORM:HANDLE or a handle", field=field)
    return tuple(row["account_id"] for row in found)


def _quarantined(question: Question, sources: set[str]) -> int:
    if not sources:
        return 0
    rows = question.tables["quarantined"].filter(_.source.isin(sorted(sources)))
    return int(question.rows(rows.aggregate(records=_.count()))[0]["records"])
