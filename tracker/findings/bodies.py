"""Findings of the bodies behind the accounts, and of what documents count of them."""

from collections import Counter, defaultdict

from tracker.analysis import organisations
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground


def directory(question: Question) -> Finding:
    """List the bodies with where they sit, who is said to stand above them, and how many accounts they are said to run."""
    known = organisations.directory(question.tables["organisations"], question.tables["claims"])
    if question.options.kinds:
        known = known.filter(known.kind.isin(question.options.kinds))
    above = defaultdict[str, list[str]](list)
    for pair in question.rows(organisations.above(question.tables["claims"])):
        above[pair["body"]].append(pair["name"])
    rows = [
        {
            **row,
            "id": row["organisation_id"],
            "supervised_by": "; ".join(above[row["organisation_id"]]) or None,
        }
        for row in question.rows(known)
    ]
    return answer(
        question,
        n=len(rows),
        columns=(
            "id", "name", "native_name", "kind", "level", "place", "province", "founded", "supervised_by", "accounts",
            "accepted_accounts", "documents", "accounts_below", "accepted_below", "country", "founded_document",
        ),
        rows=rows,
        method=(
            "Bodies of the registry. Accounts are those that a live claim puts under the body, by the account or by its "
            "brand; those under the bodies below it are counted apart. Founded is as exact as its document."
        ),
        ground=ground(question, None),
        coverage={
            "kinds": dict(sorted(Counter(row["kind"] for row in rows).items())),
            "without_founding": sum(row["founded"] is None for row in rows),
            "without_province": sum(row["province"] is None for row in rows),
        },
        caveats=("A body that is not here is not known to us; that is no sign that it does not exist.",),
    )  # fmt: skip


def figures(question: Question) -> Finding:
    """List what documents count, each with its publisher, and how many of it the registry knows."""
    rows = question.rows(organisations.figures(question.tables["figures"], question.tables["organisations"]))
    return answer(
        question,
        n=len(rows),
        columns=(
            "counted", "place", "level", "as_published", "lower", "upper", "on", "document", "says", "known",
            "publisher", "title", "published_on", "where",
        ),
        rows=[{**row, "document": row["document_id"]} for row in rows],
        method=(
            "Figures as their documents give them; the registry counts apart, in `known`: only bodies that a document "
            "names, and nothing where it counts no such thing."
        ),
        ground=ground(question, None),
        caveats=("What the registry knows is a part of what there is. Neither number corrects the other.",),
    )  # fmt: skip
