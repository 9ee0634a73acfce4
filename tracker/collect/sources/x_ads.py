"""The CSV that the X Ads Repository gives out for one account, one country and one range of days.

Read by its published header (seen on an empty export of 2026-10-02). No public copy of a filled export is known:
the grammar of its cells is read in several ways, and what fits none stays visible as `unparsed`. X gives no text: a
researcher may add a column `Post text` with the words of the promoted post.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Literal

from tracker.collect.cells import UnclearDate, cell_text, posted_at, read_date, read_range
from tracker.collect.targeting_cells import targets
from tracker.domain import Ad, Listing, Metric, Notice, Parsed, Quarantined, Record, Release, Scope
from tracker.errors import BadInput

name = "x_ads"
platform = "x"
kind = "ads"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "https://ads.x.com/ads-repository, 'Export' (made by hand; no key is needed)"
release: Release | None = None
matched = True
scope = {
    "handle": "the account asked about, without @",
    "account": "or the account's id here, such as x:~china-says, when its handle is not published",
    "country": "the country asked about, two letters; an export names none in its rows",
    "from": "first day asked about, YYYY-MM-DD",
    "to": "last day asked about, YYYY-MM-DD",
    "exported_at": "when the export was made, YYYY-MM-DD or with a time (UTC)",
}

required = ("advertiser name", "funding entity", "creative", "start date", "targeted segments")

COLUMNS = {
    "advertiser name", "funding entity", "creative", "start date", "end date", "targeted segments",
    "excluded targeting segments", "impressions", "reach", "facts and circumstances of removal",
    "enforcement action", "statement of reason", "post text",
}  # fmt: skip
_FOUNDED = date(2006, 3, 21)
_LONGEST = 2_000


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield one listing, then an ad per row; unknown columns are kept in `extra` and named once."""
    rows = iter(records)
    first = next(rows, None)
    listing = _listing(scope, "rows" if first else "empty_unverified")
    yield listing
    if first is None:
        yield Notice("the export holds no row: X says that this may mean no ads, and it is not taken as none")
        return
    yield from _about_columns(first)
    unread: list[str] = []
    for record in chain([first], rows):
        cells = {column.casefold(): cell_text(value) for column, value in record.values.items()}
        if (out := _impossible(cells, record, scope)) is not None:
            yield out
            continue
        yield _ad(cells, record, listing, scope)
        unread += [
            f"{metric.as_published[:40]!r} on line {record.line}"
            for metric in _metrics(cells, None)
            if metric.lower is metric.upper is None
        ]
    if unread:
        told = ", ".join(unread[:5]) + (" …" if len(unread) > 5 else "")
        yield Notice(f"not read as numbers for certain, kept as published: {told}")


def _listing(scope: Scope, outcome: Literal["rows", "empty_unverified"]) -> Listing:
    account = scope.account
    if account is None:
        raise BadInput(
            "an X export does not say whose ads it holds; give --scope handle=NAME (or account=ID)"
        )
    country = scope.values.get("country", "").upper() or None
    asked = {key: _scope_date(scope, key) for key in ("from", "to")}
    return Listing(
        series=f"x_ads|{account.key}|{country or '?'}",
        observed_at=scope.observed_at,
        account=account,
        country=country,
        covers_from=asked["from"],
        covers_to=asked["to"],
        outcome=outcome,
    )


def _scope_date(scope: Scope, key: str) -> date | None:
    try:
        return read_date(scope.values.get(key, ""))
    except UnclearDate as error:
        raise BadInput(str(error), field=f"--scope {key}") from error


def _about_columns(record: Record) -> Iterator[Notice]:
    if unknown := [column for column in record.values if column and column.casefold() not in COLUMNS]:
        yield Notice(f"columns not known here, kept with each ad: {', '.join(unknown)}")


def _impossible(cells: dict[str, str], record: Record, scope: Scope) -> Quarantined | None:
    """Return the row as one to keep apart when it starts before X existed or over a year after the export."""
    shown = _date(cells, "start date", record.line)
    if shown is None or _FOUNDED <= shown <= scope.observed_at.date() + timedelta(days=366):
        return None
    return Quarantined(
        record.line,
        "Start date",
        f"dated {shown}, not between {_FOUNDED} and the year after the export",
        record.values,
    )


def _ad(cells: dict[str, str], record: Record, listing: Listing, scope: Scope) -> Ad:
    creative = cells.get("creative")
    first_shown = _date(cells, "start date", record.line)
    if not creative:
        raise BadInput(
            "the cell is empty; a row without a creative cannot be told from another",
            line=record.line,
            field="Creative",
        )
    if len(creative) > _LONGEST:
        raise BadInput(
            f"{len(creative):,} characters; an address has at most {_LONGEST:,}",
            line=record.line,
            field="Creative",
        )
    return Ad(
        listing=listing,
        key=None,
        match=f"{creative}|{first_shown or ''}",
        account=scope.account,
        advertiser_name=cells.get("advertiser name") or None,
        payer=cells.get("funding entity") or None,
        creative_url=creative,
        text=cells.get("post text") or None,
        posted_at=posted_at(creative),
        first_shown=first_shown,
        last_shown=_date(cells, "end date", record.line),
        status=cells.get("enforcement action") or None,
        removal=" · ".join(
            filter(None, (cells.get("facts and circumstances of removal"), cells.get("statement of reason")))
        )
        or None,
        metrics=tuple(_metrics(cells, listing.country)),
        targets=(
            *targets(cells.get("targeted segments", ""), "include"),
            *targets(cells.get("excluded targeting segments", ""), "exclude"),
        ),
        extra={
            column: words
            for column, value in record.values.items()
            if column.casefold() not in COLUMNS and (words := cell_text(value))
        },
        line=record.line,
    )


def _date(cells: dict[str, str], column: str, line: int) -> date | None:
    try:
        return read_date(cells.get(column, ""))
    except UnclearDate as error:
        raise BadInput(str(error), line=line, field=column.capitalize()) from error


def _metrics(cells: dict[str, str], country: str | None) -> Iterator[Metric]:
    for metric in ("impressions", "reach"):
        if words := cells.get(metric):
            lower, upper = read_range(words) or (None, None)
            yield Metric(
                metric, lower, upper, "people" if metric == "reach" else "impressions", words, country
            )
