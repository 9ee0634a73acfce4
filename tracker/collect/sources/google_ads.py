"""Google's Ads Transparency Center: the tables `creative_stats` and `removed_creative_stats` of its public data set.

Rows come as CSV, JSON lines or JSON, or from BigQuery (the extra `google`). How often an ad was shown is given as bounds
over its whole life since 2023-03-01, never for a day: only two looks tell what came in between. The figure for the EEA
holds those of its countries and is never added to them. A removed creative names no advertiser.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tracker.collect import google_cells, warehouse
from tracker.collect.answers import Listings, Unseen, day_of, nested, objects_in, parsed_by, records_of
from tracker.collect.cells import cell_text, text_in
from tracker.collect.fields import distinct
from tracker.collect.targeting_cells import criterion
from tracker.domain import (
    AccountRef,
    Ad,
    Answer,
    Notice,
    Page,
    Parsed,
    Polarity,
    Record,
    Release,
    Scope,
    Target,
)
from tracker.errors import BadInput

name = "google_ads"
platform = "google"
kind = "ads"
needs = ("GOOGLE_CLOUD_PROJECT",)
hosts: tuple[str, ...] = ()
per_minute = 6
origin = (
    "creative_stats or removed_creative_stats of bigquery-public-data.google_ads_transparency_center, exported as CSV, "
    "JSON lines or JSON (the sheets of the political-ads bundle have other columns and are not read)"
)
required = ("creative_page_url", "region_stats", "audience_selection_approach_info")
release: Release | None = None
matched = False
scope = {
    "account": "the advertiser, such as google:AR00000000000000000001; needed to ask BigQuery",
    "exported_at": "when the table was read, YYYY-MM-DD",
}
COLUMNS = (
    "advertiser_id", "creative_id", "creative_page_url", "ad_format_type", "advertiser_disclosed_name",
    "advertiser_legal_name", "advertiser_location", "advertiser_verification_status", "topic",
    "is_funded_by_google_ad_grants", "ad_funded_by", "region_stats", "audience_selection_approach_info",
)  # fmt: skip
IGNORED: tuple[str, ...] = ()
"""Nothing: what has no place in an ad is kept in `extra`."""
TABLE = "bigquery-public-data.google_ads_transparency_center.creative_stats"
KINDS = {
    "demographic_info": "demographic_unspecified", "geo_location": "location",
    "contextual_signals": "contextual_unspecified", "customer_lists": "custom_list",
    "topics_of_interest": "interest",
}  # fmt: skip
POLARITIES: Mapping[str, tuple[Polarity, ...]] = {
    "CRITERIA_INCLUDED": ("include",), "CRITERIA_EXCLUDED": ("exclude",),
    "CRITERIA_INCLUDED_AND_EXCLUDED": ("include", "exclude"), "CRITERIA_UNUSED": (),
}  # fmt: skip
_EXTRA = (
    "ad_format_type", "topic", "advertiser_legal_name", "advertiser_location", "advertiser_verification_status",
    "is_funded_by_google_ad_grants",
)  # fmt: skip
_PAGE = re.compile(r"https://adstransparency\.google\.com/(?:removed|advertiser/AR\d+)/creative/(CR\d{5,25})")


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the rows of a JSON export: a list, lines, or the `sample_rows` of a description of the table."""
    return records_of(body, "rows", "sample_rows")


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the ads of the rows; one whose region or advertiser contradicts itself is kept apart."""
    listings = Listings(name, scope)
    unseen = (
        Unseen((*COLUMNS, "disapproval"), "columns"),
        Unseen(google_cells.FIELDS, "fields of region_stats"),
    )
    yield from parsed_by(
        lambda record: _ad(_lower(record), scope, listings, unseen), records, listings, *unseen
    )
    yield Notice(
        "times shown are bounds over an ad's whole life since 2023-03-01: only two looks tell of a month"
    )


def _lower(record: Record) -> Record:
    return Record(record.line, {column.casefold(): value for column, value in record.values.items()})


def _ad(record: Record, scope: Scope, listings: Listings, unseen: tuple[Unseen, Unseen]) -> Ad:
    page = cell_text(record.values.get("creative_page_url"))
    found = _PAGE.fullmatch(page)
    key = text_in(record, "creative_id") or (found[1] if found else "")
    if not re.fullmatch(r"CR\d{5,25}", key):
        raise BadInput(f"{key[:40]!r} is not the id of a creative", line=record.line, field="creative_id")
    account = _advertiser(record, scope)
    regions = objects_in(record, "region_stats")
    first, last = (
        [day for region in regions if (day := day_of(record, "region_stats", region.get(side)))]
        for side in ("first_shown", "last_shown")
    )
    removed = objects_in(record, "disapproval")
    return Ad(
        listing=listings.of(account), key=key, account=account,
        advertiser_name=text_in(record, "advertiser_disclosed_name"),
        payer=text_in(record, "ad_funded_by") or text_in(record, "advertiser_legal_name"),
        creative_url=page or None, first_shown=min(first, default=None), last_shown=max(last, default=None),
        status="removed" if removed else None, removal=" · ".join(map(google_cells.removal, removed)) or None,
        metrics=distinct(record, google_cells.metrics(record, regions)), targets=tuple(_targets(record)),
        extra=_extra(record, regions, unseen), line=record.line,
    )  # fmt: skip


def _advertiser(record: Record, scope: Scope) -> AccountRef | None:
    number = text_in(record, "advertiser_id")
    if number is None:
        return None
    if not re.fullmatch(r"AR\d{5,25}", number):
        raise BadInput(
            f"{number[:40]!r} is not the id of an advertiser", line=record.line, field="advertiser_id"
        )
    if scope.account and scope.account.platform == platform and scope.account.key != number:
        raise BadInput(
            f"is of {number}, the scope says {scope.account.key}", line=record.line, field="advertiser_id"
        )
    address = f"https://adstransparency.google.com/advertiser/{number}"
    return AccountRef(
        "google", number, name=text_in(record, "advertiser_disclosed_name"), url=address, native_id=number
    )


def _targets(record: Record) -> Iterator[Target]:
    """Yield which kinds of criteria were used; Google publishes none of their values."""
    for field, words in nested(record, "audience_selection_approach_info", dict).items():
        for polarity in POLARITIES.get(str(words), ("used_unspecified",)):
            value = "not published" if field in KINDS else f"{field}, not published"
            yield criterion(KINDS.get(field, "unknown"), value, polarity, f"{field}: {words}")


def _extra(record: Record, regions: list[dict[str, Any]], unseen: tuple[Unseen, Unseen]) -> dict[str, str]:
    kept = {field: words for field in _EXTRA if (words := cell_text(record.values.get(field)))}
    for region in regions:
        kept |= google_cells.days(region) | unseen[1].of(region, "region_stats.")
    return kept | unseen[0].of(record.values)


def fetch(scope: Scope, client: object, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask BigQuery for the ads of one advertiser; Google's own library speaks to Google, `client` does not."""
    return ask(warehouse.open_bigquery(credentials["GOOGLE_CLOUD_PROJECT"]), scope)


def ask(store: warehouse.Warehouse, scope: Scope) -> Iterator[Page]:
    """Yield the rows of the advertiser in `scope` as one answer, columns named; the address says what it cost."""
    if scope.account is None or not re.fullmatch(r"AR\d{5,25}", scope.account.key):
        raise BadInput(
            "say whose ads: --scope account=google:AR… (an advertiser's number)", field="--scope account"
        )
    found = warehouse.read(store, TABLE, COLUMNS, "advertiser_id", scope.account.key)
    body = json.dumps(found.rows, ensure_ascii=False, default=str).encode()
    address = f"bigquery://{TABLE}?sql={quote(found.sql)}&bytes={found.n_bytes}"
    yield Page(Answer(address, 200, {}, body), outcome=None if found.rows else "empty_unverified")
