"""What a round asks where nobody says more than whom about, and about whom a source cannot be asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tracker.collect import sources
from tracker.domain import AccountRef, Scope
from tracker.errors import BadInput
from tracker.settings import Settings


def scopes(
    source: sources.Source, scope: Mapping[str, str], settings: Settings, now: datetime
) -> list[dict[str, str]]:
    """Return the scopes that a question stands for which leaves open what its source must be told.

    One for each country of the settings, about the last days of the settings, today left out.
    """
    wants = sources.wants(source)
    last = now.date() - timedelta(days=1)
    days = {"from": last - timedelta(days=settings.ad_days - 1), "to": last}
    left_open = not days.keys() & scope.keys()
    filled = dict(scope) | {name: f"{day}" for name, day in days.items() if name in wants and left_open}
    if "country" not in wants or "country" in scope:
        return [filled]
    return [filled | {"country": country} for country in settings.countries] or [filled]


def obstacle(
    source: sources.Source, scope: Mapping[str, str], account: Mapping[str, Any], now: datetime
) -> str | None:
    """Return in words why a source cannot be asked about an account of the registry, or `None`."""
    about = AccountRef(
        account["platform"], account["key"], handle=account["handle"], name=account["name"], url=account["url"],
        native_id=account["native_id"],
    )  # fmt: skip
    try:
        sources.check(source, Scope(dict(scope), now, about))
    except BadInput as error:
        more = ", or set TRACKER_AD_COUNTRIES" if error.field == "--scope country" else ""
        return f"{error.found}{more}"
    return None
