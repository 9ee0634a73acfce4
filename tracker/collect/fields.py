"""Reads nested answers strictly: names what no reader takes, takes an id only when it is whole, keeps a range open."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from tracker.collect.answers import Unseen
from tracker.collect.cells import cell_text, read_range
from tracker.collect.exact import check_whole
from tracker.domain import Metric, Notice, Record, Scope
from tracker.errors import BadInput

_TOLD = 6
_ID = re.compile(r"\d{1,40}")


class Deep(Unseen):
    """Keeps what stands in an answer at a path that is neither used nor ignored: `ad.reach.unique_users_seen`.

    A path that is known covers all below it; lists of objects are looked into as if each stood alone.
    """

    def __init__(self, *known: Iterable[str]):
        paths = [path for group in known for path in group]
        super().__init__(paths)
        self._unread: list[str] = []
        self._inner = {path[:at].casefold() for path in paths for at, mark in enumerate(path) if mark == "."}

    def of(self, values: Mapping[str, Any], place: str = "") -> dict[str, str]:
        """Return what is new in a record, as text by its path."""
        new = dict(self._new(values, place))
        self._found.update(dict.fromkeys(new))
        return new

    def numbers(self, record: Record, metrics: Iterable[Metric]) -> tuple[Metric, ...]:
        """Return the numbers, each once, and remember those that stay as published, to be told."""
        found = distinct(record, metrics)
        if len(self._unread) < _TOLD:
            self._unread += [
                f"{metric.as_published[:40]!r} on line {record.line}"
                for metric in found
                if metric.lower is metric.upper is None
            ]
        return found

    def notice(self) -> Iterator[Notice]:
        """Yield what names the new fields, and the numbers that could not be read."""
        yield from super().notice()
        if self._unread:
            told = ", ".join(self._unread[: _TOLD - 1]) + (" …" if len(self._unread) >= _TOLD else "")
            yield Notice(f"not read as numbers for certain, kept as published: {told}")

    def _new(self, values: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            path = f"{place}{name}"
            if path.casefold() in self._known:
                continue
            inner = value if isinstance(value, list) else [value]
            if path.casefold() in self._inner and all(isinstance(one, dict) for one in inner):
                for one in inner:
                    yield from self._new(one, f"{path}.")
            elif words := cell_text(value):
                yield path, words


def whole_id(record: Record, field: str, value: object) -> str:
    """Return an id as text; refuse a number that JavaScript may have rounded, because it may name something else."""
    check_whole(record, field, value)
    words = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _ID.fullmatch(words):
        raise BadInput(f"{str(value)[:40]!r} is not an id", line=record.line, field=field)
    return words


def stated(scope: Scope, key: str, form: str, default: str) -> str:
    """Return a parameter that stands in an address or a header; refuse one of another form than the pattern `form`."""
    value = scope.values.get(key, default)
    if not re.fullmatch(form, value):
        raise BadInput(f"{value[:40]!r} is none; expected one such as {default}", field=f"--scope {key}")
    return value


def inside(values: Mapping[str, Any], *names: str) -> Any:
    """Return the first of `names` that `values` holds, each a spelling of one field; else `None`."""
    return next((values[name] for name in names if values.get(name) not in (None, "")), None)


def object_at(record: Record, values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return an object that stands under one of `names`, an empty one when it is missing."""
    value = inside(values, *names)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInput(f"found {type(value).__name__}, expected an object", line=record.line, field=names[0])
    return value


def list_at(record: Record, values: Mapping[str, Any], name: str, kind: type = dict) -> list[Any]:
    """Return a list of `kind` that stands under `name`, an empty one when it is missing."""
    value = values.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or any(not isinstance(one, kind) for one in value):
        raise BadInput(f"expected a list of {kind.__name__}", line=record.line, field=name)
    return value


def words_at(record: Record, values: Mapping[str, Any], *names: str, longest: int = 500) -> str | None:
    """Return the text that stands under one of `names`, `None` when it is missing or empty; a name has an end."""
    value = inside(values, *names)
    if value is None or isinstance(value, str):
        return fitting(record, names[0], (value or "").strip(), longest) or None
    raise BadInput(f"found {type(value).__name__}, expected text", line=record.line, field=names[0])


def fitting(record: Record, field: str, words: str, longest: int = 500) -> str:
    """Return words that are not too long to be looked up by; refuse others."""
    if len(words) > longest:
        raise BadInput(
            f"{len(words):,} characters; at most {longest:,} can be meant", line=record.line, field=field
        )
    return words


def between(name: Any, value: Any, ends: tuple[str, str], unit: str) -> Iterator[Metric]:
    """Yield a range that an answer gives as an object of two ends; an end that is absent stays open."""
    if not isinstance(value, dict):
        yield from counted(name, value, unit)
        return
    lower, upper = (read_range(cell_text(value.get(end))) or (None, None) for end in ends)
    words = orjson.dumps(value).decode()
    if lower[0] is not None and upper[1] is not None and upper[1] < lower[0]:
        lower, upper = (None, None), (None, None)
    yield Metric(name, lower[0], upper[1], unit, words)


def counted(
    name: Any, value: Any, unit: str, country: str | None = None, segment: str | None = None
) -> Iterator[Metric]:
    """Yield a number as published, `11K` or 138; what cannot be read for certain stays as published without ends."""
    if words := cell_text(value):
        lower, upper = read_range(words) or (None, None)
        yield Metric(name, lower, upper, unit, words, country, segment)


PERCENT, OF_TOTAL = "percent", "share of the total"
"""The unit of every share, whatever a platform prints, and the segment of a country's: it is added to no count."""


def share(
    name: Any, value: Any, factor: int, country: str | None = None, segment: str | None = None
) -> Iterator[Metric]:
    """Yield a share in percent; `factor` is 100 for a platform that publishes fractions."""
    words = cell_text(value)
    bounds = read_range(words) if not words.endswith("%") else read_range(words[:-1].strip())
    if words:
        ends = [None if end is None else round(end * factor, 6) for end in bounds or (None, None)]
        yield Metric(name, ends[0], ends[1], PERCENT, words, country, segment)


def distinct(record: Record, metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Return the numbers, each once; refuse two that contradict each other about the same people."""
    found: dict[tuple[str, str | None, str | None], Metric] = {}
    for metric in metrics:
        place = (metric.name, metric.country, metric.segment)
        fitting(record, metric.name, f"{metric.country or ''} {metric.segment or ''}", 200)
        if found.setdefault(place, metric) != metric:
            told = " ".join(filter(None, place))
            raise BadInput(
                f"{told}: {found[place].as_published} and {metric.as_published}",
                line=record.line,
                field=metric.name,
            )
    return tuple(found.values())
