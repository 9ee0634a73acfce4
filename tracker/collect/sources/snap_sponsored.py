"""Snap's list of commercial content: what creators posted for a sponsor and said so, as long as it is live.

These are posts that users declared (Art. 26(2) of the Digital Services Act), not ads that Snap sold: no day, no country, no
number and no criterion is published, and in nine of ten nobody is named as sponsor. Asked without a key, by the name of a
creator or whole. The endpoints are documented at developers.snap.com, "Ads Gallery API"; the fields as public notes of
2026 give them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from tracker.collect import snap_answers
from tracker.collect.answers import Listings, Unseen, advertiser_key, document, parsed_by, records_of
from tracker.collect.cells import cell_text, text_in
from tracker.collect.fields import fitting
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, Page, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "snap_sponsored"
platform = "snapchat"
kind = "ads"
needs: tuple[str, ...] = ()
hosts = (snap_answers.HOST,)
per_minute = 1
by_name = True
origin = "https://adsapi.snapchat.com/v1/ads_library/sponsored_content, an answer (no key is needed)"
required = ("content_url", "creator_name")
release: Release | None = None
matched = False
scope = {
    "creator": "the name of the creator asked about; without one the whole list",
    "account": "or the creator's account here, such as snapchat:rivernews",
    "exported_at": "when an answer that is imported was given, YYYY-MM-DD",
}
USED = ("sponsor_name", "sponsor_url", "creator_name", "creator_url", "content_type", "content_url")
IGNORED = ("thumbnail_url", "sub_request_status", "request_status", "request_id")
"""A picture whose address expires, and what the envelope says of itself."""
LISTS, INNER = (
    ("ad_previews", "sponsored_content", "ads"),
    ("sponsored_content_preview", "sponsored_content", "ad_preview"),
)
_PROFILE = re.compile(
    r"https?://(?:www\.)?snapchat\.com/(?:add/|@)([A-Za-z0-9._-]{1,100})(?:[/?#]|$)", re.IGNORECASE
)


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the posts of an answer, each out of its envelope."""
    whole = document(body)
    if isinstance(whole, dict) and whole.get("error_code"):
        raise BadInput(
            f"Snap gave nothing but the error {whole['error_code']}: {cell_text(whole.get('debug_message'))}"
        )
    for record in records_of(body, *LISTS):
        inner = next(
            (record.values[one] for one in INNER if isinstance(record.values.get(one), dict)), record.values
        )
        yield Record(record.line, inner)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield each post as what its creator presented on behalf of a sponsor; one of another creator is kept apart."""
    listings, fields = Listings(name, scope, "creator"), Unseen((*USED, *IGNORED))
    yield from parsed_by(lambda record: _ad(record, scope, listings, fields), records, listings, fields)


def _ad(record: Record, scope: Scope, listings: Listings, fields: Unseen) -> Ad:
    address = urlsplit(fitting(record, "content_url", text_in(record, "content_url") or "", 2_000))
    if address.scheme != "https" or not address.netloc or len(address.path) < 2:
        raise BadInput("the address of the post is missing", line=record.line, field="content_url")
    creator = _creator(record)
    asked = scope.values.get("creator") or (scope.account and (scope.account.handle or scope.account.name))
    if asked and asked.casefold() not in (creator.key, (creator.name or "").casefold()):
        raise BadInput(f"of {creator.name}; the scope says {asked}", line=record.line, field="creator_name")
    kept = {
        field: words
        for field in ("content_type", "sponsor_url")
        if (words := cell_text(record.values.get(field)))
    }
    return Ad(
        listing=listings.of(creator), key=fitting(record, "content_url", f"{address.netloc}{address.path}", 200),
        account=creator, advertiser_name=creator.name, beneficiary=text_in(record, "sponsor_name"),
        creative_url=f"https://{address.netloc}{address.path}", status="declared by its creator",
        extra=kept | fields.of(record.values), line=record.line,
    )  # fmt: skip


def _creator(record: Record) -> AccountRef:
    printed = (text_in(record, "creator_name") or "").strip()
    if not printed:
        raise BadInput("no creator is named", line=record.line, field="creator_name")
    fitting(record, "creator_name", printed)
    profile = _PROFILE.match(text_in(record, "creator_url") or "")
    if profile is None:
        return AccountRef("snapchat", advertiser_key(printed), name=printed)
    handle = profile[1]
    url = f"https://www.snapchat.com/add/{handle}"
    return AccountRef("snapchat", handle.casefold(), handle=handle, name=printed, url=url)


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the posts of a creator, or for all that are live, and follow the links on."""
    creator = scope.values.get("creator") or (scope.account and (scope.account.handle or scope.account.name))
    begin = f"{snap_answers.BASE}/sponsored_content{'/search' if creator else ''}"
    address = cursor or begin
    while True:
        asked = snap_answers.checked(address)
        answer = client.post(asked, json={"creator_name": creator}) if creator else client.get(asked)
        page = snap_answers.page(answer, *LISTS, followed=address != begin)
        yield page
        if page.cursor is None:
            return
        address = page.cursor
