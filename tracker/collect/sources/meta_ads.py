"""Meta's `ads_archive`: the ads of one page, with reach in the EU and the UK, payers past and present, and who was reached.

An ad that reached nobody there is listed only when it is about politics. `ad_snapshot_url` bears the token of whoever
asks: it is not asked for, and the address of the ad in the public library stands instead.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect import meta_delivery as delivery
from tracker.collect.answers import Listings, day_in, document_or_none, parsed_by, records_of
from tracker.collect.fields import Deep, fitting, inside, list_at, stated, whole_id, words_at
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, Answer, Outcome, Page, Parsed, Record, Release, Scope, Unanswered
from tracker.errors import BadInput

name = "meta_ads"
platform = "facebook"
kind = "ads"
needs: tuple[str, ...] = ("META_TOKEN",)
hosts = ("graph.facebook.com",)
per_minute = 3
origin = "https://www.facebook.com/ads/library/api (a token of a person whose identity Meta confirmed), or its answer as a file"
release: Release | None = None
matched = False
names_accounts = True
scope = {
    "handle": "the number of the page asked about",
    "account": "or the page's id here, such as facebook:100200300400",
    "country": "a country that the ads reached, two letters; else all",
    "from": "first day of delivery asked about, YYYY-MM-DD",
    "to": "last day of delivery asked about, YYYY-MM-DD",
    "exported_at": "when the answer was given, YYYY-MM-DD or with a time (UTC)",
    "version": "the version of Meta's interface, such as v26.0",
}
required = ("page_id",)
VERSION, LIMIT, LEAST, MOST_USED = "v26.0", 100, 6, 80
WORDS = (
    "ad_creative_bodies",
    "ad_creative_link_titles",
    "ad_creative_link_descriptions",
    "ad_creative_link_captions",
)
KEPT = (*WORDS[1:], "languages", "publisher_platforms", "ad_creation_time", "beneficiary_payers")
FIELDS = (
    "id", "page_id", "page_name", "ad_delivery_start_time", "ad_delivery_stop_time", "bylines", "currency", "spend",
    "impressions", "estimated_audience_size", "demographic_distribution", "delivery_by_region", "eu_total_reach",
    "br_total_reach", "total_reach_by_location", "age_country_gender_reach_breakdown", "target_ages", "target_gender",
    "target_locations", WORDS[0], *KEPT,
)  # fmt: skip
IGNORED = ("_id", "ad_snapshot_url")
"""`_id` is `id` in copies of others; the address of the picture is never kept, see above."""
OUTCOMES: dict[int, Outcome] = {
    **dict.fromkeys((4, 17, 32, 613, 1675004), "throttled"), **dict.fromkeys((10, 200), "refused"), 190: "login_wall",
}  # fmt: skip


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the ads of an answer, of a list, of JSON lines or of one ad; an error has none."""
    return (record for record in records_of(body, "data") if set(record.values) - {"error", "data", "paging"})


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the listing of each page and its ads; an ad of another page than the scope's is kept apart."""
    listings, unseen = Listings(name, scope, "country"), Deep(FIELDS, IGNORED)
    clean = (record for record in records if delivery.is_clean(record))
    yield from parsed_by(lambda record: _ad(record, scope, listings, unseen), clean, listings, unseen)


def _ad(record: Record, scope: Scope, listings: Listings, unseen: Deep) -> Ad:
    values = record.values
    key = whole_id(record, "id", inside(values, "id", "_id"))
    account = _account(record, scope)
    payers = [one for one in list_at(record, values, "beneficiary_payers") if one.get("current", True)]
    bodies, titles = (list_at(record, values, field, str) for field in WORDS[:2])
    return Ad(
        listing=listings.of(account),
        key=key,
        account=account,
        advertiser_name=words_at(record, values, "page_name"),
        beneficiary=_joined(record, payers, "beneficiary"),
        payer=_joined(record, payers, "payer") or words_at(record, values, "bylines"),
        creative_url=f"https://www.facebook.com/ads/library/?id={key}",
        text="\n\n".join(dict.fromkeys(filter(None, map(str.strip, bodies or titles)))) or None,
        first_shown=day_in(record, "ad_delivery_start_time"),
        last_shown=day_in(record, "ad_delivery_stop_time"),
        metrics=unseen.numbers(record, delivery.metrics(record)),
        targets=tuple(delivery.targets(record)),
        extra={field: values[field] for field in KEPT if values.get(field)} | unseen.of(values),
        line=record.line,
    )


