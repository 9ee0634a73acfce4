"""Mirrors the record into Parquet for analysis: derived, immutable, partitioned by month, safe to delete.

Files are named by the hash of their bytes and never changed; `manifest.json`, swapped in one rename, lists those
that live. The same record gives the same files, so the manifest's `version` names the data, not the run.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tracker.errors import ConfigError
from tracker.store import lake_sql, reads
from tracker.store.lake_accounts import registry_rows
from tracker.store.lake_codings import hand_rows
from tracker.store.lake_files import entry, joined, label, months, write, write_small, write_synced
from tracker.store.lake_suggestions import NO_MODEL, Months, Suggester, judged

MANIFEST = "manifest.json"
FORMAT = 1
_ANYWHERE = ("identity_step", "reparse")
"""What touches months that nothing came into."""

Coding = tuple[str, str]
"""A code and its top-level code."""


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


def refresh(
    engine: Engine,
    folder: Path,
    *,
    coder: Coder,
    linguist: Linguist = NOBODY,
    suggester: Suggester = NO_MODEL,
    tick: Callable[[str, int, int], None] = lambda *_: None,
) -> str:
    """Bring the mirror up to the record and return its version; only months that changed are written again."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = _manifest(folder)
    same = {"coder": coder.digest, "format": FORMAT, "columns": columns(), "linguist": linguist.digest}
    old = kept if same.items() <= kept.items() else {}
    readers = _Readers(coder, linguist, kept if kept.get("linguist") == linguist.digest else {})
    connection = lake_sql.connect(engine)
    try:
        marks = lake_sql.watermarks(connection)
        if old and any(old["watermarks"].get(mark) != marks[mark] for mark in _ANYWHERE):
            old = {}  # every month may hold items of an account that now stands as another, or that are read otherwise
        tables = {
            name: write_small(folder, name, lake_sql.table(connection, name)) for name in lake_sql.SMALL
        }
        tables |= {name: write_small(folder, name, table) for name, table in _registry(engine).items()}
        tables |= {name: write_small(folder, name, table) for name, table in _by_hand(engine).items()}
        for name in ("ads", "posts"):
            tables |= _write_months(connection, folder, name, old, marks, readers, tick)
    finally:
        connection.close()
    before = kept if kept.get("columns") == columns() else {}
    for name in ("ads", "posts"):
        tables[f"{name}_suggestions"] = _write_suggestions(folder, name, tables, before, suggester, tick)
    for what in ("codings", "suggestions"):
        tables[what] = joined(tables[f"ads_{what}"], tables[f"posts_{what}"])
    with Session(engine) as session:
        notice = reads.meta(session, "notice")
    manifest = {
        **same,
        "as_of": _as_of(folder, tables["listings"], tables["looks"]),
        "notice": notice,
        "watermarks": marks,
        "tables": tables,
    }
    manifest["version"] = _version(manifest)
    _publish(folder, manifest, keep=[old, manifest])
    return str(manifest["version"])


def refresh_codings(engine: Engine, folder: Path) -> bool:
    """Bring what people coded up to the record, and nothing else; say whether the mirror was there and fit for it.

    Takes milliseconds, so that a share may follow a coding at once.
    """
    old = _manifest(folder)
    if old.get("columns") != columns() or old.get("format") != FORMAT or "watermarks" not in old:
        return False
    connection = lake_sql.connect(engine)
    try:
        marks = lake_sql.hand_watermarks(connection)
    finally:
        connection.close()
    if all(old["watermarks"].get(name) == mark for name, mark in marks.items()):
        return True
    hand = {name: write_small(folder, name, table) for name, table in _by_hand(engine).items()}
    manifest = {**old, "watermarks": old["watermarks"] | marks, "tables": old["tables"] | hand}
    manifest["version"] = _version(manifest)
    _publish(folder, manifest, keep=[old, manifest])
    return True


def rebuild(
    engine: Engine,
    folder: Path,
    *,
    coder: Coder,
    linguist: Linguist = NOBODY,
    suggester: Suggester = NO_MODEL,
    tick: Callable[[str, int, int], None] = lambda *_: None,
) -> str:
    """Delete the mirror and write it anew from the record."""
    shutil.rmtree(folder, ignore_errors=True)
    return refresh(engine, folder, coder=coder, linguist=linguist, suggester=suggester, tick=tick)


@dataclass(frozen=True, slots=True)
class _Readers:
    """Who reads the texts, and the manifest of months whose languages were told by the same linguist."""

    coder: Coder
    linguist: Linguist
    told: Mapping[str, Any]


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text()))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError(f"{folder / MANIFEST} is damaged; run `tracker lake rebuild`") from error


def _registry(engine: Engine) -> dict[str, pa.Table]:
    """Return the accounts and the claims, by the rules under which claims are read."""
    with Session(engine) as session:
        rows = registry_rows(session)
    return {name: pa.Table.from_pylist(found, schema=lake_sql.SCHEMAS[name]) for name, found in rows.items()}


