"""What was asked, when, and how it was answered: the ground under every count."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis import _

from tracker.analysis import columns, months
from tracker.analysis.columns import Days, Ints

BEST_FIRST = (
    "rows", "archive", "empty_confirmed", "empty_unverified", "gone", "suspect", "login_wall", "refused", "throttled", "error",
)  # fmt: skip
"""A day asked more than once has the first of these outcomes that any of its answers had."""

SUSPECT = "suspect"
"""What a run said to be gone that is not to be believed: too much of one platform vanished in it at once."""

ARCHIVE = "archive"
"""How a file of posts answers for the days that it is said to cover."""

UNKNOWN = "unknown"
"""What is known of the days of an archive of which nobody said what it covers: that it holds what it holds."""

LEFT_OUT = "not_asked"
"""How a question ends that was to be put and was not: no answer, and no asking."""

ANSWERED = frozenset({"rows", ARCHIVE, "empty_confirmed"})
"""The outcomes after which nothing found may be read as zero."""

_NO_ACCOUNT = -1
_ONE_DAY = np.timedelta64(1, "D")


def asked(listings: ibis.Table) -> ibis.Table:
    """Count answers by what they cover, for `Answers.read`: an answer about no account in particular has -1."""
    keys = ["account_id", "source", "first_day", "last_day", "outcome"]
    numbered = judged(listings).mutate(account_id=ibis.coalesce(_.account_id, _NO_ACCOUNT))
    return numbered.group_by(keys).agg(answers=_.count()).order_by("source", "account_id")


def judged(listings: ibis.Table) -> ibis.Table:
    """Return answers with the outcome `suspect` in place of a `gone` that is not to be believed."""
    doubted = _.suspect.fill_null(False) & (_.outcome == "gone")
    return listings.mutate(outcome=ibis.ifelse(doubted, SUSPECT, _.outcome))


def archives_apart(listings: ibis.Table) -> ibis.Table:
    """Return answers with the outcome `archive` where a file says which days it covers, without the files that do not."""
    files = _.archive.fill_null(False) & _.outcome.isin(("rows", "empty_confirmed"))
    stated = _.covers_from.notnull() & _.covers_to.notnull()
    dated = listings.filter(~files | stated)
    return dated.mutate(outcome=ibis.ifelse(files, ARCHIVE, _.outcome))


def undated(listings: ibis.Table) -> ibis.Table:
    """Return the first and the last day of the posts of files that do not say what they cover: an account and source a row.

    Columns: `account_id`, `source`, `first_day`, `last_day`, and `made_on`: the day of the latest file, which holds nothing later.
    """
    files = listings.filter(_.archive, _.covers_from.isnull() | _.covers_to.isnull(), _.shown_from.notnull())
    held = files.group_by("account_id", "source")
    days = {
        "first_day": _.shown_from.min(),
        "last_day": _.shown_to.max(),
        "made_on": _.observed_at.max().date(),
    }
    return held.agg(**days).order_by("source", "account_id")


def ended(listings: ibis.Table) -> ibis.Table:
    """Return the answers that say why they ended so, or of how many they are, the latest last: the columns of `End`."""
    telling = judged(listings).filter(_.message.notnull() | _.stated_total.notnull())
    return telling.order_by("observed_at", "listing_id").select(
        "account_id", "source", "first_day", "last_day", "outcome", "message", "read", "stated_total"
    )


def found(items: ibis.Table, unit: Literal["day", "ym"]) -> ibis.Table:
    """Count items by `account_id`, `source` and `unit`."""
    return items.group_by("account_id", "source", unit=_[unit]).agg(items=_.count())


def best_first(outcomes: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct outcomes in the order of `BEST_FIRST`; then those not listed there, and `LEFT_OUT` last."""
    rank = {outcome: place for place, outcome in enumerate(BEST_FIRST)}
    return tuple(
        sorted(
            set(outcomes), key=lambda outcome: (outcome == LEFT_OUT, rank.get(outcome, len(rank)), outcome)
        )
    )


@dataclass(frozen=True, slots=True)
class Lane:
    """An account (or, with `None`, a whole data set) at one source."""

    account_id: int | None
    source: str


@dataclass(frozen=True, slots=True)
class End:
    """How an answer ended, for the days that it was about: why, how many records came, and how many are stated."""

    first: date
    last: date
    outcome: str
    message: str | None
    read: int | None
    stated_total: int | None


def ends_by_lane(table: pa.Table) -> dict[Lane, list[End]]:
    """Read the Arrow table of `ended`: the ends of each lane, the latest last."""
    found: dict[Lane, list[End]] = {}
    for account, source, *told in zip(*(column.to_pylist() for column in table.columns), strict=True):
        found.setdefault(Lane(account, source), []).append(End(*told))
    return found


