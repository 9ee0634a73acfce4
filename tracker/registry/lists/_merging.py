"""Brings what a list says together with what the registry holds: pure, and nothing a person decided is touched."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from tracker.domain import AccountRef, Claim, Document, FollowerCount, Organisation, Status
from tracker.registry.lists._bodies import Bodies, Row
from tracker.registry.lists._values import Linked, Named

Outcome = Literal["new", "known", "merged", "conflicting"]
_UPWARD = ("operated_by", "part_of", "supervised_by", "same_as")


@dataclass(frozen=True, slots=True)
class Registry:
    """What the registry holds before a list comes in: rows of its tables, and the accounts that a person reviewed."""

    accounts: Iterable[Row]
    organisations: Iterable[Row]
    claims: Iterable[Row]
    reviewed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements of who operates an account, of which the second is the list's; both stand."""

    line: int
    account: str
    operator: str
    others: tuple[str, ...]


@dataclass(slots=True)
class _Account:
    """An account of the registry or of the list; `wanted` are the statuses that its rows would give it."""

    id: int | None
    ref: AccountRef
    status: Status
    settled: bool
    wanted: set[Status] = field(default_factory=set)
    renamed: bool = False

    @property
    def name(self) -> str:
        return f"{self.ref.platform}:{self.ref.key}"

    @property
    def names(self) -> list[str]:
        return [f"{self.ref.platform}:{key}" for key in (self.ref.key, *self.ref.known_as)]


