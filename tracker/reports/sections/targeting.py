"""Whom the ads were aimed at: the week's criteria beside the 13 weeks before, and the audiences sought."""

from dataclasses import replace
from typing import Any

from tracker import charts
from tracker.analysis.targeting import LOOKALIKE, Criteria, ads_per_criterion, criteria
from tracker.reports import words
from tracker.reports.content import Column, Figure, Section, Table
from tracker.reports.figures import figure
from tracker.reports.issue import COVERAGE_NOTE, Issue, typed
from tracker.reports.sections import shift
from tracker.reports.weeks import WEEKS_BEFORE, Week

KINDS = {LOOKALIKE: "audience sought", "location_living_in": "location, living in"}
POLARITIES = {"include": "included", "exclude": "excluded", "used_unspecified": "used, not said how"}
CRITERIA = (
    Column("kind", "kind", shown=False),
    Column("kind_words", "kind", "word", shown=False, data=False),
    Column("value", "criterion", "text"),
    Column("polarity", "included or excluded", shown=False),
    Column("polarity_words", "how", "word", data=False),
    Column("ads", "ads this week", "count"),
    Column("ads_of", "of", "count"),
    Column("ads_before", f"ads, {WEEKS_BEFORE} weeks before", "count"),
    Column("ads_before_of", "of", "count"),
)
METHOD = (
    "Each pair of an ad and a criterion is counted once, for ads of accepted accounts by the day "
    "first shown; "
    "“of” is how many of those ads have any published targeting."
)
AUDIENCES_NOTE = (
    "Audiences sought are accounts whose followers, or people like them, the ads aim at. They are "
    "not linked to the "
    "advertiser by this, did not agree to it, and some are its critics."
)


def section(issue: Issue) -> Section:
    """Tell the criteria, the audiences sought, and whether the targeting moved."""
    rows, n_week, n_before = _compared(issue)
    audiences = [row for row in rows if row["kind"] == LOOKALIKE]
    evidence = issue.evidence_of_ads(since=issue.week.before.monday, until=issue.week.sunday)
    moved = shift.compare(issue)
    return Section(
        name="targeting",
        title="Whom were the ads aimed at?",
        lead=_lead(rows, n_week, audiences, moved),
        parts=(
            _criteria_table(rows, n_week, n_before, evidence),
            *_drawing(issue),
            shift.table(issue, moved, evidence),
            _audiences_table(audiences, n_week, n_before, evidence),
        ),
        notes=(
            "Targeting is what the advertiser asked for, not who saw the ad. A criterion that is not "
            "published "
            "was not necessarily unused.",
        ),
    )


def _compared(issue: Issue) -> tuple[list[dict[str, Any]], int, int]:
    week, n_week = _counted(issue, issue.week)
    before, n_before = _counted(issue, issue.week.before)
    rows: list[dict[str, Any]] = [
        {
            "kind": kind,
            "kind_words": KINDS.get(kind, kind.replace("_", " ")),
            "value": value,
            "polarity": polarity,
            "polarity_words": POLARITIES.get(polarity, polarity),
            "ads": week.get((kind, value, polarity), 0),
            "ads_of": n_week,
            "ads_before": before.get((kind, value, polarity), 0),
            "ads_before_of": n_before,
        }
        for kind, value, polarity in week.keys() | before.keys()
    ]
    rows.sort(key=lambda row: (-row["ads"], -row["ads_before"], row["value"], row["polarity"]))
    rows.sort(key=lambda row: row["kind"])
    return rows, n_week, n_before


def _counted(issue: Issue, period: Week) -> tuple[dict[tuple[str, str, str], int], int]:
    """Count the ads of a period by criterion, and those that have any."""
    ads = issue.accepted(since=period.monday, until=period.sunday)
    sets = criteria(issue.lake.tables["targets"], Criteria())
    rows = issue.lake.rows(ads_per_criterion(ads, sets, []))
    with_any = issue.lake.rows(ads.semi_join(sets, "targeting_set_id").select("ad_id"))
    return {(row["kind"], row["value"], row["polarity"]): row["ads"] for row in rows}, len(with_any)


def _lead(
    rows: list[dict[str, Any]], n_week: int, audiences: list[dict[str, Any]], moved: shift.Moved
) -> str:
    if not n_week:
        return f"No ad first shown this week has published targeting. {shift.said(moved)}"
    used = sum(1 for row in rows if row["ads"])
    sought = sum(1 for row in audiences if row["ads"])
    return (
        f"{words.counted(n_week, 'ad')} with published targeting used "
        f"{words.count(used, 'criterion', 'criteria')}, "
        f"of which {words.count(sought, 'audience')} sought. {shift.said(moved)}"
    )


def _criteria_table(
    rows: list[dict[str, Any]], n_week: int, n_before: int, evidence: tuple[str, ...]
) -> Table:
    return Table(
        name="targeting",
        title=f"Criteria used this week and in the {WEEKS_BEFORE} weeks before",
        columns=CRITERIA,
        rows=typed(rows, CRITERIA),
        said=(
            f"{words.counted(n_week, 'ad')} this week and {words.count(n_before, 'ad')} in the "
            f"{WEEKS_BEFORE} "
            "weeks before have published targeting."
        ),
        method=METHOD,
        empty="No targeting was published for ads of accepted accounts first shown in these weeks.",
        evidence=evidence,
        group="kind_words",
        limit=10,
    )


def _audiences_table(
    rows: list[dict[str, Any]], n_week: int, n_before: int, evidence: tuple[str, ...]
) -> Table:
    columns = tuple(
        replace(column, label="account named") if column.key == "value" else column
        for column in CRITERIA
        if column.key not in ("kind", "kind_words")
    )
    return Table(
        name="audiences_sought",
        title="Audiences sought",
        columns=columns,
        rows=typed(rows, columns),
        said=(
            f"{words.counted(len(rows), 'account')} named as an audience, among "
            f"{words.count(n_week, 'ad')} of "
            f"this week and {words.count(n_before, 'ad')} of the {WEEKS_BEFORE} weeks before with "
            "published targeting."
        ),
        method=METHOD,
        empty="No audience sought was published for ads of accepted accounts first shown in these weeks.",
        note=AUDIENCES_NOTE,
        evidence=evidence,
        limit=40,
    )


def _drawing(issue: Issue) -> tuple[Figure, ...]:
    targeting = issue.months_until_sunday("targeting")
    if not any(row["month"] for row in targeting.rows):
        return ()
    coverage = issue.coverage_of_months()
    return (
        figure(
            "targeting_chart",
            lambda look: charts.targeting_heatmap(
                targeting.rows, as_of=issue.as_of, n=targeting.n, coverage=coverage, look=look
            ),
            alt=(
                "A grid of how many ads used each criterion in each month; the rows are in the "
                "finding `targeting`."
            ),
            note=f"{AUDIENCES_NOTE} {COVERAGE_NOTE}",
        ),
    )
