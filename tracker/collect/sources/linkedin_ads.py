"""LinkedIn's ad library: the ads of one company worldwide since June 2023; numbers only of ads that the EU saw.

The search for an advertiser is fuzzy: ads of other companies are left out by the number in `advertiserUrl`, and named.
LinkedIn gives no text. Of most criteria it says only that they were used, values stand with places and languages.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from tracker.collect import linkedin_cells as cells
from tracker.collect.answers import Listings, document_or_none, parsed_by, records_of
from tracker.collect.cells import UnclearDate, cell_text, read_date
from tracker.collect.fields import Deep, list_at, object_at, stated, words_at
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, Notice, Outcome, Page, Parsed, Record, Release, Scope, Unanswered
from tracker.errors import BadInput

name = "linkedin_ads"
platform = "linkedin"
kind = "ads"
needs: tuple[str, ...] = ("LINKEDIN_TOKEN",)
hosts = ("api.linkedin.com",)
per_minute = 15
origin = "https://www.linkedin.com/ad-library (a member's token of an approved app), or its answer as a file"
release: Release | None = None
matched = False
names_accounts = True
scope = {
    "handle": "the number of the company asked about",
    "account": "or the company's id here, such as linkedin:1234567",
    "advertiser": "the company's name, by which LinkedIn is asked",
    "country": "a country where the ads were shown, two letters; kept with the answer, LinkedIn is not asked for it",
    "from": "first day asked about, YYYY-MM-DD; kept with the answer, LinkedIn is not asked for it",
    "to": "last day asked about, YYYY-MM-DD; kept with the answer, LinkedIn is not asked for it",
    "exported_at": "when the answer was given, YYYY-MM-DD or with a time (UTC)",
    "version": "the version of LinkedIn's interface, YYYYMM",
}
required = ("adurl",)
VERSION, COUNT = "202607", 25
USED = (
    "adUrl", "isRestricted", "details.type", "details.adStatistics.firstImpressionAt",
    "details.adStatistics.latestImpressionAt", *cells.USED,
)  # fmt: skip
IGNORED = ("$URN",)
"""The protocol's own marks."""


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the ads of an answer, of a list or of JSON lines; an error has none."""
    return (record for record in records_of(body, "elements") if "adUrl" in record.values)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the listing of each company and its ads; ads of other companies than the scope's are left out and named."""
    listings, unseen = Listings(name, scope, "advertiser"), Deep(USED, IGNORED)
    others: Counter[str] = Counter()
    own = _own(records, scope, others)
    yield from parsed_by(lambda record: _ad(record, scope, listings, unseen), own, listings, unseen)
    if others:
        told = ", ".join(f"{company} ({number})" for company, number in others.most_common(10))
        yield Notice(f"ads of other companies, which the fuzzy search brought up, left out: {told}")


def _own(records: Iterable[Record], scope: Scope, others: Counter[str]) -> Iterator[Record]:
    asked = scope.account
    for record in records:
        company = cells.company(record)
        if asked is None or company is None or company in (asked.native_id, asked.key):
            yield record
        else:
            details = object_at(record, record.values, "details")
            named = words_at(record, object_at(record, details, "advertiser"), "advertiserName")
            others[f"{named or 'without a name'}, company {company}"] += 1


def _ad(record: Record, scope: Scope, listings: Listings, unseen: Deep) -> Ad:
    details = object_at(record, record.values, "details")
    advertiser = object_at(record, details, "advertiser")
    statistics = object_at(record, details, "adStatistics")
    title = words_at(record, advertiser, "advertiserName")
    company = cells.company(record)
    account = scope.account if company else None
    if account is None and company:
        url = f"https://www.linkedin.com/company/{company}"
        account = AccountRef(
            "linkedin", company, name=title, url=url, native_id=company if company.isdigit() else None
        )
    return Ad(
        listing=listings.of(account),
        key=cells.ad_number(record),
        account=account,
        advertiser_name=title,
        payer=words_at(record, advertiser, "adPayer"),
        creative_url=words_at(record, record.values, "adUrl"),
        first_shown=_day(record, statistics, "firstImpressionAt"),
        last_shown=_day(record, statistics, "latestImpressionAt"),
        status="restricted" if record.values.get("isRestricted") is True else None,
        metrics=unseen.numbers(record, cells.metrics(record, statistics)),
        targets=tuple(cells.targets(record, list_at(record, details, "adTargeting"))),
        extra=({"type": details["type"]} if details.get("type") else {}) | unseen.of(record.values),
        line=record.line,
    )


def _day(record: Record, values: Mapping[str, Any], field: str) -> date | None:
    try:
        return read_date(cell_text(values.get(field)))
    except UnclearDate as error:
        raise BadInput(str(error), line=record.line, field=f"adStatistics.{field}") from error


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for 25 ads after 25; the total is what LinkedIn states for the fuzzy search, other companies included."""
    asked = {"q": "criteria", "advertiser": question(scope), "count": str(COUNT)}
    headers = {
        "Authorization": f"Bearer {credentials[needs[0]]}",
        "LinkedIn-Version": stated(scope, "version", r"20[0-9]{4}", VERSION),
        "X-Restli-Protocol-Version": "2.0.0",
    }
    while True:
        params = asked | {"start": cursor or "0"}
        try:
            answer = client.get("https://api.linkedin.com/rest/adLibrary", params=params, headers=headers)
        except Unanswered as error:
            if error.answer is None or error.answer.status != 429:
                raise
            answer = error.answer
        body = document_or_none(answer)
        if answer.status != 200 or not isinstance(body, dict):
            outcome, words = _refused(answer.status, body)
            yield Page(answer, cursor, outcome, message=words)
            return
        after, total = cells.onward(body, int(cursor or 0), COUNT)
        nothing: Outcome = "empty_confirmed" if total == 0 else "empty_unverified"
        empty = not body.get("elements") and cursor is None
        yield Page(answer, after, nothing if empty else None, stated_total=total)
        if after is None:
            return
        cursor = after


def question(scope: Scope) -> str:
    """Return the name that LinkedIn is asked by; its number tells the company from others of that name."""
    asked = scope.account
    if asked is None or not (asked.native_id or asked.key).isdigit():
        raise BadInput(
            "an advertiser is told by the company's number; give handle=NUMBER", field="--scope handle"
        )
    wanted = scope.values.get("advertiser") or asked.name
    if not wanted:
        raise BadInput(
            "LinkedIn is asked by a company's name; give advertiser=NAME", field="--scope advertiser"
        )
    return wanted


def _refused(status: int, body: Any) -> tuple[Outcome | None, str | None]:
    """Return what a status means; LinkedIn ends a version after a year (426), and says no word on how long to wait (429)."""
    meant: dict[int, Outcome] = {
        400: "error",
        401: "login_wall",
        403: "refused",
        426: "refused",
        429: "throttled",
    }
    said = str(body.get("message") or "") if isinstance(body, dict) else ""
    help_ = ": this version has ended, give a newer one as version=YYYYMM" if status == 426 else ""
    return meant.get(status), f"answered {status}{help_} {said}".strip() if status != 200 else None
