"""TikTok's Commercial Content API: the ads of one advertiser in the EEA, the UK and Switzerland since October 2022.

A search of one month gives ids; each ad is then asked for on its own, because only that answer bears targeting and reach by
country. The documents spell some fields in two ways: both are read. Addresses of pictures and videos expire and are not kept
beside the evidence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tracker.collect import tiktok_answers as answers
from tracker.collect import tiktok_cells as cells
from tracker.collect.answers import Listings, document_or_none, parsed_by, records_of
from tracker.collect.fields import Deep, object_at, whole_id, words_at
from tracker.collect.sources import Client
from tracker.domain import Ad, Answer, Page, Parsed, Record, Release, Scope, Unanswered

name = "tiktok_ads"
platform = "tiktok"
kind = "ads"
needs: tuple[str, ...] = ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET")
hosts = ("open.tiktokapis.com",)
per_minute = 20
origin = "https://developers.tiktok.com/products/commercial-content-api (open to all on application), or its answer as a file"
release: Release | None = None
matched = False
names_accounts = True
question = answers.question
scope = {
    "handle": "the advertiser's account asked about, without @",
    "account": "or the account's id here, such as tiktok:chinasays",
    "business": "the advertiser's business number, by which TikTok is asked",
    "country": "a country where the ads were shown, two letters; else all",
    "from": "first day asked about, YYYY-MM-DD, after 2022-10-01",
    "to": "last day asked about, YYYY-MM-DD, before today",
    "exported_at": "when the answer was given, YYYY-MM-DD or with a time (UTC)",
}
required = ("ad",)
FIELDS = {
    "query": "ad.id",
    "detail": "ad.id,ad.first_shown_date,ad.last_shown_date,ad.status,ad.status_statement,ad.reach,ad.rejection_info,"
    "ad.title,ad.external_url,ad.call_to_action,ad.advertising_objective,advertiser.business_id,"
    "advertiser.business_name,advertiser.paid_for_by,advertiser.country_code,advertiser.profile_url,ad_group.targeting_info",
}
KEPT = ("status_statement", "call_to_action", "advertising_objective", "rejection_info")
USED = (
    *cells.USED, *(f"ad.{field}" for field in KEPT), "ad.id", "ad.first_shown_date", "ad.last_shown_date", "ad.status",
    "ad.title", "ad.external_url",
)  # fmt: skip
IGNORED = (
    "ad.videos", "ad.image_urls", "ad.download_url", "advertiser.avatar_url", "advertiser.follower_count",
    "advertiser.tiktok_account.avatar_url", "advertiser.tiktok_account.follower_count",
)  # fmt: skip
"""Signed addresses that expire, and a number that changes with every look; they stay in the evidence."""
_BASE = "https://open.tiktokapis.com/v2"


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the ads of a search or of one detail; an id alone is a promise of a detail, and an error has none."""
    whole = (record.values.get("data", record.values) for record in records_of(body, "data", "ads"))
    found = (data.get("ads", [data]) for data in whole if isinstance(data, dict))
    ads = (values for listed in found if isinstance(listed, list) for values in listed)
    for line, values in enumerate(ads, 1):
        if isinstance(values, dict) and values.get("ad") not in (None, {}) and not _bare(values):
            yield Record(line, values)


def _bare(values: Mapping[str, Any]) -> bool:
    ad = values["ad"]
    return (
        isinstance(ad, dict)
        and set(ad) == {"id"}
        and not any(values.get(key) for key in values if key != "ad")
    )


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the listing of each advertiser and its ads; an ad of another business than the scope's is kept apart."""
    listings, unseen = Listings(name, scope, "business", "country"), Deep(USED, IGNORED)
    yield from parsed_by(lambda record: _ad(record, scope, listings, unseen), records, listings, unseen)


