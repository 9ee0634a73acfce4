"""The bodies for the lake: one row per organisation, with how many accounts are attributed to it and below it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from tracker.registry import claims as rules
from tracker.store import tables
from tracker.store.claims import Row, link_of
from tracker.store.tables import table_of


def known_organisations(session: Session, claims: list[Row]) -> list[Row]:
    """Return every organisation with the columns of the lake's `organisations`, ordered by id.

    `accounts` and `accepted_accounts` count the accounts that a live claim puts under the body itself, by the account
    or by its brand; `accounts_below` and `accepted_below` also those under the bodies below it, each account once. An
    account that turned out to be another one is not counted.
    """
    ways = Upwards(link_of(claim) for claim in claims if not claim["withdrawn"])
    directly, below = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for start, status in _accounts(session):
        own = ways.bodies(start)
        for body in own:
            directly[body].append(status)
        for body in ways.all_above(own):
            below[body].append(status)
    organisations = session.exec(select(tables.Organisation).order_by(col(tables.Organisation.id)))
    return [
        {
            "organisation_id": one.id, "name": one.name, "native_name": one.native_name, "kind": one.kind,
            "level": one.level, "place": one.place, "province": one.province, "country": one.country,
            "founded": one.founded, "founded_document": one.founded_document,
            "aliases": "\n".join(one.aliases) or None, **_counts(one.id, directly, below),
        }
        for one in organisations
    ]  # fmt: skip


def _accounts(session: Session) -> Iterator[tuple[list[rules.Node], str]]:
    """Yield the nodes that claims may call an account, its brand among them, with its status."""
    table = table_of(tables.Account)
    columns = [table.c[name] for name in ("platform", "key", "known_as", "brand_id", "status")]
    for platform, key, known_as, brand, status in session.execute(
        columns_of(*columns).where(table.c.merged_into.is_(None))
    ):
        start = [("account", f"{platform}:{name}") for name in (key, *known_as)]
        yield ([*start, ("brand", brand)] if brand else start), status


class Upwards:
    """Where live claims lead upwards: from accounts and brands to bodies, and from bodies to those above them."""

    def __init__(self, links: Iterable[rules.Link]):
        above = defaultdict[rules.Node, set[rules.Node]](set)
        for link in links:
            if link.predicate in rules.CHAIN:
                above[link.subject].add(link.object)
        self._above = above
        self._reach = cache(self._reached)

    def bodies(self, start: Collection[rules.Node]) -> frozenset[str]:
        """Return the organisations that stand directly above accounts and brands; a brand may belong to a brand."""
        return frozenset(name for kind, name in self._walk(start, through="brand") if kind == "organisation")

    def all_above(self, bodies: frozenset[str]) -> frozenset[str]:
        """Return the organisations and all that stand above them."""
        return self._reach(bodies)

    def _reached(self, bodies: frozenset[str]) -> frozenset[str]:
        start = [("organisation", name) for name in bodies]
        above = {name for kind, name in self._walk(start, through="organisation") if kind == "organisation"}
        return bodies | above

    def _walk(self, start: Collection[rules.Node], *, through: str) -> set[rules.Node]:
        seen: set[rules.Node] = set()
        waiting = list(start)
        while waiting:
            for node in self._above.get(waiting.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    if node[0] == through:
                        waiting.append(node)
        return seen


def _counts(body: str, directly: Mapping[str, list[str]], below: Mapping[str, list[str]]) -> Row:
    own, under = directly.get(body, []), below.get(body, [])
    return {
        "accounts": len(own), "accepted_accounts": own.count("accepted"), "accounts_below": len(under),
        "accepted_below": under.count("accepted"),
    }  # fmt: skip
