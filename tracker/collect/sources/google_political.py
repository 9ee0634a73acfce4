"""The advertisers sheet of Google's bundle of political ads in its first form of 2018: who spent how much on how many ads.

It names advertisers and no ad. Sums are whole hundreds, and no document known here says how they were rounded: each is
read as up to a hundred more or less, a 0 never as nothing spent. The sheet counts from its beginning on, so that of two
sheets only the difference tells of the time between.
"""

import re
from collections.abc import Iterable, Iterator

from tracker.collect.answers import apart_or
from tracker.collect.cells import cell_text, read_date, read_range
from tracker.domain import (
    AccountRef,
    AdvertiserReport,
    Listing,
    Metric,
    Notice,
    Parsed,
    Record,
    Release,
    Scope,
)
from tracker.errors import BadInput

name = "google_political"
platform = "google"
kind = "ads"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "google-political-ads-advertiser-stats.csv of Google's bundle of political ads, as it was in 2018 (by hand; no key)"
release: Release | None = None
matched = False
scope = {
    "country": "the country of the sheet, two letters; the sheet of 2018 is of the US",
    "from": "first day that the sheet counts, YYYY-MM-DD",
    "to": "last day that the sheet counts, YYYY-MM-DD",
    "exported_at": "when the sheet was made, YYYY-MM-DD",
}
required = ("advertiser_id", "advertiser_name", "total_creatives")
IGNORED = ("public_ids_list", "race type")
"""The numbers of an advertiser with tax and election authorities, and for what is run: they stay in the evidence."""
STEP = 100
_SPENT = re.compile(r"total_spend_([a-z]{3})", re.IGNORECASE)
_LONGEST = 500


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a listing and a row for each advertiser; one that cannot be meant, or stands here twice, is kept apart."""
    listing, seen, first = _listing(scope), set[str](), True
    yield listing
    for record in records:
        if first:
            yield from _about_columns(record)
            first = False
        _check_not_glued(record)
        yield apart_or(lambda one: _row(one, listing, seen), record)
    if first:
        yield Notice("the sheet lists nobody, and that is not taken as no advertiser")
    else:
        yield Notice(
            f"sums in whole hundreds are read as up to {STEP} more or less: how they were rounded is not said"
        )


def _listing(scope: Scope) -> Listing:
    values = scope.values
    first, last = (read_date(values.get(end, "")) for end in ("from", "to"))
    country = values.get("country")
    return Listing(
        series=f"{name}|{country or '*'}", observed_at=scope.observed_at, country=country, covers_from=first,
        covers_to=last or scope.observed_at.date(),
    )  # fmt: skip


def _about_columns(record: Record) -> Iterator[Notice]:
    columns = [column.casefold() for column in record.values if column]
    if not any(map(_SPENT.fullmatch, columns)):
        raise BadInput("no column 'Total_Spend_CUR' that names the currency", line=1, field="Total_Spend")
    known = {*required, *IGNORED}
    if new := [column for column in columns if column not in known and not _SPENT.fullmatch(column)]:
        yield Notice(f"columns not known here, kept in the evidence: {', '.join(new)}")


def _check_not_glued(record: Record) -> None:
    """Raise `BadInput` where the header stands again: two sheets in one file, each of another time."""
    if "advertiser_id" in {cell_text(value).lstrip("\ufeff").casefold() for value in record.values.values()}:
        raise BadInput(
            "the header stands here again: two sheets glued together. Import each by itself",
            line=record.line,
            field="Advertiser_ID",
        )


def _row(record: Record, listing: Listing, seen: set[str]) -> AdvertiserReport:
    cells = {column.casefold(): cell_text(value) for column, value in record.values.items()}
    number, title = cells["advertiser_id"], cells["advertiser_name"]
    if not re.fullmatch(r"AR\d{5,25}", number):
        raise BadInput(
            f"{number[:40]!r} is not the id of an advertiser", line=record.line, field="Advertiser_ID"
        )
    if not title or len(title) > _LONGEST:
        raise BadInput("nobody is named, or by more than a name", line=record.line, field="Advertiser_Name")
    metrics = (*_spent(record, cells), _ads(record, cells))
    if number in seen:
        raise BadInput(f"{number} stands here twice", line=record.line, field="Advertiser_ID")
    seen.add(number)
    account = AccountRef(
        "google", number, name=title, url=f"https://adstransparency.google.com/advertiser/{number}", native_id=number
    )  # fmt: skip
    return AdvertiserReport(listing, number, account, title, None, metrics, record.line)


def _spent(record: Record, cells: dict[str, str]) -> Iterator[Metric]:
    for column, words in cells.items():
        currency = _SPENT.fullmatch(column)
        if currency is None or not words:
            continue
        amount = _whole(record, "Total_Spend", words)
        around = STEP if amount % STEP == 0 else 0
        yield Metric("spend", max(0, amount - around), amount + around, currency[1].upper(), words)


def _ads(record: Record, cells: dict[str, str]) -> Metric:
    number = _whole(record, "Total_Creatives", cells["total_creatives"])
    return Metric("ads", number, number, "ads", cells["total_creatives"])


def _whole(record: Record, field: str, words: str) -> int:
    bounds = read_range(words)
    if bounds is None or bounds[0] is None or bounds[0] != bounds[1] or bounds[0] % 1:
        raise BadInput(f"{words[:40]!r} is not a whole number", line=record.line, field=field)
    return int(bounds[0])
