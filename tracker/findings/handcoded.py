"""Shares from codings by hand, period by period: which items people coded, by chance or all, and how sure that is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ibis
import numpy as np
from ibis import _

from tracker.analysis import agreement, prevalence, reliability, strata
from tracker.analysis.prevalence import Share
from tracker.analysis.strata import Part
from tracker.findings import frames
from tracker.findings.frames import Frames
from tracker.findings.machines import Machine
from tracker.findings.periods import Group, Key
from tracker.findings.question import Question

UnitOf = Callable[[Mapping[str, Any]], str]
MOST_UNKNOWN = 0.2
"""The part of the items of a period of which nothing may be known: of more, a share would say little."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What people coded of the items in question.

    `coded` holds, by period, what each item counts as and counted as before somebody adjudicated.
    """

    coded: Mapping[Key, Mapping[int, tuple[frozenset[str], frozenset[str]]]]
    to_recode: Mapping[Key, frozenset[int]]
    samples: Sequence[Mapping[str, Any]]
    members: Mapping[int, frozenset[int]]
    open: int
    adjudicated: int
    version: int | None
    frames: Frames = field(default_factory=Frames)
    alphas: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def codes(self) -> set[str]:
        """The codes that people gave."""
        found = [codes for items in self.coded.values() for pair in items.values() for codes in pair]
        return set().union(*found)

    @property
    def items(self) -> set[int]:
        """The items in question that people coded."""
        return {item for items in self.coded.values() for item in items}


@dataclass(frozen=True, slots=True)
class Point:
    """The items of a period that a share rests on, or the reason why there is none.

    `parts` are those of several samples: how many items each has, and which of them were drawn and coded. `unknown` counts items that
    came in after the samples were drawn, or of which none was drawn: the share does not stand for them.
    """

    members: tuple[int, ...]
    in_full: bool
    reason: str | None = None
    parts: tuple[tuple[int, tuple[int, ...]], ...] = ()
    unknown: int = 0


def read(question: Question, dated: ibis.Table, unit_of: UnitOf, *, by_account: bool) -> ByHand:
    """Read what people coded of `dated` items."""
    options = question.options
    settled = question.rows(question.tables["hand_settled"].filter(_.item_type == options.items))
    said = question.rows(question.tables["hand_codings"].filter(_.item_type == options.items))
    lost = {row["item_id"] for row in said if row["to_recode"]} - {row["item_id"] for row in settled}
    known = {row["item_id"] for row in settled} | lost
    place = _places(question, dated, known, unit_of, by_account=by_account) if known else {}
    code_of = "parent" if options.level == "top" else "code"
    pairs: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in settled:
        now, before = pairs[row["item_id"]]
        if row[code_of] is not None:
            now.update([row[code_of]] if row["counts"] else ())
            before.update([row[code_of]] if row["counted_before"] else ())
    coded: dict[Key, dict[int, tuple[frozenset[str], frozenset[str]]]] = defaultdict(dict)
    for item, (now, before) in pairs.items():
        if item in place:
            coded[place[item]][item] = (frozenset(now), frozenset(before))
    again: dict[Key, set[int]] = defaultdict(set)
    for item in lost & place.keys():
        again[place[item]].add(item)
    how = {row["item_id"]: row["how"] for row in settled if row["item_id"] in place}
    samples, members = _samples(question)
    cells = frames.read(question, dated, samples, unit_of, by_account=by_account)
    return ByHand(
        coded=coded,
        to_recode={key: frozenset(items) for key, items in again.items()},
        samples=samples,
        members=members,
        open=sum(one == "open" for one in how.values()),
        adjudicated=sum(one == "adjudicated" for one in how.values()),
        version=max((row["codebook_version"] for row in said), default=None),
        frames=cells,
        alphas=_alphas(said, options.level),
    )


def point(hand: ByHand, key: Key, group: Group) -> Point:
    """Return the items on which the share of a period rests: all of them, or those that chance drew from all of it."""
    coded, again = hand.coded.get(key, {}), hand.to_recode.get(key, frozenset())
    if len(coded) == group.n:
        return Point(tuple(sorted(coded)), in_full=True)
    parts, unknown, none = [], 0, 0
    for cell in hand.frames.cells.get(key, ()):
        drawn = frozenset().union(*(hand.members[number] for number in cell.samples)) & cell.ids
        if waiting := len(drawn & again):
            return Point(
                (),
                in_full=False,
                reason=f"{waiting:,} of the items drawn are to be recoded under a new codebook",
            )
        members = cell.ids if cell.ids <= coded.keys() else drawn & coded.keys()
        if members:
            parts.append((len(cell.ids), tuple(sorted(members))))
        elif cell.samples or cell.later:
            unknown += len(cell.ids)
        else:
            none += len(cell.ids)
    if parts and not none and unknown <= MOST_UNKNOWN * group.n:
        chosen = tuple(sorted(item for _n, members in parts for item in members))
        return Point(chosen, in_full=False, parts=tuple(parts), unknown=unknown)
    if parts and not none:
        return Point(
            (),
            in_full=False,
            reason=f"{unknown:,} of {group.n:,} came in after the samples were drawn, or none of their part was drawn",
        )
    if coded:
        return Point(
            (),
            in_full=False,
            reason=f"{len(coded):,} of {group.n:,} coded, and not as chance drew them from all",
        )
    return Point((), in_full=False, reason="nobody has coded these, nor a random sample of them")


def drawn_from(hand: ByHand, group: Group) -> bool:
    """Say whether chance drew a sample from every item of a period, whether or not one of its items was drawn."""
    return any(_covers(sample, group) for sample in hand.samples)


def drawn_alike(at: Point) -> frozenset[int]:
    """Return the items that a share rests on, of several samples as many of each part as its size allows at the lowest rate.

    So each item of the period had the same chance to be among them, and they may be counted without weights.
    """
    if len(at.parts) < 2:
        return frozenset(at.members)
    rate = min(len(members) / n for n, members in at.parts)
    random = np.random.default_rng(frames.SEED)
    return frozenset(
        int(item)
        for n, members in at.parts
        for item in random.choice(np.array(members), round(rate * n), replace=False)
    )


def share(
    hand: ByHand, key: Key, at: Point, group: Group, code: str, *, machine: Machine | None, before: bool = False
) -> Share:  # fmt: skip
    """Return the share of a code, or what it was before somebody adjudicated; a machine's word on every item narrows it."""
    gave = [code in hand.coded[key][item][int(before)] for item in at.members]
    if at.in_full:
        return prevalence.in_full(sum(gave), group.n)
    if len(at.parts) > 1:
        return _of_parts(hand, key, at, group, code, before=before)
    found = _of_one(key, at, group, code, gave, machine=machine)
    if at.unknown and found.interval:
        return replace(found, interval=strata.widened(found.interval, at.unknown, group.n))
    return found


