"""What labelers said of accounts, as runs: from when to when one of them was seen to give a label, or none. Pure.

A labeler is somebody who labels accounts of others: its labels are its own opinion, and never the platform's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ibis
from ibis import _

from tracker.analysis.scope import Scope

NONE = "none"
Row = Mapping[str, Any]


def seen(looks: ibis.Table, scope: Scope) -> ibis.Table:
    """Return the looks in scope that looked for the labels of a labeler: `issuer`, and `mark`, empty where it gave none."""
    if "issuer" not in looks.columns:
        return looks.mutate(issuer=ibis.null("string"), mark=ibis.null("string")).filter(ibis.literal(False))
    rows = looks.filter(_.issuer.notnull())
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids))
    if scope.since is not None:
        rows = rows.filter(_.day >= scope.since)
    if scope.until is not None:
        rows = rows.filter(_.day <= scope.until)
    return rows


def runs(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield a run for each label of each labeler, and for each stretch in which it gave none, by account and issuer."""
    lanes: dict[tuple[int, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        lanes[row["account_id"], row["issuer"]][row["look"]].append(row)
    for (account_id, issuer), by_look in sorted(lanes.items()):
        looks = sorted(by_look.values(), key=lambda of: (str(of[0]["observed_at"]), str(of[0]["look"])))
        given = [{row["mark"] or NONE for row in of} for of in looks]
        for state in sorted(set().union(*given)):
            for start, end in _stretches([state in marks for marks in given]):
                yield _run(account_id, issuer, state, looks[start:end], latest=end == len(looks))


def _stretches(held: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for place, one in enumerate([*held, False]):
        if one and start is None:
            start = place
        elif not one and start is not None:
            yield start, place
            start = None


def _run(
    account_id: int, issuer: str, state: str, looks: Sequence[Sequence[Row]], *, latest: bool
) -> dict[str, Any]:
    first, last = looks[0][0], looks[-1][0]
    return {
        "account_id": account_id, "issuer": issuer, "state": state, "first_seen": first["day"], "last_seen": last["day"],
        "looks": len(looks), "latest": latest, "evidence": last["evidence"], "look": last["look"], "words": None,
        "document": None,
    }  # fmt: skip
