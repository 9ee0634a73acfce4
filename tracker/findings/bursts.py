"""The finding of days, weeks or months in which more was published than the others lead one to expect."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from tracker.analysis import bursts, votes
from tracker.analysis.changepoints import ALPHA
from tracker.analysis.shift import benjamini_hochberg
from tracker.analysis.votes import Items, Timeline
from tracker.findings import shift_points
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground
from tracker.findings.series import TOO_FEW

COLUMNS = (
    "at", "until", "week", "items", "texts", "days_asked", "expected", "lower", "upper", "ratio", "scatter", "p", "p_adjusted", "verdict", "reason",
)  # fmt: skip
BURST, NO_BURST, UNFINISHED = "burst", "no burst shown", "unfinished, not tested"
METHOD = (
    "{items} of each {unit} (weeks by ISO 8601) against the {nearest} nearest others. The null model: counts are gamma-Poisson with the "
    "mean and the scatter of those others (variance over the mean, at least 1, widened by {widened} standard errors because it is an "
    "estimate), in proportion to the days on which every account was asked about; other days do not count. p says how often that "
    "gives as many or more, and lower to upper hold at least 95 of 100 {unit}s by this model; p_adjusted is p corrected for the number of periods (Benjamini and Hochberg). Near-copies count each: a burst "
    "of copies is a burst; `texts` counts near-copies of a {unit} once. The unfinished {unit} is shown and never tested."
)


def periods(question: Question) -> Finding:
    """Return every period with what was expected of it, and whether it is a burst."""
    question = shift_points.about(question)
    items, found = shift_points.taking(question)
    rows = [*_judged(_tested(items, found)), *_unfinished(items, found)]
    return answer(
        question,
        n=int(found.items.size),
        columns=COLUMNS,
        rows=rows,
        method=METHOD.format(
            items="Ads" if question.options.items == "ad" else "Posts",
            unit=shift_points.unit_of(question.options.by),
            nearest=bursts.NEAREST,
            widened=bursts.WIDENED,
        ),
        ground=ground(question, question.options.items),
        coverage={
            "bursts": sum(row["verdict"] == BURST for row in rows),
            "left_out_on_days_not_asked_about": found.unasked,
            "left_out_in_the_unfinished_period": found.unfinished,
        },
        caveats=(
            "A burst says that more came, not why; days of the week are not told apart.",
            "Silence is told by the finding `silences`.",
        ),
    )


def _tested(items: Items, found: Timeline) -> list[dict[str, Any]]:
    counted = votes.volume(items, found) if found.labels else None
    if counted is None:
        return [_row(None, None, reason="answers do not tell on which days all accounts were asked about")]
    labels, counts, days = counted
    texts = dict(zip(found.labels, votes.texts(items, found), strict=True))
    known = bursts.held_against_others(counts, days)
    starts = dict(zip(found.calendar.labels, found.calendar.starts, strict=True))
    ends = dict(zip(found.calendar.labels, [*found.calendar.starts[1:], found.calendar.end], strict=True))
    rows = []
    for place, label in enumerate(labels):
        row = _row(starts[label], ends[label]) | {
            "items": int(counts[place]),
            "texts": texts[label],
            "days_asked": int(days[place]),
        }
        if known is None:
            row |= {"reason": f"{len(labels)} periods; at least {bursts.FEWEST} with items are needed"}
        else:
            expected = float(known.mean[place])
            row |= {"expected": expected, "ratio": float(counts[place]) / expected, "p": float(known.p[place]),
                    "scatter": float(known.scatter[place]), "lower": int(known.lower[place]), "upper": int(known.upper[place])}  # fmt: skip
        rows.append(row)
    return rows


def _judged(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row, p in zip(rows, benjamini_hochberg([row["p"] for row in rows]), strict=True):
        verdict = TOO_FEW if p is None else BURST if p <= ALPHA else NO_BURST
        yield row | {"p_adjusted": p, "verdict": verdict}


def _unfinished(items: Items, found: Timeline) -> Iterator[dict[str, Any]]:
    """Yield what came so far in the period that is not over."""
    if found.unfinished and found.calendar.starts:
        late = int((items.days >= np.datetime64(found.calendar.end, "D")).sum())
        yield _row(found.calendar.end, None) | {"items": late, "verdict": UNFINISHED}


def _row(start: date | None, end: date | None, *, reason: str | None = None) -> dict[str, Any]:
    """Return a period without what is counted; `until` is its last day."""
    return dict.fromkeys(COLUMNS) | {
        "at": start.isoformat() if start else None,
        "until": (end - timedelta(days=1)).isoformat() if end else None,
        "week": "{}-W{:02d}".format(*start.isocalendar()[:2]) if start else None,
        "reason": reason,
    }
