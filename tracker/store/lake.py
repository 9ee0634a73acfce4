"""Mirrors the record into Parquet for analysis: derived, immutable, partitioned by month, safe to delete.

Files are named by the hash of their bytes and never changed; `manifest.json`, swapped in one rename, lists those
that live. The same record gives the same files, so the manifest's `version` names the data, not the run.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tracker.errors import ConfigError
from tracker.store import lake_readers, lake_sql, reads
from tracker.store.lake_accounts import registry_rows
from tracker.store.lake_codings import hand_rows
from tracker.store.lake_files import entry, joined, label, months, write, write_small, write_synced
from tracker.store.lake_lock import alone, at_once, is_lock
from tracker.store.lake_readers import NOBODY, Coder, Coding, Grouper, Linguist, Readers, Tick
from tracker.store.lake_suggestions import NO_MODEL, Months, Suggester, judged

__all__ = [
    "FORMAT", "MANIFEST", "NOBODY", "NO_MODEL", "Coder", "Coding", "Grouper", "Linguist", "Suggester", "columns",
    "is_current", "is_of_another_version", "rebuild", "refresh", "refresh_codings",
]  # fmt: skip

MANIFEST = "manifest.json"
FORMAT = 1
_ANYWHERE = ("identity_step", "reparse")
"""What touches months that nothing came into."""


def refresh(
    engine: Engine,
    folder: Path,
    *,
    coder: Coder,
    linguist: Linguist = NOBODY,
    suggester: Suggester = NO_MODEL,
    grouper: Grouper | None = None,
    tick: Tick = lambda *_: None,
) -> str:
    """Bring the mirror up to the record and return its version; only months that changed are written again.

    Where another process is at it, wait for its end first. Without a grouper nobody says which texts are near-copies.
    """
    with alone(folder):
        return _refreshed(engine, folder, Readers(coder, linguist, suggester, grouper), tick)


def _refreshed(engine: Engine, folder: Path, readers: Readers, tick: Tick) -> str:
    kept = _manifest(folder)
    same = {
        "coder": readers.coder.digest,
        "format": FORMAT,
        "columns": columns(),
        "copies": readers.grouper.digest if readers.grouper else None,
        "linguist": readers.linguist.digest,
    }
    old = kept if same.items() <= kept.items() and _has_groups(folder, readers.grouper) else {}
    told = kept if kept.get("linguist") == readers.linguist.digest else {}
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
            tables |= _write_months(connection, folder, name, old, told, marks, readers, tick)
    finally:
        connection.close()
    before = kept if kept.get("columns") == columns() else {}
    for name in ("ads", "posts"):
        tables[f"{name}_suggestions"] = _write_suggestions(
            folder, name, tables, before, readers.suggester, tick
        )
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
    _publish(folder, manifest)
    _clean(folder, keep=[old, manifest])
    return str(manifest["version"])


def refresh_codings(engine: Engine, folder: Path) -> bool:
    """Bring what people coded up to the record, and nothing else; say whether the mirror was there and fit for it.

    Takes milliseconds, so that a share may follow a coding at once, and waits for nobody: while the whole mirror is being
    written, nothing is removed that it may need.
    """
    if not _fits(_manifest(folder)):
        return False
    with at_once(folder) as is_free:
        old = _manifest(folder)
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
        _publish(folder, manifest)
        if is_free:
            _clean(folder, keep=[old, manifest])
    return True


def _fits(manifest: Mapping[str, Any]) -> bool:
    return (
        manifest.get("columns") == columns() and manifest.get("format") == FORMAT and "watermarks" in manifest
    )


def rebuild(
    engine: Engine,
    folder: Path,
    *,
    coder: Coder,
    linguist: Linguist = NOBODY,
    suggester: Suggester = NO_MODEL,
    grouper: Grouper | None = None,
    tick: Tick = lambda *_: None,
) -> str:
    """Delete the mirror and write it anew from the record."""
    with alone(folder):
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif not is_lock(path):
                path.unlink()
        return _refreshed(engine, folder, Readers(coder, linguist, suggester, grouper), tick)


def _has_groups(folder: Path, grouper: Grouper | None) -> bool:
    """Say whether the groups of near-copies that the months name are kept; if not, both are made anew."""
    return grouper is None or all(grouper.is_kept(folder / "near-copies" / name) for name in ("ads", "posts"))


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
    told: Mapping[str, Any],
    marks: Mapping[str, int],
    readers: Readers,
    tick: Tick,
) -> dict[str, Any]:
    """Write the months of `ads` or `posts` that changed, with their codings; return both tables' entries."""
    items, codings = months(old, name), months(old, f"{name}_codings")
    since = old.get("watermarks", dict.fromkeys(marks, 0))
    touched = lake_sql.touched_months(connection, name, since)
    seen = lake_sql.last_seen(connection) if name == "posts" and touched else None
    groups = None
    if readers.grouper and (touched or not old):
        groups = lake_readers.up_to_date(connection, name, folder, readers.grouper, tick)
    for number, month in enumerate(touched, 1):
        table = lake_sql.month_table(connection, name, month)
        if seen is not None:
            table = lake_sql.with_last_seen(table, seen)
        table = lake_readers.with_languages(
            folder, name, table, months(told, name).get(label(month)), readers.linguist
        )
        if groups is not None:
            table = lake_readers.with_groups(table, groups)
        items[label(month)] = [write(folder, f"{name}/ym={label(month)}", table), table.num_rows]
        coded = lake_readers.codings(name, table, readers.coder, month)
        codings[label(month)] = [write(folder, f"{name}_codings/ym={label(month)}", coded), coded.num_rows]
        tick(f"{name} by month", number, len(touched))
    return {
        name: entry(folder, name, items),
        f"{name}_codings": entry(folder, f"{name}_codings", codings),
    }


def _write_suggestions(
    folder: Path, name: str, tables: Mapping[str, Any], kept: Mapping[str, Any], suggester: Suggester,
    tick: Tick,
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


def _as_of(folder: Path, *tables: Mapping[str, Any]) -> str | None:
    """Return the time of the latest answer or look, as ISO 8601 in UTC."""
    files = [folder / file for table in tables for file in table["files"]]
    latest = lake_readers.highest(files, "observed_at")
    return None if latest is None else latest.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _version(manifest: Mapping[str, Any]) -> str:
    files = sorted(file for table in manifest["tables"].values() for file in table["files"])
    words = json.dumps([FORMAT, manifest["notice"], manifest["coder"], files])
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def _publish(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Swap the manifest in."""
    write_synced(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())


def _clean(folder: Path, *, keep: Iterable[Mapping[str, Any]]) -> None:
    """Remove the files that none of these manifests lists; only who has the folder alone may."""
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
