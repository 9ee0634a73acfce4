"""The checks of the seed list: each entry against its model, and what must hold between entries and files.

Every check yields all that it finds, with the line, so that one run shows a contributor everything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tracker.domain import Claim, SubjectType
from tracker.errors import BadInput, SeedError
from tracker.registry import claims as rules
from tracker.registry import seedmodels as models
from tracker.registry.figuremodels import FigureEntry

Place = tuple[str | int, ...]
EntryType = TypeVar("EntryType", bound=models.Entry)
_SLUG: TypeAdapter[str] = TypeAdapter(models.Slug)


@dataclass
class SeedFile:
    """One file as nested text, with the line on which each value stands."""

    label: str
    tree: object = None
    lines: dict[Place, int] = field(default_factory=dict)

    def problem(self, found: str, place: Place) -> SeedError:
        """Return an error that names the nearest line known for `place`."""
        near = next((place[:end] for end in range(len(place), -1, -1) if place[:end] in self.lines), None)
        name = ".".join(str(part) for part in place) or None
        return SeedError(
            found, file=self.label, line=self.lines[near] if near is not None else None, field=name
        )


def valid_entries(model: type[EntryType], file: SeedFile, problems: list[SeedError]) -> dict[str, EntryType]:
    """Return the entries of a file whose keys are ids; what is wrong with the others goes to `problems`."""
    if file.tree is not None and not isinstance(file.tree, dict):
        problems.append(file.problem("is not a mapping; expected `id:` followed by its indented keys", ()))
    valid: dict[str, EntryType] = {}
    for key in _mapping(file.tree):
        try:
            _SLUG.validate_python(key)
        except ValidationError as error:
            problems.append(file.problem(_words(error.errors()[0]), (key,)))
        if one := valid_entry(model, file, problems, place=(key,)):
            valid[key] = one
    return valid


def valid_entry(
    model: type[EntryType], file: SeedFile, problems: list[SeedError], *, place: Place = ()
) -> EntryType | None:
    """Return the entry at `place`, or `None` when something is wrong with it, which goes to `problems`."""
    if file.tree is None:
        return None
    try:
        return model.model_validate(_at(file.tree, place))
    except ValidationError as error:
        for item in error.errors():
            inner = tuple(part for part in item["loc"] if part != "[key]")
            problems.append(file.problem(_words(item), (*place, *inner)))
    return None


def _words(item: Mapping[str, Any]) -> str:
    """Say in a contributor's words what pydantic found."""
    key = str(item["loc"][-1]) if item["loc"] else ""
    match item["type"]:
        case "missing":
            return "is missing; every entry of this kind needs it"
        case "extra_forbidden":
            names = {name for model in models.Entry.__subclasses__() for name in model.model_fields}
            return f"unknown key {key!r}{_did_you_mean(key, names)}"
        case "literal_error":
            return f"{item['input']!r}; expected {item['ctx']['expected']}"
        case "value_error":
            return str(item["ctx"]["error"])
        case _:
            return f"{item['msg'][0].lower()}{item['msg'][1:]}, found {str(item['input'])[:60]!r}"


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True)
class Known:
    """The ids that the seed files define, whether or not their entries are right otherwise."""

    documents: frozenset[str]
    organisations: frozenset[str]
    brands: frozenset[str]
    accounts: frozenset[str]

    @classmethod
    def of(cls, documents: SeedFile, organisations: SeedFile, brands: list[SeedFile]) -> "Known":
        """Collect the ids of all files."""
        return cls(
            documents=frozenset(_mapping(documents.tree)),
            organisations=frozenset(_mapping(organisations.tree)),
            brands=frozenset(str(_mapping(file.tree).get("id")) for file in brands),
            accounts=frozenset(name for file in brands for _, name in _account_names(file)),
        )

    def dangling(self, file: SeedFile) -> Iterator[SeedError]:
        """Yield a problem for each document and `object` in the file that leads nowhere."""
        for place, values in _mappings(file.tree, ()):
            target = values.get("object")
            for key in ("document", "founded_document"):
                document = values.get(key)
                if isinstance(document, str) and document not in self.documents:
                    words = (
                        f"no document {document!r} in documents.yml{_did_you_mean(document, self.documents)}"
                    )
                    yield file.problem(words, (*place, key))
            if isinstance(target, str):
                kind, ids, name = self._target(target)
                if name not in ids:
                    words = f"no {kind} {name!r} in the seed list{_did_you_mean(name, ids)}"
                    yield file.problem(words, (*place, "object"))

    def _target(self, target: str) -> tuple[str, frozenset[str], str]:
        kind, _, name = target.partition(":")
        if kind == "brand":
            return kind, self.brands, name
        if kind == "account":
            return kind, self.accounts, name
        return "organisation", self.organisations, target