def _of_parts(hand: ByHand, key: Key, at: Point, group: Group, code: str, *, before: bool) -> Share:
    """Return the share from several samples, each of its own part of the items."""
    parts = [
        Part(n, len(members), sum(code in hand.coded[key][item][int(before)] for item in members))
        for n, members in at.parts
    ]
    interval = strata.stratified(parts)
    return Share("stratified sample", strata.widened(interval, at.unknown, group.n))


def _of_one(
    key: Key, at: Point, group: Group, code: str, gave: list[bool], *, machine: Machine | None
) -> Share:
    n = group.n - at.unknown
    if machine is None:
        return prevalence.of_sample(sum(gave), len(gave), n)
    said = machine.of_items.get(code, {})
    of_all = machine.of_all.get((key, code), 0.0) / group.n
    return prevalence.with_model(gave, [said.get(item, 0.0) for item in at.members], of_all, n)


def without_any(hand: ByHand, key: Key, at: Point) -> float:
    """Return which part of the items no code fits, as far as the coded ones say."""
    if len(at.parts) > 1:
        total = sum(n for n, _members in at.parts)
        return sum(
            n / total * sum(not hand.coded[key][item][0] for item in members) / len(members)
            for n, members in at.parts
        )
    return sum(not hand.coded[key][item][0] for item in at.members) / len(at.members)


def hits(hand: ByHand, key: Key, at: Point, code: str) -> int:
    """Count the coded items that carry a code."""
    return sum(code in hand.coded[key][item][0] for item in at.members)


def _places(
    question: Question, dated: ibis.Table, known: Collection[int], unit_of: UnitOf, *, by_account: bool
) -> dict[int, Key]:
    """Return the period (and account) of each item that people coded and that is in question."""
    wanted = dated.filter(_.item_id.isin(sorted(known))).select("item_id", "ym", "day", "account_id")
    return {
        row["item_id"]: (unit_of(row), row["account_id"] if by_account else None)
        for row in question.rows(wanted)
    }


def _samples(question: Question) -> tuple[list[dict[str, Any]], dict[int, frozenset[int]]]:
    """Return the samples that chance drew of these items, and the items of each."""
    drawn = question.tables["samples"].filter(_.item_type == question.options.items, _.selection == "random")
    samples: dict[int, dict[str, Any]] = {}
    members: dict[int, set[int]] = defaultdict(set)
    for row in question.rows(drawn):
        samples[row["sample_id"]] = row
        members[row["sample_id"]].add(row["item_id"])
    return list(samples.values()), {number: frozenset(items) for number, items in members.items()}


def _covers(sample: Mapping[str, Any], group: Group) -> bool:
    """Say whether every item of a period could have been drawn for a sample."""
    ours = sample["account_id"] is None or group.accounts == {sample["account_id"]}
    since, until = sample["since"], sample["until"]
    return (
        ours
        and (since is None or date.fromisoformat(since) <= group.first)
        and (until is None or group.last <= date.fromisoformat(until))
    )


def _alphas(said: Sequence[Mapping[str, Any]], level: str) -> dict[str, float | None]:
    """Return alpha of each code that people gave, over all items that two of them coded."""
    rows = agreement.by_coding(said, level=level)
    return {
        code: reliability.measure(agreement.of_code(rows, code), resamples=1).alpha
        for code in agreement.variables(rows)
    }
