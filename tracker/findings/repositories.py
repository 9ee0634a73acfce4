"""The finding of what each ad repository publishes of what the law asks, beside what is held of it."""

from typing import Any

from ibis import _

from tracker.analysis import advertisers, scope
from tracker.collect.repositories import AS_OF, PUBLISHED, REQUIREMENTS
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground


def published(question: Question) -> Finding:
    """List for each repository and each letter of DSA Art. 39(2) whether it is published and why, and how many ads have it."""
    items = scope.ads(question.tables, question.scope)
    held = {row["source"]: row for row in question.rows(_filled(items))}
    reported = {row["source"]: row["rows"] for row in question.rows(_reported(question))}
    wanted = [name for name in PUBLISHED if question.options.source in (None, name)]
    rows = [
        {
            "repository": name, "letter": letter, "requirement": REQUIREMENTS[letter], "state": cell.state, "why": cell.why,
            "ads": held[name]["ads"] if name in held else 0,
            "filled": held[name].get(letter) if name in held else None, "reported": reported.get(name, 0),
        }
        for name in wanted
        for letter, cell in PUBLISHED[name].items()
    ]  # fmt: skip
    return answer(
        question,
        n=sum(held[name]["ads"] for name in wanted if name in held),
        columns=("repository", "letter", "requirement", "state", "why", "ads", "filled", "reported"),
        rows=rows,
        method=(
            f"What platforms' documents and public audits said by {AS_OF} of the interface or file that each source reads, by "
            "the letters of Regulation (EU) 2022/2065, Art. 39(2) (`tracker/collect/repositories.py`). `filled` counts the "
            "ads held that have it: a text, a beneficiary or advertiser, a payer, a first day, targeting, a number shown; "
            "`reported` the rows of reports on advertisers, which name no ad."
        ),
        ground=ground(question, "ad", items),
        coverage={"as_of": AS_OF, "states": _states(rows)},
        caveats=(
            "“Not known” is not “not published”. Being published does not make it true or complete.",
            "What is held depends on what was imported: an empty field may be the file's.",
        ),
    )


def _filled(items: Any) -> Any:
    """Count by source the ads, and those that have what each letter asks for."""
    return (
        items.group_by("source")
        .agg(
            ads=_.count(),
            a=_.text.count(),
            b=_.beneficiary.coalesce(_.advertiser_name).count(),
            c=_.payer.count(),
            d=_.first_shown.count(),
            e=_.targeting_set_id.count(),
            g=_.impressions_lower.count(),
        )
        .order_by("source")
    )


def _reported(question: Question) -> Any:
    """Count by source the rows of reports on advertisers."""
    rows = advertisers.listed(question.tables, question.scope)
    return rows.group_by("source").agg(rows=_.count())


def _states(rows: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row["state"]] = found.get(row["state"], 0) + 1
    return found
