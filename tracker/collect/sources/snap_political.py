"""Snap's political ads: the yearly CSV with 34 columns, the only one that lists what was included and what excluded.

Spend and impressions are whole numbers for the campaign up to the day of the file. Start and end are the days that an ad
was set up for. Snap gives no id of an advertiser: the account is the organisation as printed. A place is named with its
kind (`region Georgia`), so that no state is taken for a country. Of the billing address only the country is read.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from tracker.collect.answers import Listings, Unseen, advertiser_key, day_in, parsed_by
from tracker.collect.cells import cell_text, read_range
from tracker.collect.targeting_cells import criterion
from tracker.domain import AccountRef, Ad, Metric, Notice, Parsed, Polarity, Record, Release, Scope, Target
from tracker.errors import BadInput

name = "snap_political"
platform = "snapchat"
kind = "ads"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "https://www.snap.com/political-ads, the file PoliticalAds.csv of a year's zip (by hand; no key is needed)"
required = (
    "adid",
    "creativeurl",
    "spend",
    "impressions",
    "organizationname",
    "payingadvertisername",
    "countrycode",
)
release: Release | None = None
matched = False
scope = {
    "from": "first day of the file's year, YYYY-MM-DD",
    "to": "last day of the file's year, YYYY-MM-DD",
    "exported_at": "when the file was made, YYYY-MM-DD",
}
PAIRS = {
    "regions": "region", "electoral districts": "electoral district", "radius targeting": "radius",
    "metros": "metro", "postal codes": "postal code", "location categories": "location category",
}  # fmt: skip
"""Columns that come as `… (Included)` and `… (Excluded)`, with what their values are called here."""
PLAIN = {
    "gender": ("gender", ""), "agebracket": ("age", ""), "countrycode": ("location", ""),
    "interests": ("interest", ""), "ostype": ("device_os", ""), "segments": ("audience_advertiser_defined", ""),
    "language": ("language", ""), "advanceddemographics": ("audience_platform_defined", ""),
    "targeting connection type": ("unknown", "connection type "),
    "targeting carrier (isp)": ("unknown", "carrier "),
}  # fmt: skip
"""Columns of criteria that can only be included: their kind, and what stands before their values."""
USED = (
    "adid", "creativeurl", "currency code", "spend", "impressions", "startdate", "enddate", "organizationname",
    "billingaddress", "candidateballotinformation", "payingadvertisername", "creativeproperties",
)  # fmt: skip
IGNORED: tuple[str, ...] = ()
"""Nothing, but for the street in `BillingAddress`: it may be somebody's home, and says nothing that is asked here."""
COLUMNS = (*USED, *PLAIN, *(f"{column} ({side})" for column in PAIRS for side in ("included", "excluded")))

_BETWEEN = re.compile(r"(?<!\$\d)(?<!\$\d\d)(?<!\$\d\d\d),(?![^()]*\))")
_RADIUS = re.compile(r"latitude -?[\d.]+;longitude -?[\d.]+;radius [\d.]+")


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield an ad for each row; one that cannot be read for certain is kept apart with its column."""
    listings, unseen = Listings(name, scope, "from"), Unseen(COLUMNS, "columns")
    turned: list[int] = []
    yield from parsed_by(lambda record: _ad(record, listings, unseen, turned), records, listings, unseen)
    if turned:
        lines = ", ".join(map(str, turned[:20])) + (" …" if len(turned) > 20 else "")
        yield Notice(f"EndDate before StartDate, kept as printed and not read as an end: line {lines}")


def _ad(record: Record, listings: Listings, unseen: Unseen, turned: list[int]) -> Ad:
    cells = dict.fromkeys((*required, "enddate"), "")
    cells |= {column.casefold(): cell_text(value) for column, value in record.values.items()}
    row = Record(record.line, cells)
    if not re.fullmatch(r"[0-9a-f]{16,128}", cells["adid"]):
        raise BadInput(f"{cells['adid'][:40]!r} is not the id of an ad", line=record.line, field="ADID")
    first, last = day_in(row, "startdate"), day_in(row, "enddate")
    ended = {"end_before_start": cells["enddate"]} if first and last and last < first else {}
    turned += [record.line] if ended else []
    account = _organisation(row)
    creatives = cells["creativeurl"].split(";")
    kind_of_link, _, link = cells.get("creativeproperties", "").partition(":")
    return Ad(
        listing=listings.of(account), key=cells["adid"], account=account, advertiser_name=account.name,
        payer=cells["payingadvertisername"] or None, creative_url=creatives[0] or None,
        last_shown=None if ended else last, landing_url=link if kind_of_link == "web_view_url" else None, first_shown=first,
        metrics=tuple(_metrics(row)), targets=tuple(_targets(row)),
        extra=_extra(cells, creatives[1:]) | ended | unseen.of(record.values), line=record.line,
    )  # fmt: skip


def _organisation(row: Record) -> AccountRef:
    printed = row.values["organizationname"]
    if not printed or len(printed) > 500:
        raise BadInput(
            "the cell is empty or too long; nobody is named", line=row.line, field="OrganizationName"
        )
    return AccountRef("snapchat", advertiser_key(printed), name=printed)


def _metrics(row: Record) -> Iterator[Metric]:
    names: tuple[Literal["spend", "impressions"], ...] = ("spend", "impressions")
    for metric in names:
        words = row.values[metric]
        bounds = read_range(words) if words else None
        if words and bounds is None:
            raise BadInput(f"{words[:40]!r} is not a number", line=row.line, field=metric.capitalize())
        unit = row.values.get("currency code") or "currency not given"
        if bounds is not None:
            yield Metric(metric, *bounds, unit if metric == "spend" else metric, words)


def _targets(row: Record) -> Iterator[Target]:
    for column, (kind_of_target, before) in PLAIN.items():
        for part in _parts(row.values.get(column, "")):
            yield criterion(kind_of_target, f"{before}{part}", "include", part)
    sides: tuple[tuple[str, Polarity], ...] = (("included", "include"), ("excluded", "exclude"))
    for column, what in PAIRS.items():
        for side, polarity in sides:
            for part in _parts(row.values.get(f"{column} ({side})", "")):
                if what == "radius" and not _RADIUS.fullmatch(part):
                    raise BadInput(
                        f"{part[:60]!r} is not a circle", line=row.line, field=f"{column} ({side})"
                    )
                yield criterion("location", f"{what} {part}", polarity, part)


def _parts(cell: str) -> list[str]:
    """Return the values of a cell, each once; a comma in brackets or in a sum of money belongs to a value."""
    if not cell:
        return []
    pieces = _BETWEEN.split(cell) if "(" in cell or "$" in cell else cell.split(",")
    return list(dict.fromkeys(part for piece in pieces if (part := piece.strip())))


def _extra(cells: dict[str, str], further: list[str]) -> dict[str, str]:
    country = cells.get("billingaddress", "").rpartition(",")[2].strip()
    kind_of_link, _, link = cells.get("creativeproperties", "").partition(":")
    kept = {
        "candidate_ballot_information": cells.get("candidateballotinformation", ""),
        "billing_country": country if re.fullmatch(r"[A-Z]{2}", country) else "",
        "further_creatives": " ".join(further),
        kind_of_link or "link": "" if kind_of_link == "web_view_url" else link,
    }
    return {field: words for field, words in kept.items() if words}
