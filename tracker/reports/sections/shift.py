"""Whether the week's targeting differs from that of the 13 weeks before by more than chance would."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracker.analysis import shift as analysis
from tracker.analysis.targeting import LOOKALIKE, Criteria, criteria, links
from tracker.reports import words
from tracker.reports.content import Column, Table
from tracker.reports.issue import Issue, typed
from tracker.reports.weeks import WEEKS_BEFORE, Week

Creative = tuple[bool, int, int, tuple[str, str | int]]

FEWEST_ADS = 5
"""With fewer ads on either side no permutation of them could be rare enough to tell."""

LEVEL = 0.05
COLUMNS = (
    Column("compared", "compared", "word"),
    Column("n_from", "ads before", "count"),
    Column("n_to", "ads this week", "count"),
    Column("jsd", "divergence (0–1)", "number", missing="not enough data to tell"),
    Column("chance", "if nothing had changed", "word", missing="–", data=False),
    Column("band_lower", "chance, from", "number", shown=False),
    Column("band_upper", "chance, to", "number", shown=False),
    Column("p", "p", "number", missing="–"),
    Column("top", "what moved most", "long", missing="–"),
)
METHOD = (
    "Jensen–Shannon divergence (base 2) over the counts of criteria, each pair of an ad and a "
    "criterion counted once; "
    f"p from {analysis.PERMUTATIONS:,} permutations of whole ads, near-copies of a month as one, with a fixed "
    f"seed ({analysis.SEED}); the range is where chance alone "
    f"leaves 90 % of the divergences. At least {FEWEST_ADS} ads with published targeting are needed "
    "on both sides."
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The comparison; `found` is `None` when the data do not suffice. `criteria` are named in its order."""

    n_before: int
    n_week: int
    criteria: tuple[tuple[str, str, str], ...] = ()
    found: analysis.Shift | None = None


def compare(issue: Issue) -> Moved:
    """Compare the week with the 13 weeks before it."""
    before, week = _links(issue, issue.week.before), _links(issue, issue.week)
    ads = sorted({row["item_id"] for row in before}) + sorted({row["item_id"] for row in week})
    n_before = len({row["item_id"] for row in before})
    n_week = len(ads) - n_before
    if min(n_before, n_week) < FEWEST_ADS:
        return Moved(n_before=n_before, n_week=n_week)
    names = tuple(sorted({_criterion(row) for row in (*before, *week)}))
    criterion_number = {name: number for number, name in enumerate(names)}
    creatives = _creatives(before, later=False) + _creatives(week, later=True)
    number_of = {creative: number for number, creative in enumerate(dict.fromkeys(creatives))}
    pairs = analysis.Links(
        units=np.array([number_of[creative] for creative in creatives], dtype=np.int64),
        criteria=np.array([criterion_number[_criterion(row)] for row in (*before, *week)], dtype=np.int64),
        later=np.array([is_later for is_later, *_ in number_of], dtype=np.bool_),
    )
    return Moved(n_before=n_before, n_week=n_week, criteria=names, found=analysis.compare(pairs))


def said(moved: Moved) -> str:
    """Say in one sentence whether the targeting moved; not enough data to tell is an answer."""
    sides = f"{words.count(moved.n_before, 'ad')} before, {words.count(moved.n_week, 'ad')} this week"
    if moved.found is None:
        return f"Whether the targeting moved: not enough data to tell ({sides})."
    if moved.found.p >= LEVEL:
        return (
            f"Against the {WEEKS_BEFORE} weeks before it differs within what chance gives "
            f"({_p(moved.found.p)}; {sides})."
        )
    return (
        f"Against the {WEEKS_BEFORE} weeks before it differs by more than chance gives "
        f"({_p(moved.found.p)}; {sides})."
    )


def table(issue: Issue, moved: Moved, evidence: tuple[str, ...]) -> Table:
    """Show the comparison as one row."""
    row: dict[str, Any] = {
        "compared": f"{WEEKS_BEFORE} weeks → {issue.week.name}",
        "n_from": moved.n_before,
        "n_to": moved.n_week,
    }
    if moved.found is not None:
        band = moved.found.band_lower, moved.found.band_upper
        row |= {
            "jsd": round(moved.found.jsd, 4),
            "p": round(moved.found.p, 4),
            "band_lower": round(band[0], 4),
            "band_upper": round(band[1], 4),
            "chance": f"{band[0]:.2f}–{band[1]:.2f}",
            "top": _top(moved) if moved.found.p < LEVEL else "nothing beyond chance",
        }
    return Table(
        name="targeting_shift",
        title="How far did the targeting move?",
        columns=COLUMNS,
        rows=typed([row], COLUMNS),
        said=said(moved),
        method=METHOD,
        empty="",
        note=(
            "A weekly test is one of many: of 20 quiet weeks, one is expected to fall below p = 0.05 "
            "by chance."
        ),
        evidence=evidence,
    )


def _top(moved: Moved) -> str:
    if moved.found is None:
        return ""
    bits = moved.found.contributions
    order = sorted(range(len(bits)), key=lambda number: (-abs(float(bits[number])), moved.criteria[number]))[
        :6
    ]
    return ", ".join(
        f"{'+' if bits[number] > 0 else '−'} {_words(moved.criteria[number])}" for number in order
    )


def _words(criterion: tuple[str, str, str]) -> str:
    kind, value, polarity = criterion
    named = "audience of" if kind == LOOKALIKE else kind.replace("_", " ")
    return f"{'not ' if polarity == 'exclude' else ''}{named} {value}"


def _links(issue: Issue, period: Week) -> list[dict[str, Any]]:
    ads = issue.accepted(since=period.monday, until=period.sunday)
    return issue.lake.rows(links(ads, criteria(issue.lake.tables["targets"], Criteria())))


def _creatives(rows: list[dict[str, Any]], *, later: bool) -> list[Creative]:
    """Return for each link the creative of its ad: near-copies that an account shows in a month are one."""
    return [(later, row["account_id"], row["ym"], _unit(row)) for row in rows]


def _unit(row: Mapping[str, Any]) -> tuple[str, str | int]:
    """Return what near-copies, or ads of one creative without a text, have in common."""
    shown: str | None = row["shown"]
    if row["copy_group"] is not None:
        return "group", int(row["copy_group"])
    return ("shown", shown) if shown is not None else ("ad", int(row["item_id"]))


def _criterion(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["kind"], row["value"], row["polarity"]


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
