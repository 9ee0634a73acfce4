"""Microsoft's Ad Library: ads on Bing shown in the EU and EEA since June 2023, asked without a key, 24 at a time.

Numbers are for an ad's life: a range of impressions and the share of each country. Of targeting only the five types are
published, and whether each was also used to exclude. A search shows 1,023 ads at most, so that an advertiser with more is
asked in slices of days, then of countries. New impressions appear one to three days late. Documented at
learn.microsoft.com/advertising, "Ad Library API Overview"; how often one may ask is not, and 20 quick calls were too many.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from tracker.collect import microsoft_cells
from tracker.collect.answers import (
    Listings,
    Unseen,
    day_of,
    document_or_none,
    id_in,
    nested,
    parsed_by,
    records_of,
)
from tracker.collect.cells import cell_text, read_date, text_in
from tracker.collect.slices import Place, Slice
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, Answer, Notice, Outcome, Page, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "microsoft_ads"
platform = "microsoft"
kind = "ads"
needs: tuple[str, ...] = ()
hosts = ("adlibrary.api.bingads.microsoft.com",)
per_minute = 12
origin = "https://adlibrary.api.bingads.microsoft.com/api/v1/Ads/ID?expand=AdDetails (no key is needed)"
required = ("adid", "advertiserid")
release: Release | None = None
matched = False
scope = {
    "account": "the advertiser, such as microsoft:123456 (its number in the library); needed to ask",
    "country": "a country of the EU or EEA, two letters; else all of them",
    "from": "first day asked about, YYYY-MM-DD; else 2023-06-01, when the library begins",
    "to": "last day asked about, YYYY-MM-DD; else today",
    "exported_at": "when an answer that is imported was given, YYYY-MM-DD",
}
FIELDS = (
    "AdId", "AdvertiserName", "AdvertiserId", "Title", "Description", "DisplayUrl", "DestinationUrl", "AssetJson",
    "AdDetails",
)  # fmt: skip
IGNORED = ("AdId@odata.type", "AdvertiserId@odata.type", "@odata.context", "@odata.count", "@odata.nextLink")
"""What the envelope says of itself."""
BASE = "https://adlibrary.api.bingads.microsoft.com/api/v1"
EXPAND = "AdDetails(expand=ImpressionsByCountry,Targets)"
BEGAN = date(2023, 6, 1)
TOP, LAST_SKIP, COUNTED = 24, 999, 1000
DELAY = timedelta(days=3)
MORE = "the library shows no more than 1,023 ads of one day in one country: there are more"


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the ads of an answer: those of its `value`, or the one that it is."""
    return records_of(body, "value")


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield an ad for each record; a country whose number is not documented is kept as `ms:NN` and named once."""
    listings, strange = Listings(name, scope, "country"), dict[str, None]()
    unseen = Unseen((*FIELDS, *IGNORED)), Unseen(microsoft_cells.DETAILS, "fields of AdDetails")
    yield from parsed_by(
        lambda record: _ad(record, scope, listings, unseen, strange), records, listings, *unseen
    )
    if strange:
        yield Notice(f"numbers of countries that are not documented, kept as they are: {', '.join(strange)}")


def _ad(
    record: Record, scope: Scope, listings: Listings, unseen: tuple[Unseen, Unseen], strange: dict[str, None]
) -> Ad:
    details = Record(record.line, nested(record, "AdDetails", dict))
    account = _advertiser(record, scope)
    key = id_in(record, "AdId")
    metrics, unknown = microsoft_cells.metrics(details)
    strange.update(dict.fromkeys(unknown))
    kept = {
        field: words
        for field in ("DisplayUrl", "AssetJson")
        if (words := cell_text(record.values.get(field)))
    }
    return Ad(
        listing=listings.of(account), key=key, account=account, advertiser_name=text_in(record, "AdvertiserName"),
        payer=text_in(details, "PaidForByName"), creative_url=f"{BASE}/Ads/{key}",
        text="\n".join(filter(None, (text_in(record, "Title"), text_in(record, "Description")))) or None,
        landing_url=text_in(record, "DestinationUrl"),
        first_shown=day_of(record, "StartDate", details.values.get("StartDate")),
        last_shown=day_of(record, "EndDate", details.values.get("EndDate")),
        status="restricted" if details.values.get("RestrictionReason") else None,
        removal=microsoft_cells.removal(details), metrics=metrics, targets=microsoft_cells.targets(details),
        extra=kept | unseen[0].of(record.values) | unseen[1].of(details.values, "AdDetails."), line=record.line,
    )  # fmt: skip


def _advertiser(record: Record, scope: Scope) -> AccountRef:
    number = id_in(record, "AdvertiserId")
    asked = scope.account.key if scope.account and scope.account.platform == platform else number
    if asked != number:
        raise BadInput(
            f"is of {number}, the scope says {asked}: ask for that number",
            line=record.line,
            field="AdvertiserId",
        )
    return AccountRef("microsoft", number, name=text_in(record, "AdvertiserName"), native_id=number)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Search the ads of one advertiser slice by slice, and ask for each with its details."""
    if scope.account is None:
        raise BadInput("say whose ads: --scope account=microsoft:NUMBER", field="--scope account")
    place = Place.read(cursor) if cursor else Place((_whole(scope),))
    told, message, seen = cursor is None, None, set[str]()
    while place.todo:
        answer = _search(client, scope.account.key, place)
        found = document_or_none(answer)
        if answer.status != 200 or found is None:
            yield Page(answer, message=microsoft_cells.error(found))
            return
        rows, count = microsoft_cells.rows(found)
        if count >= COUNTED and (slices := place.todo[0].halves(microsoft_cells.known_countries())):
            place, told = place.instead(slices), False
            continue
        if told and not rows:
            yield Page(answer, outcome=_emptiness(client, scope, count))
            return
        message = MORE if count >= COUNTED else message
        yield from _detailed(client, rows, place, seen, total=count if told else None, message=message)
        more = place.skip + len(rows) < count or count >= COUNTED
        place, told = place.next_page(len(rows) if more else 0, last_skip=LAST_SKIP), False