class Merge:
    """Collects what a list adds: accounts, statuses, bodies, documents, claims and follower figures."""

    def __init__(self, registry: Registry, *, evidence: str | None = None):
        """Start from the registry; `evidence` is the SHA-256 of the list's bytes, on which every claim rests."""
        self._evidence = evidence
        self.documents: dict[str, Document] = {}
        self.organisations: dict[str, Organisation] = {}
        self.claims: list[Claim] = []
        self.followers: list[tuple[str, str, str, FollowerCount]] = []
        self.names: list[tuple[str, str, AccountRef, Document]] = []
        self.conflicts: list[Conflict] = []
        self.suspected: set[str] = set()
        self._accounts: list[_Account] = []
        self._by_name: dict[tuple[str, str], _Account] = {}
        self._bodies = Bodies(registry.organisations)
        self._said: set[tuple[str, ...]] = set()
        self._spoken: set[tuple[str, str]] = set()
        self._operators: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._above: defaultdict[str, set[str]] = defaultdict(set)
        for row in registry.accounts:
            self._remember(_known(row, registry.reviewed))
        for row in registry.claims:
            said = (row["subject_type"], row["subject"], row["predicate"], row["object"], row["document_id"])
            self._spoken.add((row["subject"], row["document_id"]))
            if row["withdrawn"]:
                self._said.add(said)
            else:
                self._learn(*said)

    def add(self, named: Named) -> Outcome:
        """Take in one account of the list and return what became of it."""
        account = self._find(named.ref)
        fresh = account is None
        if account is None:
            account = self._remember(_Account(None, named.ref, "unassessed", settled=False))
        else:
            self._learn_names(account, named.ref)
        account.wanted.add(named.status)
        if account.status == "suspected":
            self.suspected.add(account.name)
        if named.followers:
            self.followers.append((account.ref.platform, account.ref.key, named.document.id, named.followers))
        self.names.append((account.ref.platform, account.ref.key, named.ref, named.document))
        body = self._body(named.object)
        self.documents[named.document.id] = named.document
        if self._says_nothing_new(named, account, body):
            return "known" if account.id is not None else "merged"
        others = self._other_operators(named, account, body)
        self._claim(named, account.name, body)
        if others:
            told = tuple(sorted(self._bodies.name(other) for other in others))
            self.conflicts.append(Conflict(named.line, account.name, self._bodies.name(body), told))
            return "conflicting"
        return "new" if fresh else "merged"

    def link(self, linked: Linked) -> None:
        """Take in one relation between two bodies; the same relation of the same document is taken once."""
        subject, above = self._body(linked.subject), self._body(linked.object)
        said = ("organisation", subject, linked.predicate, above, linked.document.id)
        if subject == above or said in self._said:
            return
        self.documents[linked.document.id] = linked.document
        self._learn(*said)
        self.claims.append(
            Claim(
                "organisation", subject, linked.predicate, "organisation", above, linked.document.id,
                linked.place, linked.says, analyst="list import", evidence=self._evidence,
            )
        )  # fmt: skip

    def new_accounts(self) -> list[tuple[AccountRef, Status]]:
        """Return the accounts that the registry does not hold yet, with their status."""
        return [(one.ref, _status_of(one.wanted)) for one in self._accounts if one.id is None]

    def raised(self) -> dict[int, Status]:
        """Return the status that accounts get which nobody has judged so far, by id."""
        return {
            one.id: status
            for one in self._accounts
            if one.id is not None and one.wanted and not one.settled
            and (status := _status_of(one.wanted)) != "unassessed"
        }  # fmt: skip

    def learned(self) -> list[tuple[int, AccountRef]]:
        """Return the accounts of the registry that the list gives another name or the platform's id, with both."""
        return [(one.id, one.ref) for one in self._accounts if one.id is not None and one.renamed]

    def _learn_names(self, account: _Account, ref: AccountRef) -> None:
        """Remember the names that a row pairs with an account, unless another account bears them."""
        known = account.ref
        fresh = [
            name
            for name in (ref.key, *ref.known_as)
            if name not in (known.key, *known.known_as)
            and self._by_name.setdefault((ref.platform, name.casefold()), account) is account
        ]
        native_id = known.native_id or ref.native_id
        if fresh or native_id != known.native_id:
            account.ref = replace(known, native_id=native_id, known_as=(*known.known_as, *fresh))
            account.renamed = True

    def _find(self, ref: AccountRef) -> _Account | None:
        names = (ref.key, ref.native_id, *ref.known_as)
        return next(
            (
                found
                for name in names
                if name and (found := self._by_name.get((ref.platform, name.casefold())))
            ),
            None,
        )

    def _remember(self, account: _Account) -> _Account:
        ref = account.ref
        self._accounts.append(account)
        for name in (ref.key, ref.native_id, *ref.known_as):
            if name:
                self._by_name.setdefault((ref.platform, name.casefold()), account)
        return account

    def _body(self, body: Organisation) -> str:
        found, new = self._bodies.find(body)
        if new:
            self.organisations[new.id] = new
        return found

    def _claim(self, named: Named, account: str, body: str) -> None:
        self._learn("account", account, named.predicate, body, named.document.id)
        self.claims.append(
            Claim(
                "account", account, named.predicate, "organisation", body, named.document.id, named.place,
                named.says, analyst="list import", rival=named.rival, kind=named.kind, evidence=self._evidence,
            )
        )  # fmt: skip

    def _says_nothing_new(self, named: Named, account: _Account, body: str) -> bool:
        """Say whether the document's statement is there, about the account or its brand.

        A repeated row adds nothing where its document has spoken before.
        """
        document = named.document.id
        about = [("account", name) for name in account.names]
        if account.ref.brand_id:
            about.append(("brand", account.ref.brand_id))
        if named.repeats and any((subject, document) in self._spoken for _, subject in about):
            return True
        return any((*subject, named.predicate, body, document) in self._said for subject in about)

    def _learn(self, subject_type: str, subject: str, predicate: str, thing: str, document: str) -> None:
        self._said.add((subject_type, subject, predicate, thing, document))
        if predicate == "operated_by" and subject_type != "organisation":
            self._operators[subject].add((thing, document))
        if predicate in _UPWARD and subject_type == "organisation":
            self._above[subject].add(thing)
            if predicate == "same_as":
                self._above[thing].add(subject)

    def _other_operators(self, named: Named, account: _Account, body: str) -> set[str]:
        """Return the operators of other claims that are neither this body nor above or below it.

        A body that a document does not name is no other operator, and what the same document said in an earlier
        import is its own earlier wording.
        """
        if named.predicate != "operated_by":
            return set()
        said = {pair for name in account.names for pair in self._operators.get(name, ())}
        said |= self._operators.get(account.ref.brand_id or "", set())
        earlier = {(name, named.document.id) for name in account.names} & self._spoken
        return {
            other
            for other, document in said
            if not (earlier and document == named.document.id)
            and self._bodies.is_named(other)
            and not self._in_line(other, body)
        }

    def _in_line(self, one: str, other: str) -> bool:
        return other in self._chain(one) or one in self._chain(other)

    def _chain(self, body: str) -> set[str]:
        reached, open_ends = {body}, [body]
        while open_ends:
            above = self._above.get(open_ends.pop(), set()) - reached
            reached |= above
            open_ends += above
        return reached


def _known(row: Row, reviewed: frozenset[str]) -> _Account:
    ref = AccountRef(
        row["platform"], row["key"], native_id=row["native_id"], brand_id=row["brand_id"],
        known_as=tuple(row["known_as"]),
    )  # fmt: skip
    settled = row["status"] != "unassessed" or f"{row['platform']}:{row['key']}" in reviewed
    return _Account(row["id"], ref, row["status"], settled)


def _status_of(wanted: set[Status]) -> Status:
    """Return the status of an account that rows of one list give: rows that disagree on control leave it open."""
    if "accepted" in wanted:
        return "unassessed" if "control" in wanted else "accepted"
    return "control" if wanted == {"control"} else "unassessed"
