"""The tree of the bodies behind the accounts: who is said to stand under whom, from live claims only.

Pure: rows in, HTML out. A body that stands under two appears under both, with what is below it under the first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from dashboard import tables, words

Rows = Sequence[Mapping[str, Any]]
Node = tuple[str, str]

UPWARD = ("operated_by", "part_of", "supervised_by")
KINDS = {"icc": "communication centre", "unnamed": "body not named"}
LEVELS = {"province": "provincial"}
GRADES = ("high", "moderate", "low")
TONES = {"high": "green", "moderate": "blue", "low": "ochre"}
OPEN = 2
"""How many trees stand open at first."""
MOST_TOPS = 25
MOST_OPEN = 25
"""A body stands open while there is no more than this below it."""
MOST_CHILDREN = 60
MOST_LINES = 1500
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Link:
    """One step down: who stands below, by which predicate, how well supported, and whether a document contradicts."""

    below: Node
    predicate: str
    grade: str | None
    disputed: bool
    objections: int


class Bodies:
    """The registry as a tree that can be walked from the top."""

    def __init__(self, organisations: Rows, accounts: Rows, claims: Rows):
        self.known = {row["id"]: row for row in organisations}
        self._accounts = accounts
        self._by_brand = defaultdict[str, list[Mapping[str, Any]]](list)
        for row in accounts:
            self._by_brand[str(row["brand_id"])].append(row)
        self._by_name = {str(row["account"]): row for row in accounts}
        self._said: dict[Node, str] = {}
        self.down = defaultdict[Node, list[Link]](list)
        self.up = defaultdict[Node, list[Node]](list)
        self._read(claims)

    def roots(self) -> list[Node]:
        """Return the bodies at the top that have something below them: named ones first, then most accounts first."""
        tops = [node for node in self.down if not self.up.get(node) and node[0] == "organisation"]
        reached = {node for top in tops for node in self.below(top)}
        circles = [node for node in self.down if node not in reached and node[0] == "organisation"]
        for (
            node
        ) in circles:  # claims that close a circle are refused, but what the lake holds is drawn all the same
            if node not in reached:
                tops.append(node)
                reached |= self.below(node)
        return sorted(
            tops, key=lambda node: (self._unnamed(node), -self.weight(node), self.name(node).casefold())
        )

    def alone(self) -> list[str]:
        """Return the bodies with nothing above and nothing below them."""
        return [one for one in self.known if not (self.up.get(_body(one)) or self.down.get(_body(one)))]

    def below(self, top: Node) -> set[Node]:
        """Return a node and all that stands below it."""
        seen, waiting = {top}, [top]
        while waiting:
            fresh = {link.below for link in self.down.get(waiting.pop(), ())} - seen
            seen |= fresh
            waiting.extend(fresh)
        return seen

    def weight(self, node: Node) -> int:
        """Return how many accounts stand below a body."""
        return int((self.known.get(node[1]) or {}).get("accounts_below") or 0)

    def name(self, node: Node) -> str:
        """Return a node as a reader knows it."""
        if node[0] == "organisation" and node[1] in self.known:
            return str(self.known[node[1]]["name"])
        if node[0] == "account" and node[1] in self._by_name:
            return words.account(self._by_name[node[1]])
        return self._said.get(node) or node[1]

    def statuses(self, node: Node) -> list[str]:
        """Return the statuses of the accounts of a brand, or of the account itself."""
        if node[0] == "account":
            return [str(self._by_name[node[1]]["status"])] if node[1] in self._by_name else []
        return [str(row["status"]) for row in self._by_brand.get(node[1], [])]

    def _unnamed(self, node: Node) -> bool:
        return bool((self.known.get(node[1]) or {}).get("kind") == "unnamed")

    def _read(self, claims: Rows) -> None:
        pairs = defaultdict[tuple[Node, Node], list[Mapping[str, Any]]](list)
        for row in claims:
            subject, thing = (row["subject_type"], row["subject"]), (row["object_type"], row["object"])
            self._said |= {
                node: str(row[name])
                for node, name in ((subject, "subject_name"), (thing, "object_name"))
                if row.get(name)
            }
            if row["predicate"] in UPWARD and not row.get("withdrawn"):
                pairs[thing, subject].append(row)
        for (thing, subject), rows in pairs.items():
            self.down[thing].append(_link(subject, rows))
            self.up[subject].append(thing)
        for links in self.down.values():
            links.sort(key=lambda link: (link.below[0] != "organisation", self.name(link.below).casefold()))


def _link(below: Node, rows: Rows) -> Link:
    """Return several claims of one pair as one step: the strongest relation, the best grade, any dispute."""
    best = min(rows, key=lambda row: (UPWARD.index(row["predicate"]), _rank(row["grade"])))
    grades = sorted((row["grade"] for row in rows), key=_rank)
    return Link(
        below, best["predicate"], grades[0], any(row.get("disputed") for row in rows),
        sum(int(row.get("objections") or 0) for row in rows),
    )  # fmt: skip


def trees(bodies: Bodies) -> Markup:
    """Return the whole forest, a tree that opens for each body at the top.

    Past the first `MOST_TOPS` they stand together, and so do those below which no account is known.
    """
    lines = _Lines(bodies)
    tops = [(top, lines.tree(top, opened=number < OPEN)) for number, top in enumerate(bodies.roots())]
    known = [drawn for top, drawn in tops if bodies.weight(top)]
    without = [drawn for top, drawn in tops if not bodies.weight(top)]
    parts = [
        *known[:MOST_TOPS],
        _together(known[MOST_TOPS:], "more", "with fewer accounts below"),
        _together(without, "more" if known else "", "with brands of which no account is known"),
    ]
    return Markup('<div class="it-tree">{}</div>').format(Markup("").join(parts))


def _together(drawn: Sequence[Markup], more: str, which: str) -> Markup:
    if not drawn:
        return Markup("")
    named = words.count(len(drawn), f"{more} body".strip(), f"{more} bodies".strip())
    return Markup("<details><summary>{}, {}</summary>{}</details>").format(
        named, which, Markup("").join(drawn)
    )


class _Lines:
    """The lines of one drawing; it remembers what was drawn, so that nothing below a body is drawn twice."""

    def __init__(self, bodies: Bodies):
        self._bodies = bodies
        self._drawn: dict[Node, Node] = {}
        self._left = MOST_LINES

    def tree(self, top: Node, *, opened: bool) -> Markup:
        """Return the tree below a body at the top."""
        opened = opened and len(self._bodies.down[top]) <= MOST_OPEN
        return self._folded(self._words(top, None), self._children(top, (top,)), opened=opened)

    def _folded(self, summary: Markup, inside: Markup, *, opened: bool) -> Markup:
        start = Markup("<details open>") if opened else Markup("<details>")
        return start + Markup("<summary>{}</summary>{}</details>").format(summary, inside)

    def _children(self, node: Node, path: tuple[Node, ...]) -> Markup:
        links = self._bodies.down.get(node, [])
        if not links:
            return Markup("")
        if node in self._drawn:
            where = tables.shown(self._bodies.name(self._drawn[node]), 90)
            return Markup('<p class="it-again">what is below it stands under {}</p>').format(where)
        if len(path) > DEEPEST:
            return Markup('<p class="it-again">what is below it is not drawn here</p>')
        self._drawn[node] = path[-2] if len(path) > 1 else node
        lines = list(self._lines(links, path))
        left = len(links) - len(lines)
        if left:
            lines.append(Markup('<li class="it-again">{:,} more are not drawn here</li>').format(left))
        return Markup("<ul>{}</ul>").format(Markup("").join(lines))

    def _lines(self, links: Sequence[Link], path: tuple[Node, ...]) -> Iterator[Markup]:
        for link in links[:MOST_CHILDREN]:
            if self._left <= 0:
                return
            self._left -= 1
            fresh = link.below not in self._drawn and link.below not in path
            inside = Markup("") if link.below in path else self._children(link.below, (*path, link.below))
            said = self._words(link.below, link, path[-1])
            if fresh and self._bodies.down.get(link.below):
                opened = len(self._bodies.below(link.below)) <= MOST_OPEN
                yield Markup("<li>{}</li>").format(self._folded(said, inside, opened=opened))
            else:
                yield Markup("<li>{}{}</li>").format(said, inside)

    def _words(self, node: Node, link: Link | None, above: Node | None = None) -> Markup:
        parts = [self._title(node)]
        if node[0] == "organisation":
            parts.append(_about(self._bodies.known.get(node[1], {})))
        else:
            parts.append(Markup('<span class="it-kind">{}</span>').format(_of_accounts(node, self._bodies)))
        if link is not None:
            relation = f"{link.predicate.replace('_', ' ')}, {link.grade or 'not graded'}"
            parts.append(tables.badge(relation, TONES.get(link.grade or "", "")))
            parts += _marks(link, [self._bodies.name(one) for one in self._bodies.up[node] if one != above])
        return Markup(" ").join(parts)

    def _title(self, node: Node) -> Markup:
        shown = tables.shown(self._bodies.name(node), 90)
        if node[0] == "organisation":
            return Markup("<b>{}</b>").format(shown)
        return Markup('<a href="account?{}">{}</a>').format(urlencode({"id": node[1]}), shown)


def _about(row: Mapping[str, Any]) -> Markup:
    kind = KINDS.get(str(row.get("kind")), str(row.get("kind") or "body").replace("_", " "))
    own = counted(int(row.get("accounts") or 0), int(row.get("accepted_accounts") or 0))
    below = int(row.get("accounts_below") or 0)
    more = f"{own}, {below:,} with those below" if below > int(row.get("accounts") or 0) else own
    facts = (LEVELS.get(str(row.get("level")), str(row.get("level") or "level not given")), kind, more)
    native = (
        Markup('<span class="it-native">{}</span> ').format(row["native_name"])
        if row.get("native_name")
        else Markup("")
    )
    return native + Markup('<span class="it-kind">{}</span>').format(" · ".join(facts))


def _of_accounts(node: Node, bodies: Bodies) -> str:
    statuses = Counter(bodies.statuses(node))
    if node[0] == "account":
        return f"account · {next(iter(statuses), 'unassessed').replace('_', ' ')}"
    return f"brand · {counted(statuses.total(), statuses['accepted'])}"


def counted(accounts: int, accepted: int) -> str:
    """Return a number of accounts with how many of them are accepted: `3 accounts, 2 accepted`."""
    return f"{words.count(accounts, 'account')}, {accepted:,} accepted" if accounts else "no account known"


def _marks(link: Link, others: Sequence[str]) -> list[Markup]:
    marks = []
    if link.disputed:
        marks.append(tables.badge("disputed", "ochre"))
    if link.objections:
        marks.append(tables.badge(words.count(link.objections, "objection"), "ochre"))
    if others:
        marks.append(
            Markup('<span class="it-again">also under {}</span>').format(tables.shown("; ".join(others), 160))
        )
    return marks


def _body(name: str) -> Node:
    return "organisation", name


def _rank(grade: str | None) -> int:
    return GRADES.index(grade) if grade in GRADES else len(GRADES)
