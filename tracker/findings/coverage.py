"""The finding of what was asked and what came, day by day: where a gap is a gap and a zero is a zero."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from tracker.analysis import coverage, months, scope
from tracker.analysis.advertisers import PLATFORMS
from tracker.analysis.columns import Ints
from tracker.analysis.coverage import Answers, End, Lane
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

NOT_ASKED = "not asked"
TOLD = ("message", "read", "stated_total")
ONE_DAY = timedelta(days=1)
_SHOWN = {coverage.SUSPECT: "gone", coverage.ARCHIVE: "rows"}
UNDATED = "Unknown: a file of posts of which nobody said which days it covers; import it with --scope from=… to=… to say it."
METHOD = (
    "One row for every {unit} of every account and repository that was ever asked, from the first to the last day "
    "asked about, or from since to until. Of several answers for one {unit} the best is shown, in this order: "
    "{order}; what no answer covers is {not_asked}. expected and asked count days. rows counts the ads first shown "
    "and the posts published then; it is 0 only where an answer confirms it, and unknown for a report on advertisers, which "
    "names no ad. message, read and stated_total are those "
    "of the latest question with that outcome that says why it ended so or how many there are, whatever days it was "
    "about: why, how many records it brought, and how many the platform says there are. suspect: it is said to be gone, in a "
    "run in which too many accounts of one platform vanished at once. A day that was to be asked about "
    "in a round and was left out is {not_asked} too, with the reason. archive: a file that was brought in is said to cover it. "
    "{unknown}: the first and the last day of the posts of a file of which nobody said what it covers, and the day on which it "
    "was made; days between and before them that nothing else answers for are as unknown, and have no row."
)

Items = Mapping[Lane, Mapping[Any, int]]


def asked_and_answered(question: Question) -> Finding:
    """Return for every account, repository and day whether it was asked, and what came."""
    unit: Literal["day", "month"] = "month" if "month" in question.options.by else "day"
    behind = ground(question, None)
    items = _items(question, "ym" if unit == "month" else "day")
    names = _names(question)
    rows = [
        {
            "source": lane.source,
            **names.get(lane.account_id, {"account": None, "account_status": None}),
            **row,
        }
        for lane, found in _rows_by_lane(question, items, unit=unit)
        for row in found
    ]
    rows.sort(key=lambda row: (row["account"] or "", row["source"], row[unit]))
    return answer(
        question,
        n=sum(row["expected"] for row in rows),
        columns=(
            "account",
            "source",
            unit,
            "expected",
            "asked",
            "outcome",
            "rows",
            "account_status",
            *TOLD,
            "suspect",
            "archive",
        ),
        rows=rows,
        method=METHOD.format(
            unit=unit, order=", ".join(coverage.BEST_FIRST), not_asked=NOT_ASKED, unknown=coverage.UNKNOWN
        ),
        ground=behind,
        coverage={
            "days_expected": sum(row["expected"] for row in rows),
            "days_asked": sum(row["asked"] for row in rows),
        },
        caveats=(
            "No account on a row: the answer was about a whole data set, not about one account.",
            *([UNDATED] if any(row["outcome"] == coverage.UNKNOWN for row in rows) else []),
        ),
    )


def _rows_by_lane(
    question: Question, items: Items, *, unit: Literal["day", "month"]
) -> Iterator[tuple[Lane, Iterator[dict[str, Any]]]]:
    """Yield the rows of each lane: of what was answered, and of archives that do not say what they cover."""
    listings = coverage.archives_apart(scope.listings(question.tables, question.scope))
    answered = Answers.read(question.lake.arrow(coverage.asked(listings)))
    ends = coverage.ends_by_lane(question.lake.arrow(coverage.ended(listings)))
    undated, spans = _undated(question), dict[Lane, tuple[date, date] | None]()
    for answers in answered.by_lane():
        lane = answers.lanes[0]
        spans[lane] = answers.span()
        unknown = max(undated.get(lane, [date.min]))
        yield (
            lane,
            _lane_rows(
                question, answers, items.get(lane, {}), ends.get(lane, []), unit=unit, unknown=unknown
            ),
        )
    for lane, days in undated.items():
        yield lane, _unknown_rows(question, days, spans.get(lane), items.get(lane, {}), unit=unit)


def _undated(question: Question) -> dict[Lane, list[date]]:
    """Return of archives that do not say what they cover the first and the last day of their posts, and when they were made."""
    whenever = replace(question.scope, since=None, until=None)
    found = question.lake.arrow(coverage.undated(scope.listings(question.tables, whenever))).to_pylist()
    names = ("first_day", "last_day", "made_on")
    return {Lane(row["account_id"], row["source"]): [row[name] for name in names] for row in found}


def _unknown_rows(
    question: Question, days: Iterable[date], answered: tuple[date, date] | None, items: Mapping[Any, int], *,
    unit: Literal["day", "month"],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield a row for each of these days that is asked for; in place of those that answers have rows for, the day before."""
    since, until = question.scope.since or date.min, question.scope.until or date.max
    span = _shown(question, answered) if answered else None
    free = [span[0] - ONE_DAY if span and span[0] <= day <= span[1] else day for day in days]
    taken = [_unit(day, unit)[0] for day in span or ()]
    for label, key in dict.fromkeys(_unit(day, unit) for day in free if since <= day <= until):
        if not taken or not taken[0] <= label <= taken[1]:
            yield {
                unit: label, "expected": 0, "asked": 0, "outcome": coverage.UNKNOWN, "suspect": False,
                "archive": False, "rows": items.get(key) or None, **dict.fromkeys(TOLD),
            }  # fmt: skip


