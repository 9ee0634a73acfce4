"""Reads the JSON of ad repositories: bodies into records, nested fields, and fields that nobody has seen before."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from typing import Any

import orjson

from tracker.collect.cells import UnclearDate, cell_text, clean, read_date
from tracker.collect.exact import LOOKED_AT, Rounded, are_exact, as_text, check_whole
from tracker.domain import AccountRef, Ad, Answer, Listing, Notice, Parsed, Quarantined, Record, Scope
from tracker.errors import BadInput

_LONGEST_KEY = 80


def document(body: bytes) -> Any:
    """Return the JSON document in a body; raise `BadInput` that tells a web page from a damaged answer."""
    if body.lstrip()[:1] == b"<":
        raise BadInput("this is a web page, not JSON: a login or an error page looks like this")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        try:
            return json.loads(body)  # half characters and numbers that are none
        except (ValueError, RecursionError):
            raise BadInput(f"the answer is not JSON, or is cut off ({error})") from error


def document_or_none(answer: Answer) -> Any:
    """Return the JSON document of an answer, `None` when it is a web page or damaged."""
    try:
        return document(answer.body)
    except BadInput:
        return None


def found_in(answer: Answer) -> str:
    """Return in words what an answer holds in place of what was expected, so that a person sees what a platform changed."""
    try:
        value = document(answer.body)
    except BadInput as error:
        return error.found
    if isinstance(value, dict):
        names = sorted(map(str, value))
        return f"an object with {', '.join(names[:10]) or 'nothing'}{' …' if len(names) > 10 else ''}"
    return f"a list of {len(value):,}" if isinstance(value, list) else f"{type(value).__name__}"


def records_of(body: bytes, *lists: str) -> Iterator[Record]:
    """Yield the objects of a JSON document: those of a list, of the first of `lists` that it holds, else itself.

    JSON lines are read too. `line` counts the objects.
    """
    try:
        whole = document(body)
    except BadInput:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        whole = [document(line) for line in lines]
    if isinstance(whole, dict):
        whole = next((whole[name] for name in lists if isinstance(whole.get(name), list)), [whole])
    if not isinstance(whole, list):
        raise BadInput(f"a JSON object or a list was expected, found {type(whole).__name__}")
    for line, values in enumerate(whole, 1):
        if not isinstance(values, dict):
            raise BadInput(f"a JSON object was expected, found {type(values).__name__}", line=line)
        yield Record(line, values)


def nested(record: Record, field: str, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """Return a field that is a list or an object, or its text in JSON; an empty one when it is missing."""
    value = record.values.get(field)
    if isinstance(value, str) and value.strip():
        try:
            value = clean(json.loads(value))
        except (ValueError, RecursionError) as error:
            raise BadInput(f"not JSON ({error})", line=record.line, field=field) from error
    if value is None or value == "":
        return kind()
    if not isinstance(value, kind):
        raise BadInput(
            f"found {type(value).__name__}, expected {kind.__name__}", line=record.line, field=field
        )
    return value


def objects_in(record: Record, field: str) -> list[dict[str, Any]]:
    """Return a field that is a list of objects."""
    entries = nested(record, field, list)
    if wrong := [entry for entry in entries if not isinstance(entry, dict)]:
        raise BadInput(
            f"a list with {type(wrong[0]).__name__}, expected objects", line=record.line, field=field
        )
    return entries  # type: ignore[no-any-return]


def id_in(record: Record, field: str) -> str:
    """Return an id as text; refuse one that is missing, or that a program has turned into a fraction or an exponent."""
    value = record.values.get(field)
    check_whole(record, field, value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise BadInput(f"{str(value)[:40]!r} is not an id", line=record.line, field=field)
    if re.fullmatch(r"\d(?:[.,]\d+)?[Ee]\+?\d+", str(value).strip()) or len(str(value)) > 200:
        raise BadInput(f"{str(value)[:40]!r} is rounded or too long for an id", line=record.line, field=field)
    return str(value).strip()


def day_in(record: Record, field: str) -> date | None:
    """Return the day in a field; refuse what is none with line and field."""
    return day_of(record, field, record.values.get(field))


def day_of(record: Record, field: str, value: object) -> date | None:
    """Return the day that `value`, found inside `field`, is; refuse what is none with line and field."""
    try:
        return read_date(cell_text(value))
    except UnclearDate as error:
        raise BadInput(str(error), line=record.line, field=field) from error


def apart_or(read: Callable[[Record], Parsed], record: Record, *, trusted: bool = False) -> Parsed:
    """Return what `read` makes of a record, or the record to be kept apart with the field and the reason.

    In a `trusted` document long ids that came as numbers are taken as they stand.
    """
    try:
        return read(record)
    except BadInput as error:
        if trusted and isinstance(error, Rounded):
            return apart_or(read, record._replace(values=as_text(record.values)))
        return Quarantined(record.line, error.field or "", error.found, record.values)


def advertiser_key(name: str) -> str:
    """Return the key of an advertiser that is known by its printed name alone.

    It begins with `~`, as that of any account whose handle nobody gives. Where letters are lost, a hash tells it apart.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    slug = re.sub(r"[^\w.]+", "-", plain).strip("-.") or "advertiser"
    if re.fullmatch(r"[\w. ]+", plain) and len(slug) <= _LONGEST_KEY:
        return f"~{slug}"
    return f"~{slug[:_LONGEST_KEY]}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}"


