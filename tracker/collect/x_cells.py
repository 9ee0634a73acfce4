"""Knows the header of X's exports by a fingerprint, and reads the cells of a row that are no targeting."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from tracker.collect.cells import UnclearDate, cell_text, read_date, read_range
from tracker.collect.exact import LOOKED_AT, SAFE, is_printable
from tracker.domain import Metric, Notice, Quarantined, Record, Scope
from tracker.errors import BadInput, PlatformChanged

HEADER = (
    "Advertiser Name", "Funding Entity", "Creative", "Start date", "End Date", "Targeted Segments",
    "Excluded Targeting Segments", "Impressions", "Reach", "Facts And Circumstances Of Removal", "Enforcement Action",
    "Statement Of Reason",
)  # fmt: skip
"""The header of an export of 2026-10-02, the only form that is known."""
OURS = "post text"
"""A column that a researcher may add; no part of the form."""
_FOUNDED = date(2006, 3, 21)
_GLUED = 5
_LONGEST = {"creative": 2_000, "advertiser name": 500, "funding entity": 500}
_POST = re.compile(
    r"https?://(?:[\w-]+\.)*(?:x|twitter)\.com/(\w{1,25})/status(?:es)?(?:/(\d{1,20}))?", re.IGNORECASE
)
ENOUGH = 5
"""So many posts that all have rounded numbers are no chance: one of a thousand has by itself."""


@lru_cache(1024)
def folded(column: str) -> str:
    """Return the name of a column without what people and programs change: case, spaces, a byte order mark."""
    return " ".join(column.lstrip("\ufeff").replace("_", " ").split()).casefold()


_KNOWN = frozenset(map(folded, HEADER))
_LONGEST_NAME = 2 * max(map(len, HEADER))


@lru_cache(64)
def _folded_all(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(folded, columns))


@lru_cache(64)
def _unknown(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column for column in columns if folded(column) not in {*_KNOWN, OURS})


def cells_of(record: Record) -> dict[str, str]:
    """Return the cells of a row as text, by the folded names of their columns."""
    words = [
        value.strip() if isinstance(value, str) else cell_text(value) for value in record.values.values()
    ]
    return dict(zip(_folded_all(tuple(record.values)), words, strict=True))


def fingerprint(columns: Iterable[str]) -> str:
    """Return twelve letters that stand for a header: its names as they are written, in their order."""
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()[:12]


def about_header(record: Record, required: Iterable[str]) -> Iterator[Notice]:
    """Yield what is not as in the known header; raise `PlatformChanged` where it is another kind of file."""
    columns = [column for column in record.values if column and folded(column) != OURS]
    known, found = [folded(column) for column in HEADER], [folded(column) for column in columns]
    if missing := [column for column in required if column not in found]:
        raise PlatformChanged(
            f"x_ads: a header that is not known (fingerprint {fingerprint(columns)}): no {', '.join(map(repr, missing))}; "
            f"expected {', '.join(HEADER)}; found {', '.join(columns)[:500]}"
        )
    extra = [column for column in columns if folded(column) not in known]
    lacking = [column for column in HEADER if folded(column) not in found]
    common = [column for column in found if column in known]
    parts = [
        f"columns not known here, kept with each ad: {', '.join(extra)}" if extra else "",
        f"without {', '.join(lacking)}" if lacking else "",
        "in another order" if common != [column for column in known if column in found] else "",
        "written otherwise" if any(column not in HEADER for column in columns if column not in extra) else "",
    ]
    if said := "; ".join(filter(None, parts)):
        yield Notice(f"the header is not the known one (fingerprint {fingerprint(columns)}): {said}")


def check_not_glued(cells: Mapping[str, str], line: int) -> None:
    """Raise `BadInput` where the header stands again: two exports in one file, each of another question."""
    creative = cells.get("creative", "")
    if (
        len(creative) < _LONGEST_NAME
        and folded(creative) in _KNOWN
        and sum(folded(one) in _KNOWN for one in cells.values()) >= _GLUED
    ):
        raise BadInput(
            "the header stands here again: two exports glued together. Import each by itself, with its own scope",
            line=line,
        )


def check_lengths(cells: Mapping[str, str], line: int) -> None:
    """Raise `BadInput` for a cell too long for what it is: an address, or a name that is looked up by."""
    for column, longest in _LONGEST.items():
        if (found := len(cells.get(column, ""))) > longest:
            raise BadInput(
                f"{found:,} characters; at most {longest:,} can be meant", line=line, field=column.title()
            )


@dataclass
class Whose:
    """Counts by whom the promoted posts are, against the account that the scope says, and whose numbers may be rounded."""

    scope: Scope
    own: int = 0
    long: set[int] = field(default_factory=set)
    rounded: set[int] = field(default_factory=set)
    others: Counter[str] = field(default_factory=Counter)

    @cached_property
    def _names(self) -> frozenset[str] | None:
        ref = self.scope.account
        return frozenset(name.casefold() for name in (ref.key, *ref.known_as)) if ref is not None else None

    def saw(self, creative: str) -> None:
        """Count one promoted post by its address; one without a handle counts for nobody."""
        found = _POST.match(creative)
        if found is None:
            return
        self._saw_number(found[2])
        if found[1] == "i":
            return
        handle = found[1]
        if self._names is None or handle.casefold() in self._names:
            self.own += 1
        else:
            self.others[handle] += 1

    def _saw_number(self, digits: str | None) -> None:
        number = int(digits or 0)
        if number >= SAFE and len(self.long) < LOOKED_AT:
            self.long.add(number)
            self.rounded |= {number} if is_printable(number) else set()

    def verdict(self) -> Iterator[Notice]:
        """Yield whose posts were promoted too; raise `BadInput` where none is of the account asked about, or all are rounded."""
        if len(self.long) >= ENOUGH and self.long == self.rounded:
            raise BadInput(
                f"the numbers of all {len(self.long):,} posts are as JavaScript rounds them, such as {min(self.long)}: they name "
                "other posts. Export again",
                field="Creative",
            )
        ref = self.scope.account
        if not self.others or ref is None or ref.handle is None:
            return
        told = ", ".join(f"@{handle} ({number})" for handle, number in self.others.most_common(5))
        if not self.own:
            raise BadInput(
                f"every promoted post is of {told}, and the scope says @{ref.handle}: an export of another account? "
                "If the account was renamed, give the handle that it bears now",
                field="Creative",
            )
        yield Notice(f"posts of other accounts were promoted as well: {told}")


def impossible(cells: Mapping[str, str], record: Record, scope: Scope) -> Quarantined | None:
    """Return the row as one to keep apart when it starts before X existed or over a year after the export."""
    shown = day(cells, "start date", record.line)
    if shown is None or _FOUNDED <= shown <= _last_day(scope.observed_at):
        return None
    told = f"dated {shown}, not between {_FOUNDED} and the year after the export"
    return Quarantined(record.line, "Start date", told, record.values)


@lru_cache(4)
def _last_day(observed_at: datetime) -> date:
    return observed_at.date() + timedelta(days=366)


def day(cells: Mapping[str, str], column: str, line: int) -> date | None:
    """Return the day in a cell; raise `BadInput` for one that could be two days, or none."""
    try:
        return read_date(cells.get(column, ""))
    except UnclearDate as error:
        raise BadInput(str(error), line=line, field=column.capitalize()) from error


def asked_day(scope: Scope, key: str) -> date | None:
    """Return a day of the scope; raise `BadInput` for one that could be two days, or none."""
    try:
        return read_date(scope.values.get(key, ""))
    except UnclearDate as error:
        raise BadInput(str(error), field=f"--scope {key}") from error


def metrics(cells: Mapping[str, str], country: str | None) -> Iterator[Metric]:
    """Yield impressions and reach as ranges; what cannot be read for certain has no ends."""
    for metric, unit in (("impressions", "impressions"), ("reach", "people")):
        if words := cells.get(metric):
            lower, upper = read_range(words) or (None, None)
            yield Metric(metric, lower, upper, unit, words, country)  # type: ignore[arg-type]


def unknown(record: Record) -> dict[str, str]:
    """Return the cells of columns that nobody here knows, by their names."""
    columns = _unknown(tuple(record.values))
    return {column: words for column in columns if (words := cell_text(record.values[column]))}


def unread(metrics: Iterable[Metric], line: int) -> list[str]:
    """Return the numbers of a row that cannot be read for certain, in words."""
    return [
        f"{metric.as_published[:40]!r} on line {line}"
        for metric in metrics
        if metric.lower is metric.upper is None
    ]
