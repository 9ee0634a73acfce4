"""Who paid, for whom, and from when to when."""

import ibis
from ibis import _


def payers(ads: ibis.Table) -> ibis.Table:
    """Return `payer`, `account_id`, `first_shown`, `last_shown`, `ads`, `undated`.

    A null payer means that the repository published none. `last_shown` falls back on the latest first day.
    """
    return ads.group_by("payer", "account_id").agg(
        first_shown=_.first_shown.min(),
        last_shown=ibis.coalesce(_.last_shown, _.first_shown).max(),
        ads=_.count(),
        undated=_.day.isnull().sum(),
    )
