"""How much was shown or published in each month."""

from collections.abc import Sequence

import ibis
from ibis import _

GROUPS = {"account": "account_id", "payer": "payer", "repository": "source", "section": "section"}
"""What a count can be broken down by, and the column that holds it."""


def ads_per_month(ads: ibis.Table, by: Sequence[str] = ()) -> ibis.Table:
    """Count dated ads by `ym` and `by`, with their impressions as a range.

    Columns: `ym`, a column for each of `by`, `ads`, `impressions_lower`, `impressions_upper`,
    `ads_with_impressions`. The upper bound is null when the publisher left it open for any of the ads.
    """
    keys = ["ym", *(GROUPS[name] for name in by)]
    counted = ads.group_by(keys).agg(
        ads=_.count(),
        impressions_lower=_.impressions_lower.sum(),
        upper=_.impressions_upper.sum(),
        ads_with_impressions=_.impressions_lower.count(),
        ads_with_upper=_.impressions_upper.count(),
    )
    closed = (_.ads_with_upper == _.ads_with_impressions) & (_.ads_with_impressions > 0)
    return (
        counted.mutate(impressions_upper=ibis.ifelse(closed, _.upper, None))
        .select(*keys, "ads", "impressions_lower", "impressions_upper", "ads_with_impressions")
        .order_by(keys)
    )


def posts_per_month(posts: ibis.Table, by: Sequence[str] = ()) -> ibis.Table:
    """Count dated posts by `ym` and `by`: `ym`, a column for each of `by`, `posts`."""
    keys = ["ym", *(GROUPS[name] for name in by)]
    return posts.group_by(keys).agg(posts=_.count()).order_by(keys)
