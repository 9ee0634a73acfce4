"""The advertisers sheet of Meta's Ad Library Report: who spent on political ads in a country, by page and disclaimer.

A CSV that anybody downloads by hand, for the last day, 7, 30 or 90 days, or lifelong. It lists political and issue ads
only, and only advertisers that had any: a page that is not listed is *not listed*, never zero. `≤100` is a range, and a page
may have no name any more. Country
and days stand in no row: they are read from the name that Meta gives the file, or given as the scope.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from tracker.collect.cells import cell_text, read_range
from tracker.domain import (
    AccountRef,
    AdvertiserReport,
    Listing,
    Metric,
    Notice,
    Parsed,
    Quarantined,
    Record,
    Release,
    Scope,
)
from tracker.errors import BadInput

name = "meta_ad_report"
platform = "facebook"
kind = "ads"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "https://www.facebook.com/ads/library/report, 'Download report' (by hand; no key is needed)"
release: Release | None = None
matched = False
scope = {
    "country": "the country of the report, two letters; else read from the file's name",
    "from": "first day of the report, YYYY-MM-DD; else read from the file's name",
    "to": "last day of the report, YYYY-MM-DD; else read from the file's name",
    "exported_at": "when the report was made, YYYY-MM-DD; else the last day",
}
required = ("page id", "page name", "disclaimer")
FILE_NAME = re.compile(
    r"FacebookAdLibraryReport_(?P<to>\d{4}-\d{2}-\d{2})_(?P<country>[A-Z]{2})_"
    r"(?P<span>last_(?P<days>\d{1,3})_days|yesterday|lifelong)"
)
_SPENT = re.compile(r"amount spent \(([A-Z]{3})\)", re.IGNORECASE)
_ADS = "number of ads in library"
_KNOWN = {"page id", "page name", "disclaimer", _ADS}
_LONGEST = 500


def scope_of_file(file_name: str) -> dict[str, str]:
    """Return what the name that Meta gives the file says: `country`, `from`, `to`, `exported_at`."""
    found = FILE_NAME.search(file_name)
    if found is None:
        return {}
    last = date.fromisoformat(found["to"])
    said = {"country": found["country"], "to": last.isoformat(), "exported_at": last.isoformat()}
    if found["days"] or found["span"] == "yesterday":
        said["from"] = (last - timedelta(days=int(found["days"] or 1) - 1)).isoformat()
    return said


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a listing and a row for each page and disclaimer; what contradicts the sheet is quarantined."""
    listing = _listing(scope)
    yield listing
    seen: set[str] = set()
    known: bool | None = None
    for record in records:
        if known is None:
            known = True
            yield from _about_columns(record)
        yield _row(record, listing, seen)
    if known is None:
        yield Notice("the report lists nobody: no advertiser of political ads, or an answer cut short")


def _listing(scope: Scope) -> Listing:
    country = scope.values.get("country")
    if not country:
        raise BadInput("the report does not say of which country it is; give --scope country=CH")
    first, last = (_day(scope, key) for key in ("from", "to"))
    span = "lifelong" if first is None else f"{((last or first) - first).days + 1} days"
    return Listing(
        series=f"{name}|{country}|{span}", observed_at=scope.observed_at, country=country, covers_from=first,
        covers_to=last,
    )  # fmt: skip


def _day(scope: Scope, key: str) -> date | None:
    value = scope.values.get(key)
    return datetime.fromisoformat(value).date() if value else None


def _about_columns(record: Record) -> Iterator[Notice]:
    unknown = [one for one in record.values if one.casefold() not in _KNOWN and not _SPENT.fullmatch(one)]
    if unknown:
        yield Notice(f"columns not known here, kept in the evidence: {', '.join(unknown)}")
    if not any(_SPENT.fullmatch(column) for column in record.values):
        raise BadInput("no column 'Amount spent (CUR)' that names the currency", line=1, field="Amount spent")


def _row(record: Record, listing: Listing, seen: set[str]) -> Parsed:
    cells = {column.casefold(): cell_text(value) for column, value in record.values.items()}
    page, title = cells["page id"], cells["page name"]
    if page.lstrip("\ufeff").casefold() == "page id":
        raise BadInput(
            "the header stands here again: two reports glued together. Import each by itself, under its own name",
            line=record.line,
            field="Page ID",
        )
    if not re.fullmatch(r"\d{1,20}", page):
        return _apart(record, "Page ID", f"{page[:40]!r} is not the number of a page")
    if len(title) > _LONGEST:
        return _apart(record, "Page name", f"{len(title):,} characters; a page has at most {_LONGEST}")
    disclaimer = cells["disclaimer"] or None
    key = f"{page}|{disclaimer or ''}"
    if key in seen:
        return _apart(record, "Disclaimer", "this page stands here twice under one disclaimer")
    seen.add(key)
    spend = _spend(cells)
    if spend is None:
        return _apart(record, "Amount spent", "is not a number or a floor such as ≤100")
    account = AccountRef(
        "facebook", page, name=title or None, url=f"https://www.facebook.com/{page}", native_id=page
    )
    return AdvertiserReport(
        listing, key, account, title or None, disclaimer, (spend, *_ads(cells)), record.line
    )


def _spend(cells: dict[str, str]) -> Metric | None:
    column = next(column for column in cells if _SPENT.fullmatch(column))
    found = _SPENT.fullmatch(column)
    bounds = read_range(cells[column])
    if found is None or bounds is None:
        return None
    return Metric("spend", *bounds, found[1].upper(), cells[column])


def _ads(cells: dict[str, str]) -> Iterator[Metric]:
    words = cells.get(_ADS, "")
    bounds = read_range(words)
    if bounds is not None:
        yield Metric("ads", *bounds, "ads", words)


def _apart(record: Record, field: str, reason: str) -> Quarantined:
    return Quarantined(record.line, field, reason, record.values)
