"""The question to TikTok, and what an answer means for it: refused, how it goes on, which ads to ask for."""

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


def question(scope: Scope) -> dict[str, Any]:
    """Return the search for the ads of one business; TikTok wants days, after 2022-10-01 and before today."""
    account, asked = scope.account, scope.values
    business = asked.get("business") or (account and (account.native_id or account.key)) or ""
    if not business.isdigit():
        raise BadInput("TikTok is asked by a business number; give business=NUMBER", field="--scope business")
    if asked.get("country") == "EU":
        raise BadInput("TikTok takes one country, or all; give country=DE or none", field="--scope country")
    first, last = (read_date(asked.get(key, "")) for key in ("from", "to"))
    days = (first or _EARLIEST, last or scope.observed_at.date() - timedelta(days=1))
    filters: dict[str, Any] = {
        "ad_published_date_range": dict(zip(("min", "max"), (f"{day:%Y%m%d}" for day in days), strict=True)),
        "advertiser_business_ids": [int(business)],
    }
    return {
        "filters": filters | ({"country_code": asked["country"]} if "country" in asked else {}),
        "max_count": 50,
    }


def refused(answer: Answer) -> tuple[Outcome | None, str | None]:
    """Return what an answer without data means, and its words; two times `None` for one with data.

    `error` stands on success too, then with the code `ok`; where a token is asked for it is a bare word.
    """
    body = document_or_none(answer)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str) and isinstance(body, dict):
        return "login_wall", f"{error}: {body.get('error_description') or ''}"
    code = error.get("code") if isinstance(error, dict) else None
    if code == "ok" or (code is None and answer.status == 200 and isinstance(body, dict) and "data" in body):
        return None, None
    login: Outcome | None = "login_wall" if answer.status == 401 else None
    if code is None or not isinstance(error, dict):
        return login, f"answered {answer.status} without data"
    return OUTCOMES.get(str(code), login or "error"), f"{code}: {error.get('message') or ''}"


def onward(answer: Answer, at: dict[str, Any]) -> dict[str, Any]:
    """Return where a search goes on: the ads to ask for, and the search itself while TikTok says that it has more.

    `has_more` is a bool, or the text of one. The page is counted, because a search keeps its id.
    """
    body = document_or_none(answer)
    data = body.get("data") if isinstance(body, dict) else None
    found = data if isinstance(data, dict) else {}
    ads = found.get("ads")
    ids = [
        str(one["ad"].get("id"))
        for one in ads or []
        if isinstance(one, dict) and isinstance(one.get("ad"), dict)
    ]
    more = str(found.get("has_more")).casefold() == "true" and bool(ids)
    return {
        "page": at["page"] + 1,
        "search": str(inside(found, "search_id") or at["search"]) if more else "",
        "ids": [one for one in ids if one.isdigit()],
    }