@dataclass(frozen=True, slots=True)
class Answers:
    """The result of `asked` as columns; `outcome[i]` is the place of an outcome in `outcomes`, the best first."""

    lanes: tuple[Lane, ...]
    outcomes: tuple[str, ...]
    lane: Ints
    first: Days
    last: Days
    outcome: Ints
    answers: Ints

    @classmethod
    def read(cls, table: pa.Table) -> "Answers":
        """Read the Arrow table of `asked`."""
        accounts = columns.ints(table["account_id"])
        sources, source = columns.labels(table["source"])
        outcomes, outcome = columns.labels(table["outcome"])
        ordered = best_first(outcomes)
        place = np.array([ordered.index(name) for name in outcomes], dtype=np.int64)
        known, account = np.unique(accounts, return_inverse=True)
        pairs, lane = np.unique(source * max(1, known.size) + account, return_inverse=True)
        return cls(
            lanes=tuple(
                Lane(None if account_id == _NO_ACCOUNT else int(account_id), sources[number])
                for number, account_id in ((pair // known.size, known[pair % known.size]) for pair in pairs)
            ),
            outcomes=ordered,
            lane=lane,
            first=columns.days(table["first_day"]),
            last=columns.days(table["last_day"]),
            outcome=place[outcome] if place.size else outcome,
            answers=columns.ints(table["answers"]),
        )

    def count_by_outcome(self) -> dict[str, int]:
        """Return how many answers had each outcome, by its name; a question that was left out is among them."""
        counts = np.bincount(self.outcome, weights=self.answers, minlength=len(self.outcomes))
        return {name: int(count) for name, count in sorted(zip(self.outcomes, counts, strict=True))}

    def span(self) -> tuple[date, date] | None:
        """Return the first and the last day that any answer covers."""
        return (self.first.min().item(), self.last.max().item()) if self.first.size else None

    def by_lane(self) -> Iterator["Answers"]:
        """Yield the answers of each lane, as answers that have this lane only."""
        order = np.argsort(self.lane, kind="stable")
        ends = np.searchsorted(self.lane[order], np.arange(len(self.lanes)), side="right")
        for number, rows in enumerate(np.split(order, ends[:-1]) if len(self.lanes) else ()):
            yield Answers(
                lanes=(self.lanes[number],),
                outcomes=self.outcomes,
                lane=np.zeros(rows.size, dtype=np.int64),
                first=self.first[rows],
                last=self.last[rows],
                outcome=self.outcome[rows],
                answers=self.answers[rows],
            )

    def outcome_of_days(self, first: date, last: date) -> Ints:
        """Return for each day of a range the place of its best outcome in `outcomes`, -1 where nobody asked."""
        found = np.full(_length(first, last), -1, dtype=np.int64)
        for place in reversed(range(len(self.outcomes))):
            found[self._covered(self.outcome == place, first, last)] = place
        return found

    def ends_of_days(self, ends: Sequence[End], first: date, last: date) -> Ints:
        """Return for each day of a range the place of the latest of `ends` that has its best outcome, else -1."""
        best = self.outcome_of_days(first, last)
        found = np.full(best.size, -1, dtype=np.int64)
        for place, end in enumerate(ends):
            days = slice(max(0, (end.first - first).days), max(0, (end.last - first).days + 1))
            found[days][best[days] == self.outcomes.index(end.outcome)] = place
        return found

    def answered(self, first: date, last: date) -> npt.NDArray[np.bool_]:
        """Return for each day of a range whether an answer came that makes nothing found mean zero."""
        good = [place for place, name in enumerate(self.outcomes) if name in ANSWERED]
        return self._covered(np.isin(self.outcome, good), first, last)

    def _covered(self, which: npt.NDArray[np.bool_], first: date, last: date) -> npt.NDArray[np.bool_]:
        days = _length(first, last)
        start = np.datetime64(first, "D")
        begin = np.clip((self.first[which] - start).astype(np.int64), 0, days)
        end = np.clip((self.last[which] + _ONE_DAY - start).astype(np.int64), 0, days)
        right_way = begin < end
        steps = np.bincount(begin[right_way], minlength=days + 1) - np.bincount(
            end[right_way], minlength=days + 1
        )
        covered: npt.NDArray[np.bool_] = np.cumsum(steps[:days]) > 0
        return covered


def full_months(answered: npt.NDArray[np.bool_], first: int, last: int) -> frozenset[int]:
    """Return the months of which every day was answered; `answered` begins with the first day of `first`."""
    starts = [(months.first_day(ym) - months.first_day(first)).days for ym in range(first, last + 1)]
    full = np.logical_and.reduceat(answered, starts)
    return frozenset(int(place) + first for place in np.flatnonzero(full))


def _length(first: date, last: date) -> int:
    return max(0, (last - first).days + 1)