def _shown(question: Question, span: tuple[date, date]) -> tuple[date, date]:
    """Return the first and the last day that have a row: those asked for, else those of a span."""
    return question.scope.since or span[0], question.scope.until or span[1]


def _unit(day: date, unit: Literal["day", "month"]) -> tuple[str, Any]:
    """Return how a day, or its month, is written, and by what its items are counted."""
    if unit == "day":
        return day.isoformat(), day
    return months.text(months.of(day)), months.of(day)


def _lane_rows(
    question: Question,
    answers: Answers,
    items: Mapping[Any, int],
    ends: Sequence[End],
    *,
    unit: Literal["day", "month"],
    unknown: date,
) -> Iterator[dict[str, Any]]:
    """Yield a row for each unit of the span; what nobody asked up to `unknown` may stand in an archive."""
    span = answers.span()
    if span is None:
        return
    first, last = _shown(question, span)
    outcomes, told = answers.outcome_of_days(first, last), answers.ends_of_days(ends, first, last)
    for label, key, inside in (_months if unit == "month" else _days)(first, last):
        row = _summary(outcomes[inside], answers.outcomes, items.get(key, 0))
        if row["outcome"] == NOT_ASKED and first + ONE_DAY * inside.start <= unknown:
            row["outcome"] = coverage.UNKNOWN
        if answers.lanes[0].source in PLATFORMS:
            row["rows"] = None
        yield {unit: label} | row | _told(ends, outcomes[inside], told[inside])


def _days(first: date, last: date) -> Iterator[tuple[str, Any, slice]]:
    for place, day in enumerate(months.days(first, last)):
        yield day.isoformat(), day, slice(place, place + 1)


def _months(first: date, last: date) -> Iterator[tuple[str, Any, slice]]:
    for ym in range(months.of(first), months.of(last) + 1):
        begin, end = max(first, months.first_day(ym)), min(last, months.last_day(ym))
        yield months.text(ym), ym, slice((begin - first).days, (end - first).days + 1)


def _summary(found: Ints, outcomes: tuple[str, ...], items: int) -> dict[str, Any]:
    asked = found[(found >= 0) & (found < _put(outcomes))]
    best = outcomes[int(asked.min())] if asked.size else NOT_ASKED
    return {
        "expected": int(found.size),
        "asked": int(asked.size),
        "outcome": _SHOWN.get(best, best),
        "suspect": best == coverage.SUSPECT,
        "archive": best == coverage.ARCHIVE,
        "rows": items if items or best in coverage.ANSWERED else None,
    }


def _put(outcomes: tuple[str, ...]) -> int:
    """Return the place among outcomes, the best first, from which on nobody was asked."""
    return outcomes.index(coverage.LEFT_OUT) if coverage.LEFT_OUT in outcomes else len(outcomes)


def _told(ends: Sequence[End], outcomes: Ints, told: Ints) -> dict[str, Any]:
    """Return what is told of the best of these days; of several that are as good, of the last that something is told of."""
    if not ends:
        return dict.fromkeys(TOLD)
    best = outcomes[outcomes >= 0].min(initial=outcomes.max())
    known = told[(outcomes == best) & (told >= 0)]
    return {name: getattr(ends[known[-1]], name) if known.size else None for name in TOLD}


def _items(question: Question, unit: Literal["day", "ym"]) -> Items:
    """Count ads and posts by lane and unit; the lane without an account holds those of all accounts."""
    found: dict[Lane, dict[Any, int]] = {}
    for make in (scope.ads, scope.posts):
        dated = scope.dated(make(question.tables, question.scope), question.scope)
        table = question.lake.arrow(coverage.found(dated, unit))
        columns = (table[name].to_pylist() for name in ("account_id", "source", "unit", "items"))
        for account, source, when, items in zip(*columns, strict=True):
            for lane in {Lane(account, source), Lane(None, source)}:
                of_lane = found.setdefault(lane, {})
                of_lane[when] = of_lane.get(when, 0) + items
    return found


def _names(question: Question) -> dict[int | None, dict[str, str | None]]:
    rows = question.rows(question.tables["accounts"].select("account_id", "account", "status"))
    return {row["account_id"]: {"account": row["account"], "account_status": row["status"]} for row in rows}
