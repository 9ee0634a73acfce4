"""The question to TikTok, and what an answer means for it: refused, how it goes on, which ads to ask for.

TikTok ends a long search before its end without a word, so that each month is a search of its own.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from tracker.collect.answers import document_or_none
from tracker.collect.cells import read_date
from tracker.collect.fields import inside
from tracker.domain import Answer, Outcome, Scope
from tracker.errors import BadInput

OUTCOMES: dict[str, Outcome] = {
    "rate_limit_exceeded": "throttled", "daily_quota_limit_exceeded": "throttled", "access_token_invalid": "login_wall",
    "scope_not_authorized": "refused", "scope_permission_missed": "refused",
}  # fmt: skip

_EARLIEST = date(2022, 10, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question came: the days of one month, the page of their search, and the ads that it still is to ask for.

    The page is counted, because a search keeps its id.
    """

    first: date
    last: date
    page: int = 1
    search: str = ""
    ids: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The place as a cursor."""
        return json.dumps(asdict(self), default=str)

    @property
    def is_through(self) -> bool:
        """Say whether nothing of its month is left."""
        return not self.ids and not self.search

    @classmethod
    def read(cls, cursor: str) -> "Place":
        """Return the place that a cursor names; raise `BadInput` for one that this did not write."""
        try:
            told = json.loads(cursor)
            first, last = (date.fromisoformat(told[end]) for end in ("first", "last"))
            return cls(first, last, int(told["page"]), str(told["search"]), tuple(map(str, told["ids"])))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{cursor[:80]!r} is not a place to go on from", field="cursor") from error

    @classmethod
    def month_of(cls, day: date, end: date) -> "Place":
        """Return the place at the beginning of what is left of a month from `day` on, at most until `end`."""
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return cls(day, min(following - timedelta(days=1), end))

    def onward(self, answer: Answer, asked: Collection[str]) -> "Place":
        """Return where a search goes on: the ads to ask for that were not `asked`, and the search while it has more.

        `has_more` is a bool, or the text of one.
        """
        found, ids = _data(answer), ids_of(answer)
        more = str(found.get("has_more")).casefold() == "true" and bool(ids)
        search = str(inside(found, "search_id") or self.search) if more else ""
        return replace(
            self, page=self.page + 1, search=search, ids=tuple(one for one in ids if one not in asked)
        )

    def next_month(self, end: date) -> "Place | None":
        """Return the beginning of the month after this one, `None` where nothing is left until `end`."""
        return self.month_of(self.last + timedelta(days=1), end) if self.last < end else None


def question(scope: Scope) -> dict[str, Any]:
    """Return the search for the ads of one business, but for its days."""
    account, asked = scope.account, scope.values
    business = asked.get("business") or (account and (account.native_id or account.key)) or ""
    if not business.isdigit():
        raise BadInput("TikTok is asked by a business number; give business=NUMBER", field="--scope business")
    if asked.get("country") == "EU":
        raise BadInput("TikTok takes one country, or all; give country=DE or none", field="--scope country")
    days(scope)
    country = {"country_code": asked["country"]} if "country" in asked else {}
    return {"filters": {"advertiser_business_ids": [int(business)], **country}, "max_count": 50}


def days(scope: Scope) -> tuple[date, date]:
    """Return the days asked about; TikTok wants them after 2022-10-01 and before today."""
    first, last = (read_date(scope.values.get(key, "")) for key in ("from", "to"))
    first, last = first or _EARLIEST, last or scope.observed_at.date() - timedelta(days=1)
    if last < first:
        raise BadInput(f"{first} to {last} are no days", field="--scope from")
    return first, last


def asked(question: dict[str, Any], place: Place) -> tuple[str, dict[str, Any]]:
    """Return what is asked at a place: the detail of the next ad, else the search in its month, on the page that it names."""
    if place.ids:
        return "detail", {"ad_id": int(place.ids[0])}
    month = {"min": f"{place.first:%Y%m%d}", "max": f"{place.last:%Y%m%d}"}
    filters = {"ad_published_date_range": month, **question["filters"]}
    return "query", {
        **question, "filters": filters, **({"search_id": place.search} if place.search else {})
    }  # fmt: skip


def ids_of(answer: Answer) -> list[str]:
    """Return the ads that a search names."""
    ads = _data(answer).get("ads")
    found = [one.get("ad") for one in ads or [] if isinstance(one, dict)]
    ids = [str(ad.get("id")) for ad in found if isinstance(ad, dict)]
    return [one for one in ids if one.isdigit()]


def _data(answer: Answer) -> dict[str, Any]:
    body = document_or_none(answer)
    data = body.get("data") if isinstance(body, dict) else None
    return data if isinstance(data, dict) else {}


def refused(answer: Answer) -> tuple[Outcome | None, str | None]:
    """Return what an answer without data means, and its words; two times `None` for one with data.

    `error` stands on success too, then with the code `ok`; where a token is asked for it is a bare word.
    """
    body = document_or_none(answer)
    error = body.get("error") if isinstance(body, dict) else None
    if answer.status == 429 and not isinstance(error, dict):
        return "throttled", "answered 429"
    if isinstance(error, str) and isinstance(body, dict):
        return "login_wall", f"{error}: {body.get('error_description') or ''}"
    code = error.get("code") if isinstance(error, dict) else None
    if code == "ok" or (code is None and answer.status == 200 and isinstance(body, dict) and "data" in body):
        return None, None
    login: Outcome | None = "login_wall" if answer.status == 401 else None
    if code is None or not isinstance(error, dict):
        return login, f"answered {answer.status} without data"
    return OUTCOMES.get(str(code), login or "error"), f"{code}: {error.get('message') or ''}"
