"""What the ads and posts are about: shares of items, with the interval and the part that nobody coded."""

from typing import Any

from tracker import charts
from tracker.findings import Finding
from tracker.reports import words
from tracker.reports.content import Column, Figure, Section, Table
from tracker.reports.figures import figure
from tracker.reports.issue import COVERAGE_NOTE, MONTHS_BACK, Issue, typed

SHARES = (
    Column("code", "topic", "word", missing="not coded", under=("measure",)),
    Column("items", "items", "count"),
    Column("n", "of", "count"),
    Column("share", "share", "share", missing="–"),
    Column("lower", "95 %, from", "share", missing="–"),
    Column("upper", "to", "share", missing="–"),
    Column("uncoded_share", "no code", "share", missing="–"),
    Column("measure", "measured as", "word"),
    Column("n_coded", "coded by hand", "count", shown=False),
    Column("alpha", "alpha", "number", missing="–"),
    Column("codebook_version", "codebook version", "count", missing="–", shown=False),
    Column("model", "model that narrows it", "word", missing="–", shown=False),
    Column("share_by_former", "share by the machine before", "share", missing="–", shown=False),
)
WEEKLY = (Column("iso_week", "week", "word"), *SHARES)
MONTHLY = (Column("month", "month", "word"), *SHARES)
NOUNS = {"ads": "ad", "posts": "post"}


def section(issue: Issue) -> Section:
    """Tell the topics of the week's ads and posts and of the months before."""
    week = {"since": str(issue.week.monday), "until": str(issue.week.sunday), "by": "week"}
    parts: list[Table | Figure] = []
    leads = []
    for items in NOUNS:
        weekly = issue.finding("topics", items=items, **week)
        monthly = issue.months_until_sunday("topics", items=items)
        if items == "ads" or monthly.n:
            leads.append(_lead(weekly, NOUNS[items]))
            parts += [_week_table(issue, weekly, items), *_drawing(issue, monthly, items)]
            parts.append(_month_table(issue, monthly, items))
    return Section(
        name="topics",
        title="What are they about?",
        lead=" ".join(leads),
        parts=tuple(parts),
        notes=(
            "A share rests on what people coded, all items or a random sample of them; a keyword count is no "
            "share, and what has no keyword could be about anything. "
            "A topic says what an item speaks of, not whether it is true and not what it wants to "
            "bring about.",
        ),
    )


def _lead(weekly: Finding, noun: str) -> str:
    """Tell the largest share of the week, or the largest keyword count, which is called none."""
    coded = [row for row in weekly.rows if row["code"]]
    if not coded:
        return f"No {noun} of the week is coded."
    shares = [row for row in coded if row["share"] is not None]
    if not shares:
        most = max(coded, key=lambda row: (row["items"], row["code"]))
        return (
            f"Nobody has coded the {noun}s of the week; {weekly.coverage['coder']} counts {most['code']} in "
            f"{most['items']:,} of {words.count(most['n'], noun)}, which is no share; "
            f"{words.percent(most['uncoded_share'])} have none of its words."
        )
    most = max(shares, key=lambda row: (row["share"], row["code"]))
    return (
        f"{str(most['code']).capitalize()}: {words.percent(most['share'])} of {words.count(most['n'], noun)} "
        f"of the week (95 % interval {words.percent(most['lower'])} to "
        f"{words.percent(most['upper'])}), {most['n_coded']:,} of them coded by hand under codebook version "
        f"{most['codebook_version']}, {_agreed(most['alpha'])}; "
        f"{words.percent(most['uncoded_share'])} without a code."
    )


def _agreed(alpha: float | None) -> str:
    """Say how far two coders of a code agree beyond chance, or that it is not known."""
    return "no two coders compared" if alpha is None else f"alpha of two coders {alpha:.2f}"


def _week_table(issue: Issue, weekly: Finding, items: str) -> Table:
    return Table(
        name=_name("topics_week", items),
        title=f"Topics of the week's {items}",
        columns=WEEKLY,
        rows=typed(weekly.rows, WEEKLY),
        said=f"{words.counted(weekly.n, NOUNS[items])} of accepted accounts in the week.",
        method=weekly.method,
        empty=f"No {NOUNS[items]} of an accepted account in the week, or none coded.",
        note=" ".join(weekly.caveats),
        evidence=weekly.evidence,
    )


def _month_table(issue: Issue, monthly: Finding, items: str) -> Table:
    return Table(
        name=_name("topics", items),
        title=f"Topics of the {items} by month",
        columns=MONTHLY,
        rows=typed(monthly.rows, MONTHLY),
        said=(
            f"{words.counted(monthly.n, NOUNS[items])} of accepted accounts in the {MONTHS_BACK} months "
            f"to {words.day(issue.week.sunday)}."
        ),
        method=monthly.method,
        empty=f"No {NOUNS[items]} of an accepted account in these months, or none coded.",
        evidence=monthly.evidence,
        limit=40,
    )


def _drawing(issue: Issue, monthly: Finding, items: str) -> tuple[Figure, ...]:
    rows: list[dict[str, Any]] = monthly.rows
    if not rows:
        return ()
    coverage = issue.coverage_of_months()
    beside = issue.comparison_until_sunday("topics", items=items)
    dashed = f" · dashed: comparison outlets, n = {beside.n:,}" if beside.rows else ""
    return (
        figure(
            _name("topics_chart", items),
            lambda look: charts.topic_shares(
                rows, as_of=issue.as_of, coverage=coverage, comparison=beside.rows, look=look
            ),
            title=f"Which share of the {items} is about what?",
            subtitle=(f"{_measured(rows)} · n = {monthly.n:,}{dashed} · {charts.until(issue.as_of)}"),
            alt=(
                f"Lines of the share of each topic among the {items} by month; the rows are in the "
                "table below."
            ),
            note=f"A month with few items has a wide interval: its point may be chance. {COVERAGE_NOTE}",
        ),
    )


def _measured(rows: list[dict[str, Any]]) -> str:
    """Say what the lines are: shares that people coded, or counts of keywords."""
    if any(row["share"] is not None for row in rows):
        return "Share by month as people coded it, with 95 % intervals; hollow: keyword counts, no shares"
    return "Keyword counts by month in each 100 items: no shares, nobody has coded these"


def _name(name: str, items: str) -> str:
    return name if items == "ads" else f"{name}_{items}"