class Unseen:
    """Keeps the fields that no documentation names: with their ad, or whatever `thing` it is, and told once."""

    def __init__(self, known: Iterable[str], what: str = "fields", thing: str = "ad"):
        self._known = {name.casefold() for name in known}
        self._what, self._thing = what, thing
        self._found: dict[str, None] = {}

    def of(self, values: Mapping[str, Any], place: str = "") -> dict[str, str]:
        """Return what is new among `values`, as text by name; `place` names the field that they stand in."""
        new = {
            f"{place}{name}": words
            for name, value in values.items()
            if name and name.casefold() not in self._known and (words := cell_text(value))
        }
        self._found.update(dict.fromkeys(new))
        return new

    def notice(self) -> Iterator[Notice]:
        """Yield one notice that names them all, when there are any."""
        if self._found:
            names = list(self._found)
            told = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
            yield Notice(f"{self._what} not known here, kept with each {self._thing}: {told}")


class Listings:
    """The listings of one answer: that of the account asked about, else one for each advertiser found.

    `asked` are the parameters that make two answers comparable, such as the country and the status.
    """

    def __init__(self, source: str, scope: Scope, *asked: str):
        self._source, self._scope = source, scope
        self._asked = "|".join(scope.values.get(name, "") or "*" for name in asked)
        self._made: dict[str, Listing] = {}

    def of(self, account: AccountRef | None) -> Listing:
        """Return the listing that an ad of `account` belongs to."""
        whose = self._scope.account or account
        key = "?" if whose is None else whose.key
        if key not in self._made:
            self._made[key] = self._listing(key, whose)
        return self._made[key]

    def empty(self) -> Iterator[Parsed]:
        """Yield the listing of an answer without any record: nobody says that there was nothing."""
        if not self._made:
            whose = self._scope.account
            yield self._listing("?" if whose is None else whose.key, whose, outcome="empty_unverified")
            yield Notice("the answer holds no ad, and it is not taken as none: see what was asked")

    def _listing(self, key: str, account: AccountRef | None, **more: Any) -> Listing:
        values = self._scope.values
        first, last = (read_date(values.get(name, "")) for name in ("from", "to"))
        return Listing(
            series=f"{self._source}|{key}|{self._asked}", observed_at=self._scope.observed_at, account=account,
            country=values.get("country"), covers_from=first, covers_to=last, **more,
        )  # fmt: skip


def parsed_by(
    read: Callable[[Record], Parsed], records: Iterable[Record], listings: Listings, *unseen: Unseen
) -> Iterator[Parsed]:
    """Yield what `read` makes of each record, then what a person should know.

    An ad that comes again as it was counts once; one that comes again with other values is kept apart. Ids that JavaScript
    may have rounded are kept apart, unless a number of the first records shows that no JavaScript wrote them.
    """
    known: dict[str, int] = {}
    again = 0
    found = iter(records)
    first = list(islice(found, LOOKED_AT))
    trusted = are_exact(first)
    for record in chain(first, found):
        item = apart_or(read, record, trusted=trusted)
        if isinstance(item, Ad):
            key = item.key or item.match or ""
            digest, before = _digest(record), known.get(key)
            known.setdefault(key, digest)
            if before == digest:
                again += 1
                continue
            if before is not None:
                item = Quarantined(record.line, "id", f"{key} stands here twice, not alike", record.values)
        yield item
    yield from listings.empty()
    for one in unseen:
        yield from one.notice()
    if again:
        yield Notice(f"{again:,} records repeat an ad as it was, counted once")


def _digest(record: Record) -> int:
    try:
        words = orjson.dumps(record.values, option=orjson.OPT_SORT_KEYS, default=str)
    except TypeError:  # a number beyond 64 bits
        words = json.dumps(record.values, sort_keys=True, default=str).encode()
    return int.from_bytes(hashlib.blake2b(words, digest_size=8).digest())