def brand_problems(file: SeedFile) -> Iterator[SeedError]:
    """Yield what is wrong with a brand as a whole: its id, or that nothing is claimed of it."""
    brand = _mapping(file.tree)
    stem = Path(file.label).stem
    if "id" in brand and brand["id"] != stem:
        yield file.problem(f"{brand['id']!r}; expected {stem!r}, the name of the file", ("id",))
    if brand.get("claims"):
        return
    for place, name in _account_names(file):
        if not _mapping(_at(file.tree, place)).get("claims"):
            yield file.problem(f"the account {name} has no claim, neither its own nor its brand's", place)
    if brand and not brand.get("accounts"):
        yield file.problem("the brand has no claim", ())


def repeated_accounts(files: list[SeedFile]) -> Iterator[SeedError]:
    """Yield a problem for each account, or other name of an account, that stands twice."""
    seen: dict[str, str] = {}
    for file in files:
        for place, name in _account_names(file):
            other_names = _mapping(_at(file.tree, place)).get("known_as")
            for one in (name, *(other_names if isinstance(other_names, list) else ())):
                if str(one) in seen:
                    yield file.problem(f"{one!r} already stands in {seen[str(one)]}", place)
                seen.setdefault(str(one), file.label)


def repeated_figures(file: SeedFile, figures: Mapping[str, FigureEntry]) -> Iterator[SeedError]:
    """Yield a problem for each figure that says again what one before it says: the record keeps one of them."""
    seen: dict[tuple[str | None, ...], str] = {}
    for name, one in figures.items():
        said = (one.counted, one.place, one.level, one.document, one.as_published)
        if said in seen:
            yield file.problem(f"says again what {seen[said]!r} says", (name,))
        seen.setdefault(said, name)


@dataclass(frozen=True)
class PlacedClaim:
    """A claim of the seed list with where it stands and whom it is about."""

    file: SeedFile
    place: Place
    entry: models.ClaimEntry
    subject_type: SubjectType
    subject: str


def claims_with_problems(
    placed: Iterable[PlacedClaim], publishers: Mapping[str, str], problems: list[SeedError]
) -> tuple[Claim, ...]:
    """Return the claims; a grade that the evidence does not give, and a circle of claims, go to `problems`."""
    claims: list[Claim] = []
    links: list[rules.Link] = []
    for one in placed:
        try:
            claim = one.entry.value(one.subject_type, one.subject)
        except BadInput as error:
            problems.append(one.file.problem(error.found, (*one.place, error.field or "object")))
            continue
        claims.append(claim)
        grade = rules.grade(claim.items, publishers)
        if one.entry.grade not in (None, grade):
            words = f"{one.entry.grade!r}; the evidence gives {grade!r} ({rules.RULE})"
            problems.append(one.file.problem(words, (*one.place, "grade")))
        link = rules.link(claim, len(links), grade)
        if circle := rules.circle(link, links):
            words = f"makes a circle: {' → '.join(name for _, name in circle)}"
            problems.append(one.file.problem(words, (*one.place, "object")))
        links.append(link)
    return tuple(claims)


def _account_names(file: SeedFile) -> Iterator[tuple[Place, str]]:
    """Yield where each account stands and its `platform:key`."""
    brand = _mapping(file.tree)
    accounts = brand.get("accounts")
    for number, account in enumerate(accounts if isinstance(accounts, list) else ()):
        values = {key: value for key, value in _mapping(account).items() if isinstance(value, str)}
        platform, handle = str(values.get("platform")), values.get("handle") or values.get("native_id")
        try:
            key = models.account_key(platform, handle, str(brand.get("id")))
        except BadInput:
            continue
        yield ("accounts", number), f"{platform}:{key}"


def _mappings(tree: object, place: Place) -> Iterator[tuple[Place, Mapping[str, object]]]:
    if isinstance(tree, dict):
        yield place, tree
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield from _mappings(child, (*place, key))


def _mapping(tree: object) -> Mapping[str, object]:
    return tree if isinstance(tree, dict) else {}


def _at(tree: Any, place: Place) -> object:
    for part in place:
        tree = tree[part]
    return tree
