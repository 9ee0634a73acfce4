"""Reads the nested values that platforms' own pages and interfaces give of posts: counters, times, addresses. Pure.

A counter that is not there is no counter; one that cannot be read for certain has its words and no value.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tracker.collect.cells import cell_text, read_range
from tracker.collect.exact import check_whole
from tracker.collect.moments import AHEAD, FIRST
from tracker.domain import Count, Record
from tracker.errors import BadInput

_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_LIST = re.compile(r"\s*[,;|]\s*")
_ADDRESSES = re.compile(r"[\s,;|]+(?=https?://)")


def at(values: object, *path: str | int) -> Any:
    """Return what stands at a path of nested objects and lists, `None` where the way breaks off."""
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and -len(values) <= step < len(values):
            values = values[step]
        else:
            return None
    return values


def first(values: object, *paths: str) -> Any:
    """Return the first value that is neither missing nor empty, of dotted paths such as `legacy.full_text`."""
    found = (at(values, *path.split(".")) for path in paths)
    return next((one for one in found if one not in (None, "", [], {})), None)


def words(values: object, *paths: str) -> str | None:
    """Return the first of several paths that holds text or a number, as text; an object is none."""
    found = first(values, *paths)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return cell_text(found) or None


def objects(values: object, *path: str) -> list[dict[str, Any]]:
    """Return the objects of a list at a path, none where it is missing."""
    found = at(values, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def identified(record: Record, field: str, value: object, form: str = r"\d{1,25}") -> str:
    """Return an id as text; refuse a number that JavaScript may have rounded, and what has not the form of one."""
    check_whole(record, field, value)
    shown = cell_text(value)
    if isinstance(value, bool) or not re.fullmatch(form, shown):
        raise BadInput(f"{shown[:40]!r} is not an id", line=record.line, field=field)
    return shown


def count(name: str, value: object) -> Iterator[Count]:
    """Yield a counter as published; none where nothing is published, and without a value where it is no whole number."""
    if isinstance(value, bool) or not (published := cell_text(value)):
        return
    lower, upper = read_range(published) or (None, None)
    number = int(lower) if lower is not None and lower == upper and lower == int(lower) else None
    exact = re.sub(r"[,\u202f\u00a0 ]", "", published) == str(number)
    yield Count(name, number, None if exact else published)


def counts(values: object, names: Mapping[str, str]) -> tuple[Count, ...]:
    """Return the counters that stand at the paths of `names`, by our words for them; the first of one name stands."""
    found: dict[str, Count] = {}
    for path, name in names.items():
        for one in count(name, at(values, *path.split("."))):
            found.setdefault(name, one)
    return tuple(found.values())


def epoch(value: object, latest: datetime | None = None) -> datetime | None:
    """Return the time of seconds or milliseconds since 1970; `None` for anything else, before the web or after `latest`."""
    shown = cell_text(value)
    if isinstance(value, bool) or not _EPOCH.fullmatch(shown):
        return None
    seconds = float(shown) / (1000 if len(shown) == 13 else 1)
    found = datetime.fromtimestamp(seconds, UTC)
    return found if found > FIRST and (latest is None or found < latest + AHEAD) else None


def listed(cell: str) -> tuple[str, ...]:
    """Return the values of a cell that lists several, as tools write them: `a,b`, `[a, b]`, `['a', 'b']`."""
    bare = cell.strip().removeprefix("[").removesuffix("]").strip()
    parts = _ADDRESSES.split(bare) if bare.startswith(("http", "'http", '"http')) else _LIST.split(bare)
    return distinct(part.strip().strip("\"'").strip() for part in parts)


def distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return what is not empty, each once, in its order."""
    return tuple(dict.fromkeys(value for value in values if value))
