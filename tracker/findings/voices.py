"""Whose codings a test over time reads: people's where they coded its periods, else those of keywords; never both at once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ibis
from ibis import _

from tracker.analysis import keywords, scope, votes
from tracker.analysis.changepoints import FEWEST
from tracker.analysis.scope import BY_HAND
from tracker.analysis.votes import Items, Timeline
from tracker.findings import handcoded, periods
from tracker.findings.handcoded import ByHand
from tracker.findings.question import Question, coder_of

Codes = Mapping[int, frozenset[str]]
"""The top-level codes of an item, and with them the one that is asked about."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The coder that a test reads, the codes by item, and what takes part in the test.

    `coder` is `hand`, `keywords v1`, a name, or `None` where words are asked about or nobody coded. By hand, `coded` of
    `of` periods with items were coded; the others do not take part.
    """

    coder: str | None
    part: Timeline
    codes: Codes = field(default_factory=dict)
    alphas: Mapping[str, float | None] = field(default_factory=dict)
    version: int | None = None
    coded: int = 0
    of: int = 0

    @property
    def by_hand(self) -> bool:
        """Whether people coded what is read."""
        return self.coder == BY_HAND

    def caveats(self, unit: str) -> Iterator[str]:
        """Yield what must be said of whose codings these are."""
        left = self.of - self.coded
        if self.by_hand and left:
            yield f"{left:,} of {self.of:,} {unit}s with items were not coded by hand and are left out."
        elif self.coder is not None and not self.by_hand and self.coded:
            yield (
                f"{self.coded:,} of {self.of:,} {unit}s with items were coded by hand, too few to test: these are all by "
                f"{self.coder}; ask for the coder hand to have those alone."
            )
        if self.coder is not None and self.coder.startswith(keywords.BY_KEYWORDS):
            yield "Keywords say in how many items a word of the code occurs, and that is no share by people."


def heard(question: Question, items: Items, found: Timeline) -> Heard:
    """Return whose codings the test of `found` reads: people's where they coded most of its periods, or when asked for."""
    options = question.options
    if options.terms:
        return Heard(None, found)
    coded, of = frozenset[str](), 0
    if options.coder in (None, BY_HAND):
        hand = _hand(question, found)
        coded, of, members = _coded_periods(question, found, hand)
        if options.coder == BY_HAND or (len(coded) >= FEWEST and 2 * len(coded) >= of):
            part = votes.within(found, items, members, labels=coded)
            codes = _settled(question)
            return Heard(BY_HAND, part, codes, hand.alphas, hand.version, len(coded), of)
    coder = options.coder or coder_of(question.lake, options.items)
    said = _said(question, coder)
    if coder is not None and not coder.startswith(keywords.BY_KEYWORDS):
        found = votes.within(found, items, frozenset(said), labels=frozenset(found.labels))
    return Heard(coder, found, said, coded=len(coded), of=of)


def _hand(question: Question, found: Timeline) -> ByHand:
    """Read what people coded, with alpha at the level of the code that is asked about."""
    options = question.options
    settled = question.tables["hand_settled"].filter(_.item_type == options.items)
    finer = options.code is not None and bool(
        question.rows(settled.filter(_.code == options.code, _.parent != options.code).limit(1))
    )
    asked = replace(question, options=replace(options, level="fine" if finer else "top"))
    return handcoded.read(asked, _dated(question), lambda row: _named(row, found), by_account=False)


def _coded_periods(
    question: Question, found: Timeline, hand: ByHand
) -> tuple[frozenset[str], int, frozenset[int]]:
    """Return the periods that people coded, how many have items, and the items on which the shares of those rest."""
    if not hand.coded:
        return frozenset(), 0, frozenset()
    groups = periods.groups(
        question, _dated(question), "day", by_account=False, name=lambda row: _named(row, found)
    )
    finished = {key: group for key, group in groups.items() if key[0] in found.labels}
    coded, members = set(), set[int]()
    for key, group in finished.items():
        at = handcoded.point(hand, key, group)
        members.update(handcoded.drawn_alike(at))
        if at.members or (not hand.to_recode.get(key) and handcoded.drawn_from(hand, group)):
            coded.add(key[0])
    return frozenset(coded), len(finished), frozenset(members)


def _named(row: Mapping[str, Any], found: Timeline) -> str:
    return found.calendar.name(date.fromisoformat(row["day"]))


def _settled(question: Question) -> Codes:
    """Return what each item counts as that people coded."""
    settled = question.tables["hand_settled"].filter(_.item_type == question.options.items, _.counts)
    return _codes(question, settled.select("item_id", "code", "parent"))


def _said(question: Question, coder: str | None) -> Codes:
    """Return the codes that one coder gave."""
    said = question.tables["codings"].filter(_.item_type == question.options.items, _.coder == coder)
    return _codes(question, said.select("item_id", "code", "parent"))


def _codes(question: Question, table: ibis.Table) -> Codes:
    found: dict[int, set[str]] = defaultdict(set)
    columns = question.lake.arrow(table.distinct())
    given = {question.options.code}
    for item, code, parent in zip(
        *(columns[name].to_pylist() for name in ("item_id", "code", "parent")), strict=True
    ):
        found[item].update({parent or code} | ({code} & given))
    return {item: frozenset(codes) for item, codes in found.items()}


def _dated(question: Question) -> ibis.Table:
    make = scope.ads if question.options.items == "ad" else scope.posts
    return scope.dated(make(question.tables, question.scope), question.scope)
