"""The finding of what changed with a dated event, such as a label or a new payer, beyond what changed for a control group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from tracker.analysis import effects, votes
from tracker.analysis.changepoints import ALPHA, Floats
from tracker.analysis.columns import Ints
from tracker.analysis.effects import FEWEST_DEALINGS, FEWEST_PERIODS, Effect, Group
from tracker.analysis.shift import benjamini_hochberg
from tracker.analysis.votes import Calendar, Items, Timeline
from tracker.errors import BadInput
from tracker.findings import events, shift_points, voices
from tracker.findings.finding import Finding
from tracker.findings.question import Question, account_ids, answer, coder_of, ground
from tracker.findings.series import FEWEST_VOTES, TOO_FEW, VOLUME
from tracker.findings.voices import Heard

COLUMNS = (
    "event", "series", "effect", "p", "p_adjusted", "verdict", "reason", "p_placebo", "p_accounts", "before", "after", "control_before", "control_after",
    "n_before", "n_after", "control_n_before", "control_n_after", "periods_before", "periods_after", "band_lower",
    "band_upper",
)  # fmt: skip
EFFECT, NONE_SHOWN = "effect", "no effect shown"
METHOD = (
    "Difference in differences: what changed for the account from before the event to after it, less what changed for the control "
    "group. Shares of {items} with {what} by {unit}, near-copies of a text with one vote a month in each group; effect is a "
    "difference of shares. For {volume} effect is a ratio: 2 means twice as many as the control would lead one to expect. The "
    "{unit}s are counted from the day of the event both ways, so that none lies on both sides; the unfinished one is left out, and so are "
    "those in which nobody asked about either group. p says how often chance does as much either way: {permutations:,} "
    "dealings (seed {seed}) of whole periods, of both groups together; the band holds 95 % of them. From {placebos} periods on "
    "p_placebo says how often the event does as much when it is moved to any other date, before and after kept in their order: what "
    "neighbouring periods have in common moves with them. From {accounts} accounts in the control on, p_accounts says how often one "
    "of these does as much when it is taken for the account. An effect needs all that can be told at most 0.05. p_adjusted is p corrected for "
    "the number of rows (Benjamini and Hochberg)."
)
CAVEATS = (
    "A control tells what else happened at the time only as far as it is like the account; choose it before you look.",
    "Periods are dealt as if neighbours were not more alike than others: where p_placebo cannot be told, a trend that began before the "
    "event looks like an effect.",
)


@dataclass(frozen=True, slots=True)
class _Side:
    """The items of the account or of the control, what takes part in the test of volume and in that of shares (`said`)."""

    items: Items
    found: Timeline
    said: Heard
    marks: Mapping[str, votes.Marks]

    @property
    def accounts(self) -> list[int]:
        """The accounts that any item is of."""
        return sorted({account for account, _source in self.items.lanes if account is not None})

    def share_by_account(self, name: str, labels: list[str]) -> list[Group]:
        """Return the same as `share` of each account by itself."""
        part = self.said.part
        marks = self.marks.get(name, np.zeros(part.items.size, dtype=np.bool_)).astype(np.int64)
        place = [part.labels.index(label) for label in labels]
        owner = self._owner()[self.items.lane[part.items]]
        tables = [part.table(marks, 2, owner == account)[place] for account in self.accounts]
        return [
            Group(table[:, 1].astype(np.float64), table.sum(axis=1).astype(np.float64)) for table in tables
        ]

    def volume_by_account(self, labels: list[str], days: Floats) -> list[Group]:
        """Return the items of each account by itself, on days on which all were asked about."""
        found = self.found
        place = [found.labels.index(label) for label in labels]
        every = np.logical_and.reduce(found.watched, axis=0)
        begin = (
            np.datetime64(found.calendar.starts[0], "D")
            if found.calendar.starts
            else np.datetime64("1970-01-01")
        )
        day = (self.items.days[found.items] - begin).astype(np.int64)
        counted, owner = every[day], self._owner()[self.items.lane[found.items]]
        return [
            Group(
                np.bincount(found.period[counted & (owner == account)], minlength=len(found.labels))[
                    place
                ].astype(np.float64),
                days,
            )
            for account in self.accounts
        ]

    def _owner(self) -> Ints:
        return np.array(
            [-1 if account is None else account for account, _source in self.items.lanes], dtype=np.int64
        )

    def share(self, name: str, labels: list[str]) -> Group:
        """Return votes with the code or words and all votes, of each period."""
        part = self.said.part
        marks = self.marks.get(name, np.zeros(part.items.size, dtype=np.bool_))
        table = part.table(marks.astype(np.int64), 2)
        place = [part.labels.index(label) for label in labels]
        return Group(table[place, 1].astype(np.float64), table[place].sum(axis=1).astype(np.float64))


def effect(question: Question) -> Finding:
    """Say what changed with the event for an account, beyond what changed for the control."""
    options = question.options
    if options.at and options.event:
        raise BadInput("an event is named as well; expected one of the two", field="at")
    event = options.at.isoformat() if options.at else options.event
    if event is None or options.control is None or question.scope.account_ids is None:
        raise BadInput("an account, a control and an event are needed", field="event")
    day = events.day_of(question, event)
    question = shift_points.about(question)
    others = account_ids(question.lake, options.control, "control") or ()
    if set(others) & set(question.scope.account_ids or ()):
        raise BadInput("the control is the account itself, or holds it", field="control")
    apart = replace(question, scope=replace(question.scope, account_ids=others))
    sides = _sides(question, apart, day)
    rows = [*_shares(*sides, day), *_volume(*sides, day)]
    judged = _judged(rows, event)
    both = replace(
        question, scope=replace(question.scope, account_ids=(*(question.scope.account_ids or ()), *others))
    )
    return answer(
        both,
        n=sum(int(side.said.part.items.size) for side in sides),
        columns=COLUMNS,
        rows=judged,
        method=METHOD.format(
            items="ads" if question.options.items == "ad" else "posts",
            what=shift_points.what(question, sides[0].said.coder),
            unit=shift_points.unit_of(options.by),
            volume=VOLUME,
            permutations=effects.PERMUTATIONS,
            seed=effects.SEED,
            placebos=effects.FEWEST_PLACEBOS,
            accounts=effects.FEWEST_ACCOUNTS,
        ),
        ground=ground(both, question.options.items),
        coverage={
            "event": day.isoformat(),
            "coder": sides[0].said.coder,
            "control_accounts": len(others),
            "votes": int(sides[0].said.part.vote.sum()),
            "control_votes": int(sides[1].said.part.vote.sum()),
        },
        caveats=CAVEATS,
    )


def _sides(question: Question, apart: Question, day: date) -> tuple[_Side, _Side]:
    """Return the account and the control, coded by the same: by hand only where people coded both."""
    side, control = _side(question, day), _side(apart, day)
    if side.said.coder == control.said.coder:
        return side, control
    options = replace(question.options, coder=coder_of(question.lake, question.options.items))
    return _side(replace(question, options=options), day), _side(replace(apart, options=options), day)


def _side(question: Question, day: date) -> _Side:
    """Read a side; its periods begin on the day of the event and are counted from it both ways."""
    items, found = shift_points.taking(question, anchor=day)
    said = voices.heard(question, items, found)
    return _Side(items, found, said, shift_points.marks_of(question, items, said))


def _shares(side: _Side, control: _Side, day: date) -> Iterator[dict[str, Any]]:
    labels = [label for label in side.said.part.labels if label in control.said.part.labels]
    kept, after = _parted(side.found.calendar, labels, day)
    for name in sorted({*side.marks, *control.marks}):
        groups = side.share(name, kept), control.share(name, kept)
        yield _row(name, *groups, after, control.share_by_account(name, kept), of_share=True)


def _volume(side: _Side, control: _Side, day: date) -> Iterator[dict[str, Any]]:
    """Yield the row of the volume, where answers tell for both on which days accounts were asked about."""
    counted = [votes.volume(one.items, one.found) if one.found.labels else None for one in (side, control)]
    if counted[0] is None or counted[1] is None:
        yield _untold(VOLUME, "answers do not tell on which days both were asked about")
        return
    labels = [label for label in counted[0][0] if label in counted[1][0]]
    kept, after = _parted(side.found.calendar, labels, day)
    groups = [
        Group(
            *(values[[known.index(label) for label in kept]].astype(np.float64) for values in (counts, days))
        )
        for known, counts, days in (counted[0], counted[1])
    ]
    yield _row(
        VOLUME, groups[0], groups[1], after, control.volume_by_account(kept, groups[1].bases), of_share=False
    )


def _parted(calendar: Calendar, labels: list[str], day: date) -> tuple[list[str], votes.Marks]:
    """Return the periods, and which of them come after the event: none holds its day but as its first."""
    start_of = dict(zip(calendar.labels, calendar.starts, strict=True))
    return labels, np.array([start_of[label] >= day for label in labels], dtype=np.bool_)


def _row(
    name: str, group: Group, control: Group, after: votes.Marks, apart: list[Group], *, of_share: bool
) -> dict[str, Any]:
    sides = {"": group, "control_": control}
    told: dict[str, Any] = {"periods_before": int((~after).sum()), "periods_after": int(after.sum())}
    for prefix, one in sides.items():
        for word, part in (("before", ~after), ("after", after)):
            base, count = float(one.bases[part].sum()), float(one.counts[part].sum())
            told[f"{prefix}{word}"] = count / base if base else None
            told[f"{prefix}n_{word}"] = int(base if of_share else count)
    reason = _too_little(told, after, of_share=of_share)
    measure = effects.of_share if of_share else effects.of_volume
    found: Effect | None = None if reason else measure(group, control, after, apart=apart)
    if found is None:
        return _untold(name, reason or "a side was not asked about") | told
    return _untold(name, None) | told | {
        "effect": found.effect, "p": found.p, "band_lower": found.band_lower, "band_upper": found.band_upper,
        "p_placebo": found.p_placebo, "p_accounts": found.p_accounts,
    }  # fmt: skip


def _too_little(told: Mapping[str, Any], after: votes.Marks, *, of_share: bool) -> str | None:
    if min(told["periods_before"], told["periods_after"]) < FEWEST_PERIODS:
        return f"{told['periods_before']} periods before and {told['periods_after']} after; {FEWEST_PERIODS} of each are needed"
    if effects.dealings(after) < FEWEST_DEALINGS:
        return f"{after.size} periods can be dealt in {effects.dealings(after)} ways; {FEWEST_DEALINGS} are needed"
    least = min(told[f"{prefix}n_{word}"] for prefix in ("", "control_") for word in ("before", "after"))
    if of_share and least < FEWEST_VOTES:
        return f"{least} votes on a side; at least {FEWEST_VOTES} are needed"
    return None


def _undone(row: Mapping[str, Any]) -> str | None:
    """Say what does as much by chance as the event does, though dealt periods do not."""
    if row["p_placebo"] is not None and row["p_placebo"] > ALPHA:
        return f"other dates do as much (p_placebo {row['p_placebo']:.3f}): neighbouring periods are alike"
    if row["p_accounts"] is not None and row["p_accounts"] > ALPHA:
        return f"other accounts moved as much (p_accounts {row['p_accounts']:.3f})"
    return None


def _untold(name: str, reason: str | None) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {"series": name, "reason": reason}


def _judged(rows: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    adjusted = benjamini_hochberg([row["p"] for row in rows])
    return [
        row
        | {
            "event": event,
            "p_adjusted": p,
            "verdict": TOO_FEW if p is None else EFFECT if p <= ALPHA and not _undone(row) else NONE_SHOWN,
            "reason": row["reason"] if p is None or p > ALPHA else _undone(row),
        }
        for row, p in zip(rows, adjusted, strict=True)
    ]
