"""The only place that reads YAML: seed files become checked domain values, or one error with every problem.

YAML is read as text (`no` stays "no", `2024-01-01` stays text); duplicate keys, anchors, aliases and tags are refused.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tracker.domain import Codebook, Seeds, SubjectType
from tracker.errors import SeedError
from tracker.registry import seedmodels as models
from tracker.registry.codebooks import contradictions
from tracker.registry.codemodels import CodebookEntry
from tracker.registry.figuremodels import FigureEntry
from tracker.registry.seedchecks import (
    Known,
    Place,
    PlacedClaim,
    SeedFile,
    brand_problems,
    claims_with_problems,
    repeated_accounts,
    repeated_figures,
    valid_entries,
    valid_entry,
)

LARGEST_FILE_BYTES = 1_000_000
DEEPEST_NESTING = 12


def load_seeds(folder: Path) -> Seeds:
    """Read and check the whole seed folder; raise one `SeedError` that names every problem, one a line."""
    problems: list[SeedError] = []
    documents_file = _read(folder / "documents.yml", problems)
    organisations_file = _read(folder / "organisations.yml", problems)
    figures_file = _read_if_there(folder / "figures.yml", problems)
    brand_files = [_read(path, problems) for path in sorted((folder / "brands").glob("[!.]*"))]
    documents = valid_entries(models.DocumentEntry, documents_file, problems)
    organisations = valid_entries(models.OrganisationEntry, organisations_file, problems)
    figures = valid_entries(FigureEntry, figures_file, problems)
    brands = [brand for file in brand_files if (brand := valid_entry(models.BrandEntry, file, problems))]
    if documents_file.tree is not None and organisations_file.tree is not None:
        known = Known.of(documents_file, organisations_file, brand_files)
        for file in (organisations_file, figures_file, *brand_files):
            problems += known.dangling(file)
    for file in brand_files:
        problems += brand_problems(file)
    problems += repeated_accounts(brand_files)
    problems += repeated_figures(figures_file, figures)
    publishers = {key: document.publisher for key, document in documents.items()}
    placed = [
        *_organisation_claims(organisations_file, organisations),
        *(claim for file in brand_files for claim in _brand_claims(file, brands)),
    ]
    claims = claims_with_problems(placed, publishers, problems)
    if problems:
        raise _together(problems)
    return Seeds(
        documents=tuple(document.value(key) for key, document in documents.items()),
        organisations=tuple(organisation.value(key) for key, organisation in organisations.items()),
        brands=tuple(brand.value() for brand in brands),
        accounts=tuple(account.value(brand.id) for brand in brands for account in brand.accounts),
        claims=claims,
        figures=tuple(figure.value() for figure in figures.values()),
    )


def load_codebook(path: Path) -> Codebook:
    """Read and check a codebook file; raise one `SeedError` that names every problem, one a line."""
    problems: list[SeedError] = []
    file = _read(path, problems)
    book = valid_entry(CodebookEntry, file, problems)
    made = book.value() if book else None
    problems += [file.problem(found, place) for place, found in (contradictions(made) if made else ())]
    if made is None or problems:
        raise _together(problems)
    return made


def _organisation_claims(
    file: SeedFile, organisations: Mapping[str, models.OrganisationEntry]
) -> Iterator[PlacedClaim]:
    for organisation_id, organisation in organisations.items():
        place: Place = (organisation_id, "claims")
        yield from _placed(file, place, organisation.claims, "organisation", organisation_id)


def _brand_claims(file: SeedFile, brands: list[models.BrandEntry]) -> Iterator[PlacedClaim]:
    brand = next((brand for brand in brands if brand.id == Path(file.label).stem), None)
    if brand is None:
        return
    yield from _placed(file, ("claims",), brand.claims, "brand", brand.id)
    for number, account in enumerate(brand.accounts):
        place: Place = ("accounts", number, "claims")
        name = f"{account.platform}:{account.ref(brand.id).key}"
        yield from _placed(file, place, account.claims, "account", name)


def _placed(
    file: SeedFile, place: Place, claims: tuple[models.ClaimEntry, ...], kind: SubjectType, subject: str
) -> Iterator[PlacedClaim]:
    for number, claim in enumerate(claims):
        yield PlacedClaim(file, (*place, number), claim, kind, subject)


def _together(problems: list[SeedError]) -> SeedError:
    """Return one error with all problems, one a line."""
    if len(problems) == 1:
        return problems[0]
    return SeedError("\n".join(str(problem) for problem in problems))


class _TextLoader(yaml.BaseLoader):
    """Composes nodes without giving any meaning to scalars, and refuses what can hide or multiply content."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases are not allowed", problem_mark=event.start_mark
            )
        if event.tag is not None:
            raise yaml.MarkedYAMLError(problem="tags are not allowed", problem_mark=event.start_mark)
        if self.depth >= DEEPEST_NESTING:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _read(path: Path, problems: list[SeedError]) -> SeedFile:
    file = SeedFile(label="/".join(path.parts[-3:] if path.parent.name == "brands" else path.parts[-2:]))
    try:
        if path.suffix != ".yml":
            raise SeedError("is not a seed file; expected a name that ends in .yml", file=file.label)
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise SeedError(f"is larger than {LARGEST_FILE_BYTES} bytes", file=file.label)
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_TextLoader)
        if root is None:
            raise SeedError("is empty", file=file.label)
        file.tree = _plain(root, (), file, problems)
    except SeedError as error:
        problems.append(error)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(_unreadable(error, file.label))
    return file


def _read_if_there(path: Path, problems: list[SeedError]) -> SeedFile:
    """Read a file that a seed folder may do without."""
    return _read(path, problems) if path.exists() else SeedFile(label="/".join(path.parts[-2:]))


def _unreadable(error: Exception, label: str) -> SeedError:
    if isinstance(error, FileNotFoundError):
        return SeedError("is missing", file=label)
    if isinstance(error, UnicodeDecodeError):
        return SeedError(f"is not UTF-8 text at byte {error.start}", file=label)
    if isinstance(error, yaml.MarkedYAMLError):
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return SeedError(error.problem or "is not YAML", file=label, line=line)
    return SeedError(f"cannot be read: {error}".replace("\n", " "), file=label)


def _plain(node: yaml.Node, place: Place, file: SeedFile, problems: list[SeedError]) -> object:
    """Turn a node into text, lists and dicts; a key without a value is left out, as if it were not there."""
    file.lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, number), file, problems) for number, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    values: dict[str, object] = {}
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = str(key_node.value)
        inner = (*place, key)
        file.lines[inner] = key_node.start_mark.line + 1
        if key in seen:
            problems.append(file.problem(f"the key {key!r} stands here a second time", inner))
            continue
        seen.add(key)
        value = _plain(value_node, inner, file, problems)
        file.lines[inner] = key_node.start_mark.line + 1
        if value != "":
            values[key] = value
    return values
