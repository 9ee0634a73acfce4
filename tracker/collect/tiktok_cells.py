"""Reads what TikTok says of an advertiser, of an ad's reach and of its targeting; each spelling of the documents is taken."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tracker.collect.cells import UnclearDate, cell_text, read_date
from tracker.collect.fields import counted, inside, object_at, whole_id, words_at
from tracker.collect.targeting_cells import criterion
from tracker.domain import AccountRef, Metric, Record, Scope, Target
from tracker.errors import BadInput

_REACH = ("unique_users_seen", "unique_user_seen")
_BY_COUNTRY = ("unique_users_seen_by_country", "unique_user_seen_by_country")
_TARGETING = ("targeting_info", "target")
_CRITERIA = (
    "country",
    "age",
    "gender",
    "audience_targeting",
    "video_interactions",
    "creator_interactions",
    "interest",
)
USED = (
    *(
        f"advertiser.{field}"
        for field in ("business_id", "buisness_id", "business_name", "paid_for_by", "paid_by")
    ),
    *(f"advertiser.{field}" for field in ("country_code", "profile_url", "tiktok_account.profile_url")),
    *(f"ad.reach.{field}" for field in (*_REACH, *_BY_COUNTRY)),
    *(
        f"ad_group.{part}.{field}"
        for part in _TARGETING
        for field in (*_CRITERIA, "number_of_users_targeted")
    ),
)
"""The paths that are read here, and those of the advertiser."""
_PROFILE = re.compile(r"https?://(?:www\.)?tiktok\.com/@([A-Za-z0-9_.-]{1,100})(?:[/?#]|$)", re.IGNORECASE)


def account(record: Record, advertiser: Mapping[str, Any], scope: Scope) -> AccountRef | None:
    """Return whose the ad is: the account of its profile, else the business by its number.

    Raises `BadInput` for another business than the scope asks about.
    """
    number = inside(advertiser, "business_id", "buisness_id")
    business = None if number is None else whole_id(record, "advertiser.business_id", number)
    asked = scope.values.get("business")
    if asked and business and business != asked:
        raise BadInput(
            f"an ad of business {business}; the scope says {asked}",
            line=record.line,
            field="advertiser.business_id",
        )
    profile = object_at(record, advertiser, "tiktok_account")
    address = words_at(record, advertiser, "profile_url", longest=2_000) or words_at(
        record, profile, "profile_url", longest=2_000
    )
    title = words_at(record, advertiser, "business_name")
    handle = _handle(address)
    if scope.account is not None:
        if handle and not asked and handle.casefold() not in (scope.account.key, *scope.account.known_as):
            told = f"an ad of @{handle}; the scope says {scope.account.key}"
            raise BadInput(told, line=record.line, field="advertiser.profile_url")
        return scope.account
    if handle:
        url = f"https://www.tiktok.com/@{handle}"
        return AccountRef("tiktok", handle.casefold(), handle=handle, name=title, url=url, native_id=business)
    return AccountRef("tiktok", business, name=title, native_id=business) if business else None


def _handle(address: str | None) -> str | None:
    found = _PROFILE.match(address or "")
    return found[1] if found else None


def day(record: Record, values: Mapping[str, Any], field: str) -> date | None:
    """Return a day that came as a number or as text."""
    words = cell_text(values.get(field))
    try:
        return read_date("" if words == "0" else words)
    except UnclearDate as error:
        raise BadInput(str(error), line=record.line, field=f"ad.{field}") from error


def removal(record: Record, ad: Mapping[str, Any]) -> str | None:
    """Return why TikTok took an ad down, in its words."""
    reasons = object_at(record, ad, "rejection_info").get("reasons")
    parts = reasons if isinstance(reasons, list) else [reasons]
    return " · ".join(part if isinstance(part, str) else json.dumps(part) for part in parts if part) or None


def metrics(record: Record) -> Iterator[Metric]:
    """Yield how many saw the ad, in all and by country, and how many it was aimed at."""
    reach = object_at(record, object_at(record, record.values, "ad"), "reach")
    yield from counted("reach", inside(reach, *_REACH), "people")
    for country, number in object_at(record, reach, *_BY_COUNTRY).items():
        yield from counted("reach", number, "people", country)
    aimed = inside(_targeting(record), "number_of_users_targeted")
    yield from counted("audience_size", aimed, "people")


def targets(record: Record) -> Iterator[Target]:
    """Yield whom the advertiser wanted; of ages and genders those that are on, of the rest what is not `No`."""
    aimed = _targeting(record)
    for place in _listed(inside(aimed, "country")):
        yield criterion("location", place, "include", place)
    for kind in ("age", "gender"):
        for value, on in object_at(record, aimed, kind).items():
            if str(on).casefold() == "true":
                yield criterion(kind, value, "include", f"{value}: {on}")
    for interest in _listed(inside(aimed, "interest")):
        yield criterion("interest", interest, "include", interest)
    for field, kind in (
        ("video_interactions", "video_interaction"),
        ("creator_interactions", "creator_interaction"),
    ):
        for value in _listed(inside(aimed, field)):
            yield criterion(kind, value, "include", f"{field}: {value}")
    for value in _listed(inside(aimed, "audience_targeting")):
        yield criterion("custom_list", value, "used_unspecified", f"audience_targeting: {value}")


def _targeting(record: Record) -> dict[str, Any]:
    return object_at(record, object_at(record, record.values, "ad_group"), *_TARGETING)


def _listed(value: Any) -> list[str]:
    """Return the words of a list or of text with commas; a plain `No` names nothing."""
    parts = value if isinstance(value, list) else cell_text(value).split(",")
    words = dict.fromkeys(cell_text(part) for part in parts)
    return [word for word in words if word.casefold() not in ("", "no", "false", "none")]