def _ad(record: Record, scope: Scope, listings: Listings, unseen: Deep) -> Ad:
    ad, advertiser = (object_at(record, record.values, part) for part in ("ad", "advertiser"))
    key = whole_id(record, "ad.id", ad.get("id"))
    account = cells.account(record, advertiser, scope)
    return Ad(
        listing=listings.of(account),
        key=key,
        account=account,
        advertiser_name=words_at(record, advertiser, "business_name"),
        payer=words_at(record, advertiser, "paid_for_by", "paid_by"),
        creative_url=f"https://library.tiktok.com/ads/detail/?ad_id={key}",
        text=words_at(record, ad, "title", longest=20_000),
        landing_url=words_at(record, ad, "external_url", longest=20_000),
        first_shown=cells.day(record, ad, "first_shown_date"),
        last_shown=cells.day(record, ad, "last_shown_date"),
        status=words_at(record, ad, "status"),
        removal=cells.removal(record, ad),
        metrics=unseen.numbers(record, cells.metrics(record)),
        targets=tuple(cells.targets(record)),
        extra={field: ad[field] for field in KEPT if ad.get(field)}
        | {key: value for key, value in advertiser.items() if key == "country_code" and value}
        | unseen.of(record.values),
        line=record.line,
    )


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Search month by month, then ask for each ad; a token that ended is renewed, and the cursor bears what is left."""
    desk, search, (first, end) = _Desk(client, credentials), question(scope), answers.days(scope)
    known, of_search, lost = set[str](), set[str](), list[str]()
    place = answers.Place.read(cursor) if cursor else answers.Place.month_of(first, end)
    begun, resumed = place.text, cursor is not None
    while True:
        one = bool(place.ids)
        answer = desk.post(*answers.asked(search, place))
        outcome, words = answers.refused(answer)
        if words and outcome == "error" and resumed and not one:  # a search is not kept for ever
            place, resumed = replace(place, page=1, search=""), False
            continue
        if words and not (one and outcome == "error"):
            yield Page(answer, None if place.text == begun else place.text, outcome, message=words)
            return
        found = set(answers.ids_of(answer)) if not one else set[str]()
        if found and found <= of_search:
            yield Page(answer, None, "error", message="the search repeats itself; ended")
            return
        lost += [f"{place.ids[0]} ({words})"] if words else []
        onward = replace(place, ids=place.ids[1:]) if one else place.onward(answer, known)
        known.update(onward.ids)
        of_search |= found
        after = onward.next_month(end) if onward.is_through else onward
        if not words or after is None:
            told = f"ads without an answer: {', '.join(lost[:5])}" if lost else None
            yield Page(answer, after.text if after else None, "rows" if words else None, message=told)
        if after is None:
            return
        of_search = of_search if after.first == place.first else set()
        place, resumed = after, False


class _Desk:
    """Asks with a token, and with a new one when TikTok says that it has ended."""

    def __init__(self, client: Client, credentials: Mapping[str, str]):
        self._client, self._credentials, self._token = client, credentials, ""

    def post(self, what: str, body: object) -> Answer:
        answer = self._post(what, body) if self._token else None
        if answer is None or answer.status == 401:
            granted = self._renew()
            if not self._token:
                return granted
            answer = self._post(what, body)
        return answer

    def _post(self, what: str, body: object) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            return self._client.post(
                f"{_BASE}/adlib/ad/{what}/", params={"fields": FIELDS[what]}, json=body, headers=headers
            )
        except Unanswered as error:
            if error.answer is None or answers.refused(error.answer)[0] is None:
                raise
            return error.answer

    def _renew(self) -> Answer:
        form = {"client_key": self._credentials[needs[0]], "client_secret": self._credentials[needs[1]],
                "grant_type": "client_credentials"}  # fmt: skip
        answer = self._client.post(f"{_BASE}/oauth/token/", form=form)
        body = document_or_none(answer)
        self._token = str(body.get("access_token") or "") if isinstance(body, dict) else ""
        return answer