def _account(record: Record, scope: Scope) -> AccountRef | None:
    page = whole_id(record, "page_id", record.values.get("page_id"))
    asked = scope.account
    known = set() if asked is None else {one for one in (asked.key, asked.native_id) if one and one.isdigit()}
    if known and page not in known:
        raise BadInput(
            f"an ad of page {page}; the scope says {asked and asked.key}", line=record.line, field="page_id"
        )
    if page == "0":  # ads of pages that are gone
        return None
    title = words_at(record, record.values, "page_name")
    return asked or AccountRef(
        "facebook", page, name=title, url=f"https://www.facebook.com/{page}", native_id=page
    )


def _joined(record: Record, entries: list[dict[str, Any]], field: str) -> str | None:
    words = "; ".join(dict.fromkeys(str(one[field]).strip() for one in entries if one.get(field)))
    return fitting(record, f"beneficiary_payers.{field}", words) or None


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the ads of one page; too much at once is asked for in halves, and a refusal keeps its words."""
    limit, asked = LIMIT, question(scope)
    url = f"https://graph.facebook.com/{stated(scope, 'version', r'v[0-9]{1,3}[.][0-9]{1,2}', VERSION)}/ads_archive"
    headers = {"Authorization": f"Bearer {credentials[needs[0]]}"}
    while True:
        more = {"limit": str(limit)} | ({"after": cursor} if cursor else {})
        answer = _answer(client, url, asked | more, headers)
        body = document_or_none(answer)
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict):
            code = error.get("code")
            if code in (1, 2) and limit > LEAST:
                limit //= 2
                continue
            yield Page(answer, cursor, OUTCOMES.get(code, "error"), message=delivery.said(error))  # type: ignore[arg-type]
            return
        if not isinstance(body, dict) or not isinstance(body.get("data"), list) or answer.status != 200:
            told = f"answered {answer.status} without a list of ads"
            yield Page(
                answer, cursor, "error" if answer.status == 200 and body is not None else None, message=told
            )
            return
        after = delivery.after(body)
        none = not body["data"] and cursor is None
        yield Page(answer, after, "empty_unverified" if none else None)
        if after in (None, cursor):
            return
        if (used := delivery.allowance_used(answer)) >= MOST_USED:
            yield Page(
                answer, after, "throttled", message=f"{used} % of the hour's allowance is used; goes on later"
            )
            return
        cursor = after


def question(scope: Scope) -> dict[str, str]:
    """Return what Meta is asked: the ads of a page by its number."""
    account = scope.account
    page = (
        next((one for one in (account.native_id, account.key) if one and one.isdigit()), None)
        if account
        else None
    )
    if page is None:
        raise BadInput("Meta is asked by the number of a page; give handle=NUMBER", field="--scope handle")
    days = {"from": "ad_delivery_date_min", "to": "ad_delivery_date_max"}
    return {
        "search_page_ids": json.dumps([page]), "ad_type": "ALL", "ad_active_status": "ALL", "fields": ",".join(FIELDS),
        "ad_reached_countries": json.dumps(delivery.countries_of(scope)),
        **{parameter: scope.values[key] for key, parameter in days.items() if key in scope.values},
    }  # fmt: skip


def _answer(client: Client, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Return the answer, also one that the client gave up on: Meta says 'please reduce the amount' with status 500."""
    try:
        return client.get(url, params=params, headers=headers)
    except Unanswered as error:
        body = document_or_none(error.answer) if error.answer else None
        if error.answer is None or not isinstance(body, dict) or not isinstance(body.get("error"), dict):
            raise
        return error.answer
