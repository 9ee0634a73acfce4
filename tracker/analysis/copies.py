"""What is one where near-copies count once: the groups that the lake keeps; else the creative; else every item for itself."""

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from tracker.analysis import columns
from tracker.analysis.columns import Ints

SHARED = ("copy_group", "shown")
"""The columns that `units` reads."""


def shared(items: ibis.Table) -> ibis.Table:
    """Add to items what they may have in common: `copy_group`, and `shown`, the creative of one without a text."""
    creative = items.creative_url if "creative_url" in items.columns else ibis.null("string")
    return items.mutate(shown=ibis.ifelse(items.copy_group.isnull(), creative, ibis.null("string")))


def units(found: pa.Table) -> Ints:
    """Return for each row of `copy_group` and `shown` a number that only near-copies, or the same creative, have in common."""
    creatives = found["shown"]
    labels, place = columns.labels(creatives.drop_null())
    numbers = -np.arange(1, found.num_rows + 1) - len(labels)
    numbers[_valid(creatives)] = -1 - place
    groups = found["copy_group"]
    numbers[_valid(groups)] = columns.ints(groups.drop_null())
    return numbers


def different(items: ibis.Table) -> ibis.Value:
    """Count what is different among items of `shared`: near-copies and the same creative once, what has neither each."""
    return (
        items.copy_group.nunique()
        + items.shown.nunique()
        + (items.copy_group.isnull() & items.shown.isnull()).cast("int64").sum()
    )


def across(items: ibis.Table) -> ibis.Table:
    """Return the near-copies that several accounts published: `copy_group`, `group_items`, `group_accounts`, first and last day.

    Items have a `day`; one of no account is nobody's.
    """
    said = items.filter(items.copy_group.notnull(), items.account_id.notnull(), items.day.notnull())
    counted = said.group_by("copy_group").agg(
        group_items=_.count(),
        group_accounts=_.account_id.nunique(),
        group_first=_.day.min(),
        group_last=_.day.max(),
    )
    return counted.filter(_.group_accounts > 1)


def of_most_accounts(groups: ibis.Table, most: int) -> ibis.Table:
    """Keep so many of `across`: those of most accounts, then of most items."""
    order = (ibis.desc("group_accounts"), ibis.desc("group_items"), "copy_group")
    return groups.order_by(*order).limit(most)


def members(items: ibis.Table, groups: ibis.Table) -> ibis.Table:
    """Return a row for each account of some groups of `across`: those columns, and what the account did.

    `account_id`, `items`, `first` and `last` day, `distance` (the largest); of its earliest item `snapshot_id`, `text`,
    `at` (when it was published, where that is known) and `moment` (else its day).
    """
    said = items.filter(items.account_id.notnull(), items.day.notnull()).inner_join(groups, "copy_group")
    at = said.published_at if "published_at" in said.columns else ibis.null("timestamp")
    said = said.mutate(at=at, moment=ibis.coalesce(at, said.day.cast("timestamp")))
    own = ibis.window(group_by=[said.copy_group, said.account_id])
    told = said.mutate(
        items=said.item_id.count().over(own),
        first=said.day.min().over(own),
        last=said.day.max().over(own),
        distance=said.copy_distance.max().over(own),
        place=ibis.row_number().over(
            ibis.window(group_by=[said.copy_group, said.account_id], order_by=[said.moment, said.snapshot_id])
        ),
    )
    kept = (
        "copy_group", "group_items", "group_accounts", "group_first", "group_last", "account_id", "items", "first", "last",
        "distance", "snapshot_id", "text", "at", "moment",
    )  # fmt: skip
    return told.filter(_.place == 0).select(*kept)


def _valid(column: pa.ChunkedArray) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return columns.ints(column.is_valid().cast(pa.int64())).astype(np.bool_)
