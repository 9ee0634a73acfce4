"""The periods of a finding over time: how each is named, and how many items of which accounts lie in it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
from ibis import _

from tracker.analysis import months
from tracker.analysis.coverage import Answers
from tracker.findings.question import Question

UNITS = ("month", "week", "day")
Key = tuple[str, int | None]
"""A period, and an account where the answer is by account."""


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one period (of one account): how many there are, from which day to which.

    `accounts` tells one account from several: the lowest and the highest id, and `None` for items without one.
    """

    n: int
    first: date
    last: date
    accounts: frozenset[int | None]


def groups(
    question: Question, dated: ibis.Table, unit: str, *, by_account: bool,
    name: Callable[[Mapping[str, Any]], str] | None = None,
) -> dict[Key, Group]:  # fmt: skip
    """Return the items of each period: how many, from which day to which, of which accounts.

    `name` names the period of a row with `day` otherwise than `unit_of` does.
    """
    keys = ["ym" if unit == "month" else "day", *(["account_id"] if by_account else [])]
    found = question.rows(
        dated.group_by(keys).agg(
            n=_.count(), first=_.day.min(), last=_.day.max(), one=_.account_id.min(), other=_.account_id.max(),
            nameless=_.account_id.isnull().sum(),
        )
    )  # fmt: skip
    parts: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for row in found:
        parts[name(row) if name else unit_of(row, unit), row["account_id"] if by_account else None].append(
            row
        )
    return {
        place: Group(
            sum(row["n"] for row in rows),
            date.fromisoformat(min(row["first"] for row in rows)),
            date.fromisoformat(max(row["last"] for row in rows)),
            frozenset(account for row in rows for account in _accounts(row)),
        )
        for place, rows in sorted(parts.items(), key=lambda one: (one[0][0], one[0][1] or 0))
    }


def unit_of(row: Mapping[str, Any], unit: str) -> str:
    """Return the name of the period that a row with `ym` or `day` lies in."""
    if unit == "month":
        return months.text(row["ym"])
    day = date.fromisoformat(row["day"])
    return (months.monday(day) if unit == "week" else day).isoformat()


def covered(answers: Answers, groups: Iterable[Key], unit: str) -> dict[str, float]:
    """Return for each period which part of its days the answers cover, on average over what was asked about."""
    spans = {name: _days(name, unit) for name, _account in groups}
    lanes = list(answers.by_lane())
    if not spans or not lanes:
        return {}
    first, last = min(day for day, _ in spans.values()), max(day for _, day in spans.values())
    days = np.mean([lane.answered(first, last) for lane in lanes], axis=0)
    return {
        name: float(days[(begin - first).days : (end - first).days + 1].mean())
        for name, (begin, end) in spans.items()
    }


def _days(name: str, unit: str) -> tuple[date, date]:
    if unit == "month":
        ym = int(name[:4]) * 12 + int(name[5:7]) - 1
        return months.first_day(ym), months.last_day(ym)
    first = date.fromisoformat(name)
    return first, first + timedelta(days=6 if unit == "week" else 0)


def _accounts(row: Mapping[str, Any]) -> set[int | None]:
    """Return the lowest and the highest of the accounts, and `None` where an item has none: they tell one from several."""
    return {row["one"], row["other"], *([None] if row["nameless"] else [])}
