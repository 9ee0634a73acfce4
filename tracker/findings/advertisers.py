"""The finding of what reports on advertisers say."""

from typing import Any

from tracker.analysis import advertisers, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground, groups

COLUMNS = (
    "first_day", "last_day", "country", "account", "name", "listed", "disclaimer", "spend_lower", "spend_upper", "currency",
    "spend_as_published", "ads", "listing_id", "line", "evidence", "brand", "account_status",
)  # fmt: skip


def reported(question: Question) -> Finding:
    """List what each report says of its advertisers; for one account or brand also the reports that do not list it."""
    tables, limits = question.tables, question.scope
    whole = advertisers.listed(tables, limits)
    found = scope.with_account(scope.of_group(whole, tables["accounts"], limits.group), tables["accounts"])
    rows = question.rows(found)
    if limits.account_ids is not None:
        absent = advertisers.not_listed(tables, limits, limits.account_ids)
        rows += [_absent(row) for row in question.rows(scope.with_account(absent, tables["accounts"]))]
    rows.sort(key=lambda row: (row["last_day"] or "", row["account"] or "", row["disclaimer"] or ""))
    listed = [row for row in rows if row["listed"]]
    return answer(
        question,
        n=len(listed),
        columns=COLUMNS,
        rows=rows,
        method=(
            "Rows of the advertisers sheets of Meta's Ad Library Report, one a page and disclaimer, with spend as the range "
            "that was published (≤100 is 0 to 100). For one account also the reports that do not list it."
        ),
        ground=ground(question, None),
        coverage={
            "reports": len({row["listing_id"] for row in rows}),
            "reports_listing": len({row["listing_id"] for row in listed}),
            "groups": groups(question, whole),
        },
        caveats=(
            "The report lists advertisers of political and issue ads only: not listed is not “no ads” and never zero.",
            "Spend of several pages or weeks is not added here: a floor such as ≤100 has no sum.",
        ),
    )


def _absent(row: dict[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(COLUMNS), **row, "listed": False}
