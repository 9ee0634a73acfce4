"""The rules by which claims are graded, joined into chains and held against each other: `docs/claims.md`.

Pure: the record hands in claims, and nothing here knows where they are kept.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

from tracker.domain import EVIDENCE_KINDS, Claim, EvidenceItem, Grade, Predicate
from tracker.errors import BadInput

GRADES: tuple[Grade, ...] = ("low", "moderate", "high")
CHAIN: tuple[Predicate, ...] = ("operated_by", "part_of", "supervised_by")
"""The predicates that lead upwards, from an account to an organ. A payer, a quotation and a likeness lead nowhere."""

RULE = "high needs two independent kinds, one of them documented or technical; moderate one documented or technical item"
"""The published rule of `grade`, in the words that a contributor is told."""

_FIRM = ("documented", "technical")

Node = tuple[str, str]
"""A type and an id, such as `("organisation", "harbour-icc")`."""
_Said = tuple[Node, date | None, date | None]


class Link(NamedTuple):
    """A claim as a step from its subject to its object."""

    id: int
    subject: Node
    predicate: str
    object: Node
    grade: Grade
    valid_from: date | None = None
    valid_to: date | None = None


class Chain(NamedTuple):
    """The links from an account upwards; `confidence` is that of the weakest, `None` when there is no link."""

    links: tuple[Link, ...]
    confidence: Grade | None


def grade(items: Sequence[EvidenceItem], publishers: Mapping[str, str]) -> Grade:
    """Return the grade that the evidence gives by the published rule.

    `high`: two independent items of different kinds, one of them documented or technical. `moderate`: one documented
    or technical item. Else `low`. Contact (mention, quotation, audience, engagement) raises nothing. `publishers`
    names the publisher of each document.
    """
    counted = [item for item in items if item.kind in EVIDENCE_KINDS]
    if not any(item.kind in _FIRM for item in counted):
        return "low"
    pairs = combinations(counted, 2)
    high = any(
        {one.kind, other.kind} & set(_FIRM) and independent(one, other, publishers) for one, other in pairs
    )
    return "high" if high else "moderate"


def link(claim: Claim, claim_id: int, grade: Grade) -> Link:
    """Return a claim as a link."""
    return Link(
        claim_id, (claim.subject_type, claim.subject), claim.predicate, (claim.object_type, claim.object), grade,
        claim.valid_from, claim.valid_to,
    )  # fmt: skip


def independent(one: EvidenceItem, other: EvidenceItem, publishers: Mapping[str, str]) -> bool:
    """Say whether two items support each other: of different kinds, documents, publishers and kept bytes."""
    copies = {one.archived, one.evidence} & {other.archived, other.evidence} - {None}
    return (
        one.kind != other.kind
        and one.document != other.document
        and _name(publishers, one.document) != _name(publishers, other.document)
        and not copies
    )


class Ways:
    """Claims by where they lead upwards from, so that many chains are found over one reading of them."""

    def __init__(self, links: Iterable[Link]):
        self._upwards: defaultdict[Node, list[Link]] = defaultdict(list)
        for link in links:
            if link.predicate in CHAIN:
                self._upwards[link.subject].append(link)

    def chain(self, start: Collection[Node]) -> Chain:
        """Return the way from `start` upwards: see `chain`."""
        found: list[Link] = []
        at, seen = list(start), set(start)
        while onwards := [
            link for node in at for link in self._upwards.get(node, ()) if link.object not in seen
        ]:
            best = min(onwards, key=_rank)
            found.append(best)
            at = [best.object]
            seen.add(best.object)
        return _weighed(found)

    def chains(self, start: Collection[Node], disputed: Collection[int]) -> tuple[Chain, ...]:
        """Return the way from `start` upwards and, beside it, one for each other body that a disputed claim names."""
        best = self.chain(start)
        ways, named = [best], {link.object for link in best.links[:1]} | set(start)
        first = [link for node in start for link in self._upwards.get(node, ()) if link.id in disputed]
        for link in sorted(first, key=_rank):
            if link.object not in named:
                named.add(link.object)
                ways.append(_weighed([link, *self.chain([link.object]).links]))
        return tuple(ways)


def _weighed(links: Sequence[Link]) -> Chain:
    """Return links as a chain: it bears as much as the weakest of them."""
    weakest = min((GRADES.index(link.grade) for link in links), default=None)
    return Chain(tuple(links), None if weakest is None else GRADES[weakest])


def chain(start: Collection[Node], links: Iterable[Link]) -> Chain:
    """Return the way from `start` (an account and its brand) upwards: at each step who operates, then the best grade.

    A node is visited once, so that a circle of claims ends. Hand in live claims only: a withdrawn one leads nowhere.
    """
    return Ways(links).chain(start)


def circle(new: Link, links: Iterable[Link]) -> tuple[Node, ...]:
    """Return the nodes of the circle that `new` would close with claims that hold at the same time, or `()`."""
    if new.predicate not in CHAIN:
        return ()
    upwards: defaultdict[Node, list[Node]] = defaultdict(list)
    for link in links:
        if link.predicate in CHAIN and overlap(new, link):
            upwards[link.subject].append(link.object)
    ways: dict[Node, tuple[Node, ...]] = {new.object: (new.subject, new.object)}
    waiting = [new.object]
    while waiting:
        node = waiting.pop()
        if node == new.subject:
            return ways[node]
        for above in upwards[node]:
            if above not in ways:
                ways[above] = (*ways[node], above)
                waiting.append(above)
    return ()


def refuse_circle(new: Link, links: Iterable[Link]) -> None:
    """Raise `BadInput` with the way round when `new` would close a circle with claims that hold at the same time."""
    if way := circle(new, links):
        raise BadInput(f"makes a circle: {' → '.join(name for _, name in way)}", field="operator")


def disputed(links: Iterable[Link], *, unnamed: Collection[Node] = ()) -> frozenset[int]:
    """Return the ids of live claims that contradict each other: two operators of one subject at one time.

    Two bodies of which one stands above the other, or that are said to be the same, do not contradict each other;
    nor does a claim that leaves the body open (`unnamed`: "state-run") contradict one that names it.
    """
    known = list(links)
    kin = _kin(known)
    by_subject: defaultdict[Node, defaultdict[_Said, list[int]]] = defaultdict(lambda: defaultdict(list))
    for link in known:
        if link.predicate == "operated_by" and link.object not in unnamed:
            by_subject[link.subject][link.object, link.valid_from, link.valid_to].append(link.id)
    return frozenset(
        claim
        for said in by_subject.values()
        for one, other in combinations(said, 2)
        if _contradict(one, other, kin)
        for claim in (*said[one], *said[other])
    )


def overlap(one: Link, other: Link) -> bool:
    """Say whether two claims hold on a common day; an open end holds for ever."""
    return _meet(one.valid_from, one.valid_to, other.valid_from, other.valid_to)


def _meet(one_from: date | None, one_to: date | None, other_from: date | None, other_to: date | None) -> bool:
    return (one_from or date.min) <= (other_to or date.max) and (other_from or date.min) <= (
        one_to or date.max
    )


def _contradict(one: _Said, other: _Said, kin: Mapping[Node, frozenset[Node]]) -> bool:
    related = other[0] in kin.get(one[0], ()) or one[0] in kin.get(other[0], ())
    return one[0] != other[0] and not related and _meet(*one[1:], *other[1:])


def _kin(links: Iterable[Link]) -> dict[Node, frozenset[Node]]:
    """Return, for each operator, the bodies that stand above it or are said to be the same."""
    steps: defaultdict[Node, set[Node]] = defaultdict(set)
    operators: set[Node] = set()
    for link in links:
        if link.predicate in CHAIN:
            steps[link.subject].add(link.object)
        if link.predicate == "operated_by":
            operators.add(link.object)
        if link.predicate == "same_as":
            steps[link.subject].add(link.object)
            steps[link.object].add(link.subject)
    return {operator: _above(operator, steps) for operator in operators}


def _above(start: Node, steps: Mapping[Node, set[Node]]) -> frozenset[Node]:
    seen: set[Node] = set()
    waiting = [start]
    while waiting:
        fresh = steps.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return frozenset(seen)


def _rank(link: Link) -> tuple[bool, int, int]:
    """Return the order of claims on the way upwards: who operates comes first, then the better grade."""
    return link.predicate != "operated_by", -GRADES.index(link.grade), link.id


def _name(publishers: Mapping[str, str], document: str) -> str:
    return " ".join(publishers.get(document, document).casefold().split())