def _by_hand(engine: Engine) -> dict[str, pa.Table]:
    """Return what people coded and what chance drew for them."""
    with Session(engine) as session:
        rows = hand_rows(session)
    return {name: pa.Table.from_pylist(found, schema=lake_sql.SCHEMAS[name]) for name, found in rows.items()}


def _write_months(
    connection: lake_sql.Connection,
    folder: Path,
    name: str,
    old: Mapping[str, Any],
    marks: Mapping[str, int],
    readers: _Readers,
    tick: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Write the months of `ads` or `posts` that changed, with their codings; return both tables' entries."""
    items, codings = months(old, name), months(old, f"{name}_codings")
    since = old.get("watermarks", dict.fromkeys(marks, 0))
    touched = lake_sql.touched_months(connection, name, since)
    seen = lake_sql.last_seen(connection) if name == "posts" and touched else None
    for number, month in enumerate(touched, 1):
        table = lake_sql.month_table(connection, name, month)
        if seen is not None:
            table = lake_sql.with_last_seen(table, seen)
        table = _with_languages(
            folder, name, table, months(readers.told, name).get(label(month)), readers.linguist
        )
        items[label(month)] = [write(folder, f"{name}/ym={label(month)}", table), table.num_rows]
        coded = _codings(name, table, readers.coder, month)
        codings[label(month)] = [write(folder, f"{name}_codings/ym={label(month)}", coded), coded.num_rows]
        tick(name, number, len(touched))
    return {
        name: entry(folder, name, items),
        f"{name}_codings": entry(folder, f"{name}_codings", codings),
    }


def _write_suggestions(
    folder: Path, name: str, tables: Mapping[str, Any], kept: Mapping[str, Any], suggester: Suggester,
    tick: Callable[[str, int, int], None],
) -> dict[str, Any]:  # fmt: skip
    """Write what models suggest for the months of `ads` or `posts` that changed, or that a model has not judged yet."""
    before = Months(months(kept, name), months(kept, f"{name}_suggestions"))
    found = judged(
        folder,
        name,
        Months(tables[name]["months"], {}),
        before,
        suggester,
        write=partial(write, folder),
        tick=tick,
    )
    return entry(folder, f"{name}_suggestions", found)


def _with_languages(
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
    for place, column in enumerate(("language", "language_certainty")):
        at = items.schema.get_field_index(column)
        field = items.schema.field(at)
        items = items.set_column(at, field, pa.array([told[key][place] for key in each], field.type))
    return items


def _codings(name: str, items: pa.Table, coder: Coder, month: int | None) -> pa.Table:
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


def _as_of(folder: Path, *tables: Mapping[str, Any]) -> str | None:
    """Return the time of the latest answer or look, as ISO 8601 in UTC."""
    files = [folder / file for table in tables for file in table["files"]]
    latest = pc.max(
        pa.concat_tables(pq.read_table(file, columns=["observed_at"]) for file in files)["observed_at"]
    ).as_py()
    return None if latest is None else latest.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _version(manifest: Mapping[str, Any]) -> str:
    files = sorted(file for table in manifest["tables"].values() for file in table["files"])
    words = json.dumps([FORMAT, manifest["notice"], manifest["coder"], files])
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def _publish(folder: Path, manifest: Mapping[str, Any], *, keep: Iterable[Mapping[str, Any]]) -> None:
    """Swap the manifest in, then remove files that neither it nor the one before it lists."""
    write_synced(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    live = {
        file for version in keep for table in version.get("tables", {}).values() for file in table["files"]
    }
    for path in folder.rglob("part-*.parquet"):
        if path.relative_to(folder).as_posix() not in live:
            path.unlink()


def is_of_another_version(folder: Path) -> bool:
    """Say whether a mirror is there that another version of this package wrote, with other columns.

    Raise `ConfigError` for a damaged one.
    """
    manifest = _manifest(folder)
    return bool(manifest) and (manifest.get("format"), manifest.get("columns")) != (FORMAT, columns())


def is_current(engine: Engine, folder: Path) -> bool:
    """Say whether the mirror has the columns that this version writes, and all that the record holds.

    It lags behind when a process ended after an import and before it could refresh the mirror.
    """
    try:
        manifest = _manifest(folder)
        connection = lake_sql.connect(engine)
    except (ConfigError, DBAPIError):
        return False
    try:
        return bool(
            manifest.get("columns") == columns() and manifest["watermarks"] == lake_sql.watermarks(connection)
        )
    except DBAPIError:
        return False
    finally:
        connection.close()


def columns() -> str:
    """Return a digest of all tables and columns that this version writes."""
    words = repr(sorted((name, schema.to_string()) for name, schema in lake_sql.SCHEMAS.items()))
    return hashlib.sha256(words.encode()).hexdigest()[:20]
