"""Dated differences between two observations, as the record found them."""

from collections.abc import Sequence

import ibis
from ibis import _

from tracker.analysis.scope import Scope


def changes(rows: ibis.Table, scope: Scope, *, types: Sequence[str] = ()) -> ibis.Table:
    """Return the changes in scope, whatever their group, oldest first, with `day`, the UTC day they were seen on."""
    rows = rows.mutate(day=_.at.date())
    if types:
        rows = rows.filter(_.type.isin(tuple(types)))
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids))
    if scope.since is not None:
        rows = rows.filter(_.day >= scope.since)
    if scope.until is not None:
        rows = rows.filter(_.day <= scope.until)
    return rows.order_by("at", "change_id")
