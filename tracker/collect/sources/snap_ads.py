"""Snap's Ads Gallery: ads shown in the EU and Turkey in the last twelve months, searched by the exact name of the payer.

Nobody needs a key, and about one answer comes from an address in a day: then `E1009`, at times with status 200, or a
`SUCCESS` without any ad, which is never taken as none. Impressions are exact, for an ad's life, by country; Greece is
`el`. An ad has no end date. Documented at developers.snap.com, "Ads Gallery API". The account is the ad account as printed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tracker.collect import snap_answers, snap_cells
from tracker.collect.answers import (
    Listings,
    Unseen,
    advertiser_key,
    day_in,
    document,
    id_in,
    nested,
    parsed_by,
    records_of,
)
from tracker.collect.cells import cell_text, read_date, text_in
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, Page, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "snap_ads"
platform = "snapchat"
kind = "ads"
needs: tuple[str, ...] = ()
hosts = (snap_answers.HOST,)
per_minute = 1
origin = "https://adsapi.snapchat.com/v1/ads_library/ads/search, an answer to a search (no key is needed)"
required = ("id", "paying_advertiser_name")
release: Release | None = None
matched = False
scope = {
    "payer": "the exact name of who pays, as Snap prints it",
    "account": "the ad account, such as snapchat:~river; its name is asked for where no payer is given",
    "country": "a country of the EU, or TR, two letters; else all of them",
    "status": "ACTIVE or PAUSED; else both",
    "from": "first day asked about, YYYY-MM-DD; else a year ago",
    "to": "last day asked about, YYYY-MM-DD; else today",
    "exported_at": "when an answer that is imported was given, YYYY-MM-DD",
}
USED = (
    "id", "ad_account_name", "status", "headline", "start_date", "end_date", "impressions_total", "impressions_map",
    "targeting_v2", "paying_advertiser_name", "web_view_properties", "review_status", "rejection_reasons",
    "top_snap_media_download_link",
)  # fmt: skip
KEPT = (
    "name", "profile_name", "creative_type", "ad_type", "ad_render_type", "languages", "call_to_action",
    "top_snap_media_type", "review_status",
)  # fmt: skip
"""What has no place in an ad and is kept in `extra`."""
IGNORED = (
    "profile_logo_url",
    "top_snap_crop_position",
    "dpa_preview",
    "request_status",
    "request_id",
    "sub_request_status",
)
"""A signed address that expires, how a picture is cut, goods of a catalogue, and what the envelope says of itself."""
BASE = snap_answers.BASE


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the ads of an answer to a search, or the one of an answer about one ad."""
    whole = document(body)
    if isinstance(whole, dict) and whole.get("error_code"):
        raise BadInput(
            f"Snap gave no ads but the error {whole['error_code']}: {cell_text(whole.get('debug_message'))}"
        )
    for record in records_of(body, "ad_previews", "ads"):
        inner = record.values.get("ad_preview", record.values)
        yield Record(record.line, inner if isinstance(inner, dict) else record.values)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield an ad for each record; one that cannot be read for certain is kept apart."""
    listings, fields = Listings(name, scope, "payer", "country", "status"), Unseen((*USED, *KEPT, *IGNORED))
    strange = Unseen(snap_cells.TARGETING, "fields of targeting_v2")
    yield from parsed_by(
        lambda record: _ad(record, scope, listings, fields, strange), records, listings, fields, strange
    )


def _ad(record: Record, scope: Scope, listings: Listings, fields: Unseen, strange: Unseen) -> Ad:
    key, account = id_in(record, "id"), _ad_account(record)
    _check_payer(record, scope)
    targeting = nested(record, "targeting_v2", dict)
    media = urlsplit(cell_text(record.values.get("top_snap_media_download_link")))
    kept = {field: words for field in KEPT if (words := cell_text(record.values.get(field)))}
    kept |= {"media": f"{media.scheme}://{media.netloc}{media.path}"} if media.netloc else {}
    regulated = targeting.get("regulated_content")
    return Ad(
        listing=listings.of(account), key=key, account=account, advertiser_name=account.name,
        payer=text_in(record, "paying_advertiser_name"), creative_url=f"{BASE}/ads/{key}",
        text=text_in(record, "headline"),
        landing_url=text_in(Record(record.line, nested(record, "web_view_properties", dict)), "url"),
        first_shown=day_in(record, "start_date"), last_shown=day_in(record, "end_date"),
        status=text_in(record, "status"), removal=snap_cells.rejection(record), metrics=snap_cells.metrics(record),
        targets=snap_cells.targets(record, targeting),
        extra=kept | ({"regulated_content": cell_text(regulated)} if regulated is not None else {})
        | fields.of(record.values) | strange.of(targeting, "targeting_v2."),
        line=record.line,
    )  # fmt: skip


def _check_payer(record: Record, scope: Scope) -> None:
    """Refuse an ad of another payer than was asked about: the search takes a part of a name for the name."""
    asked, paid = scope.values.get("payer"), text_in(record, "paying_advertiser_name")
    if asked and paid and " ".join(paid.casefold().split()) != " ".join(asked.casefold().split()):
        raise BadInput(
            f"paid by {paid[:80]!r}; the scope says {asked[:80]!r}", line=record.line, field="paying_advertiser_name"
        )  # fmt: skip


def _ad_account(record: Record) -> AccountRef:
    printed = text_in(record, "ad_account_name") or text_in(record, "paying_advertiser_name")
    if printed is None or not printed.strip() or len(printed) > 500:
        raise BadInput("nobody is named, or too long", line=record.line, field="ad_account_name")
    return AccountRef("snapchat", advertiser_key(printed), name=printed.strip())


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Search for what a payer paid for, and follow the links on by asking the same again."""
    payer = scope.values.get("payer") or (scope.account.name if scope.account else None)
    if not payer:
        raise BadInput("say who pays, exactly as Snap prints it: --scope payer='NAME'", field="--scope payer")
    address, asked = cursor or f"{BASE}/ads/search", _question(scope, payer)
    while True:
        answer = client.post(snap_answers.checked(address), json=asked)
        page = snap_answers.page(answer, "ad_previews", "ads", followed=address != f"{BASE}/ads/search")
        yield page
        if page.cursor is None:
            return
        address = page.cursor


def _question(scope: Scope, payer: str) -> dict[str, Any]:
    values, today = scope.values, scope.observed_at.date()
    first = read_date(values.get("from", "")) or today - timedelta(days=365)
    last = read_date(values.get("to", "")) or today
    return {
        "paying_advertiser_name": payer, "countries": snap_cells.asked_countries(values.get("country")),
        "start_date": f"{first}T00:00:00.000Z", "end_date": f"{last}T23:59:59.999Z",
        **({"status": values["status"].upper()} if values.get("status") else {}),
    }  # fmt: skip
