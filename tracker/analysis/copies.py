"""What is one where near-copies count once: the groups that the lake keeps; else the creative; else every item for itself."""

import ibis
import numpy as np
import pyarrow as pa

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


def _valid(column: pa.ChunkedArray) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return columns.ints(column.is_valid().cast(pa.int64())).astype(np.bool_)
