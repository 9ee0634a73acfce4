"""What is read out of texts while they are mirrored: codes, languages, and which are near-copies; who reads is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tracker.store import lake_sql
from tracker.store.lake_suggestions import Suggester

Coding = tuple[str, str]
"""A code and its top-level code."""
AT_ONCE = 40_000
"""How many texts are read from the record at a time."""
_SAVED_EVERY = 5
Tick = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Coder:
    """How texts are coded while they are mirrored; `code` returns for each text its (code, parent) pairs."""

    name: str
    version: int
    digest: str
    code: Callable[[Sequence[str]], Sequence[Sequence[Coding]]]


@dataclass(frozen=True, slots=True)
class Linguist:
    """How the language of texts is told while they are mirrored: for each text a language and how sure that is."""

    digest: str
    detect: Callable[[Sequence[str]], Sequence[tuple[str | None, float | None]]]


NOBODY = Linguist("nobody", lambda texts: [(None, None)] * len(texts))
"""Tells no language."""


class Groups(Protocol):
    """The groups of near-copies of one kind of item, kept in a folder; what was decided of a text stays."""

    @property
    def upto(self) -> int:
        """The last snapshot whose text was looked at."""
        ...

    def add(self, ids: Sequence[int], texts: Sequence[str | None]) -> None:
        """Let the texts of snapshots join, in their order."""
        ...

    def of(self, ids: Sequence[int]) -> tuple[list[int | None], list[float | None]]:
        """Return for each snapshot that whose text leads its group and the distance; `None` where it has no text."""
        ...

    def knows(self, ids: Sequence[int]) -> list[bool]:
        """Say of each snapshot whether its text was looked at."""
        ...

    def save(self) -> None:
        """Keep everything, so that a process that ends at any moment leaves what was there or what is new."""
        ...


@dataclass(frozen=True, slots=True)
class Grouper:
    """How near-copies are told: `digest` names the method, `is_kept` says whether groups by it are in a folder.

    `open` returns those kept in a folder, none where they are not kept.
    """

    digest: str
    is_kept: Callable[[Path], bool]
    open: Callable[[Path], Groups]


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads the texts."""

    coder: Coder
    linguist: Linguist
    suggester: Suggester
    grouper: Grouper | None


def up_to_date(
    connection: lake_sql.Connection, name: str, folder: Path, grouper: Grouper, tick: Tick
) -> Groups:
    """Return the groups of `ads` or `posts` after every text of the record joined them, in the order in which they came."""
    groups = grouper.open(folder / "near-copies" / name)
    end = lake_sql.last_snapshot(connection, name)
    first, batches = groups.upto, 0
    while groups.upto < end:
        texts = lake_sql.texts_after(connection, name, groups.upto, AT_ONCE)
        groups.add(texts["id"].to_pylist(), texts["text"].to_pylist())
        batches += 1
        if batches % _SAVED_EVERY == 0:
            groups.save()
        tick(f"texts of {name}, compared", groups.upto - first, end - first)
    if batches:
        groups.save()
    return groups


def with_groups(items: pa.Table, groups: Groups) -> pa.Table:
    """Fill in the group of each text; one that came out of turn, because several wrote at once, joins now."""
    ids = items["snapshot_id"].to_pylist()
    late = [place for place, known in enumerate(groups.knows(ids)) if not known]
    if late:
        added = items.take(pa.array(late, pa.int64())).sort_by("snapshot_id")
        groups.add(added["snapshot_id"].to_pylist(), added["text"].to_pylist())
        groups.save()
    leaders, distances = groups.of(ids)
    return _filled(items, {"copy_group": leaders, "copy_distance": distances})


def with_languages(
    folder: Path, name: str, items: pa.Table, before: Sequence[Any] | None, linguist: Linguist
) -> pa.Table:
    """Fill in the language of each text; what was told of the same text of an item before is not asked again."""
    id_column = f"{name[:-1]}_id"
    told = {}
    if before is not None and (folder / before[0]).exists():
        names = [id_column, "text", "language", "language_certainty"]
        columns = pq.read_table(folder / before[0], columns=names).to_pydict()
        told = {
            (item, text): found for item, text, *found in zip(*(columns[one] for one in names), strict=True)
        }
    each = list(zip(items[id_column].to_pylist(), items["text"].to_pylist(), strict=True))
    new = [key for key in each if key not in told]
    told |= dict(zip(new, linguist.detect([text or "" for _, text in new]), strict=True))
    filled: dict[str, Sequence[Any]] = {
        column: [told[key][place] for key in each]
        for place, column in enumerate(("language", "language_certainty"))
    }
    return _filled(items, filled)


def codings(name: str, items: pa.Table, coder: Coder, month: int | None) -> pa.Table:
    """Return the codes of the items of a month."""
    id_column = {"ads": "ad_id", "posts": "post_id"}[name]
    texts = [text or "" for text in items.column("text").to_pylist()]
    rows = [
        {
            "item_type": name[:-1],
            "item_id": item_id,
            "ym": month,
            "code": code,
            "parent": parent,
            "coder": coder.name,
            "codebook_version": coder.version,
        }
        for item_id, codes in zip(items.column(id_column).to_pylist(), coder.code(texts), strict=True)
        for code, parent in codes
    ]
    return pa.Table.from_pylist(rows, schema=lake_sql.SCHEMAS[f"{name}_codings"])


def _filled(items: pa.Table, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    for name, values in columns.items():
        at = items.schema.get_field_index(name)
        field = items.schema.field(at)
        items = items.set_column(at, field, pa.array(values, field.type))
    return items


def highest(files: Sequence[Path], column: str) -> Any:
    """Return the highest value of a column of some files, `None` where there is none."""
    return pc.max(pa.concat_tables(pq.read_table(file, columns=[column]) for file in files)[column]).as_py()