def _whole(scope: Scope) -> Slice:
    values = scope.values
    first, last = (read_date(values.get(key, "")) for key in ("from", "to"))
    return Slice(first or BEGAN, last or scope.observed_at.date(), values.get("country"))


def _search(client: Client, advertiser: str, place: Place) -> Answer:
    asked = place.todo[0]
    params = {
        "advertiserId": advertiser, "startDate": asked.first.isoformat(), "endDate": asked.last.isoformat(),
        "top": str(TOP), "skip": str(place.skip),
    }  # fmt: skip
    if asked.country:
        params["countryCodes"] = microsoft_cells.number_of(asked.country)
    return client.get(f"{BASE}/Ads", params=params)


def _detailed(
    client: Client, rows: list[Any], place: Place, seen: set[str], *, total: int | None, message: str | None
) -> Iterator[Page]:
    """Yield each ad of a search with its details; one that another slice showed, or that is gone, is passed over."""
    for number, row in enumerate(rows[place.done :], place.done + 1):
        key = str(row["AdId"])
        if key not in seen:
            seen.add(key)
            answer = client.get(f"{BASE}/Ads/{key}", params={"expand": EXPAND})
            if answer.status != 404:
                yield Page(answer, cursor=place.within(number).text, stated_total=total, message=message)


def _emptiness(client: Client, scope: Scope, count: int) -> Outcome:
    """Say whether nothing is none: the library states a total of 0 for an advertiser that it knows, in days gone by."""
    asked = _whole(scope)
    if count or asked.first > scope.observed_at.date() - DELAY or scope.account is None:
        return "empty_unverified"
    known = document_or_none(client.get(f"{BASE}/Advertisers/{scope.account.key}"))
    return "empty_confirmed" if isinstance(known, dict) and known.get("AdvertiserId") else "empty_unverified"
