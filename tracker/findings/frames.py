"""From which items each random sample could have drawn, so that several samples together may stand for a period.

Items that the same samples could have drawn are a part of their own: what these drew from it is a random sample of it. Items that
came in after a sample was drawn are in none of its parts.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt

from tracker.analysis import columns
from tracker.analysis.columns import Ints
from tracker.findings.periods import Key
from tracker.findings.question import Question

Sample = Mapping[str, Any]
Marks = npt.NDArray[np.bool_]
UnitOf = Callable[[Mapping[str, Any]], str]
SEED = 20240701
_NO_ACCOUNT = -1


@dataclass(frozen=True, slots=True)
class Cell:
    """Items of one period that the same samples could have drawn; without `samples` none could.

    `later` says that one would have drawn from them had they come in before.
    """

    ids: frozenset[int]
    samples: tuple[int, ...]
    later: bool


@dataclass(frozen=True, slots=True)
class Frames:
    """The cells of each period; empty where chance drew nothing."""

    cells: Mapping[Key, Sequence[Cell]] = field(default_factory=dict)


def read(
    question: Question, dated: ibis.Table, samples: Sequence[Sample], unit_of: UnitOf, *, by_account: bool
) -> Frames:
    """Return the cells of every period of `dated` items in which a sample could have drawn any."""
    if not samples:
        return Frames()
    asked = dated.select("item_id", "ym", "day", account_id=ibis.coalesce(dated.account_id, _NO_ACCOUNT))
    table = question.lake.arrow(asked)
    ids, account = columns.ints(table["item_id"]), columns.ints(table["account_id"])
    days, ym = columns.days(table["day"]), columns.ints(table["ym"])
    could = {sample["sample_id"]: _could(sample, account, days) for sample in samples}
    drawn = {
        number: marks & _came_before(sample, ids)
        for sample in samples
        if (marks := could[number := sample["sample_id"]]).any()
    }
    random = np.random.default_rng(SEED)
    kind = np.zeros(ids.size, dtype=np.int64)
    later = np.zeros(ids.size, dtype=np.bool_)
    for number, marks in drawn.items():
        kind ^= np.where(marks, random.integers(1, 2**62), 0)
        later |= could[number] & ~marks
    names = _names(ym, days, unit_of)
    groups: dict[tuple[Key, int], list[int]] = defaultdict(list)
    for place, (name, owner, sort) in enumerate(zip(names, account.tolist(), kind.tolist(), strict=True)):
        groups[(name, (None if owner == _NO_ACCOUNT else owner) if by_account else None), sort].append(place)
    found: dict[Key, list[Cell]] = defaultdict(list)
    for (key, _sort), places in groups.items():
        inside = tuple(number for number, marks in drawn.items() if marks[places[0]])
        found[key].append(
            Cell(frozenset(ids[places].tolist()), inside, bool(later[places].all() and not inside))
        )
    return Frames(found)


def _could(sample: Sample, account: Ints, days: npt.NDArray[np.datetime64]) -> Marks:
    """Mark the items in the limits of a sample."""
    marks = np.ones(account.size, dtype=np.bool_)
    if sample["account_id"] is not None:
        marks &= account == sample["account_id"]
    if sample["since"] is not None:
        marks &= days >= np.datetime64(date.fromisoformat(sample["since"]), "D")
    if sample["until"] is not None:
        marks &= days <= np.datetime64(date.fromisoformat(sample["until"]), "D")
    return marks


def _came_before(sample: Sample, ids: Ints) -> Marks:
    """Mark the items that were there when the sample was drawn; where that was not kept, all."""
    if sample["frame_last"] is None:
        return np.ones(ids.size, dtype=np.bool_)
    came: Marks = ids <= sample["frame_last"]
    return came


def _names(ym: Ints, days: npt.NDArray[np.datetime64], unit_of: UnitOf) -> list[str]:
    """Return the name of the period of each item; each day is named once."""
    known: dict[tuple[int, date], str] = {}
    named = []
    for month, day in zip(ym.tolist(), days.tolist(), strict=True):
        if (month, day) not in known:
            known[month, day] = unit_of({"ym": month, "day": day.isoformat()})
        named.append(known[month, day])
    return named
