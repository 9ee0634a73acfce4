"""What looks at profiles saw, as runs: from when to when one thing was seen, look after look."""

import ibis
from ibis import _

from tracker.analysis.scope import Scope

UNDATED = "0001-01-01"
"""The day that an undated look is put at: before every other."""


def seen(looks: ibis.Table, scope: Scope, field: str) -> ibis.Table:
    """Return the looks in scope that looked at a field, with what they saw there as `state`.

    A look that could not tell (`unknown`) stays, apart from the others. `since` and `until` bound dated looks only.
    """
    rows = looks.filter(looks[field].notnull()).mutate(state=looks[field])
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids))
    if scope.since is not None:
        rows = rows.filter(_.day.isnull() | (_.day >= scope.since))
    if scope.until is not None:
        rows = rows.filter(_.day.isnull() | (_.day <= scope.until))
    return rows


def runs(rows: ibis.Table, words: str) -> ibis.Table:
    """Return the runs of one state: an account's looks in order, until another state is seen.

    Columns: `account_id`, `state`, `first_seen`, `last_seen` (days; `None` where no look has a date), `looks` (how
    many), `evidence` (of the last look: the SHA-256 of its screenshot, else the id of its document), `document`,
    `words` (those of the last look), `look` (its id) and `latest` (whether no other state was seen since).
    """
    order = [ibis.coalesce(_.day, ibis.literal(UNDATED).cast("date")), _.document_id.notnull(), _.look]
    placed = rows.mutate(unknown=(_.state == "unknown"), said=rows[words])
    lane = ibis.window(group_by=["account_id", "unknown"], order_by=order)
    marked = placed.mutate(before=_.state.lag().over(lane), position=ibis.row_number().over(lane))
    begins = marked.mutate(begins=ibis.ifelse(_.before.isnull() | (_.before != _.state), 1, 0))
    so_far = ibis.window(
        group_by=["account_id", "unknown"], order_by=["position"], preceding=None, following=0
    )
    numbered = begins.mutate(run=_.begins.sum().over(so_far))
    grouped = numbered.group_by("account_id", "unknown", "state", "run").aggregate(
        first_seen=_.day.min(),
        last_seen=_.day.max(),
        looks=_.count(),
        position=_.position.max(),
        evidence=ibis.coalesce(_.evidence, _.document_id).argmax(_.position),
        document=_.document.argmax(_.position),
        words=_.said.argmax(_.position),
        look=_.look.argmax(_.position),
    )
    last = ibis.window(group_by=["account_id", "unknown"])
    return grouped.mutate(latest=_.position == _.position.max().over(last)).drop("unknown", "run", "position")
