"""Findings of what looks at profiles saw: whether platforms label accounts, and whether accounts name their operator."""

from ibis import _

from tracker.analysis import looks, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground, groups

_COLUMNS = (
    "account", "platform", "state", "first_seen", "last_seen", "evidence", "looks", "latest", "words", "document",
    "look", "brand", "account_status",
)  # fmt: skip
_METHOD = (
    "Looks at profiles, by documents and by people with a screenshot, in order of their day; a run lasts until another "
    "state is seen. `evidence` is the SHA-256 of the last screenshot, or the id of the document. First and last seen are "
    "days of looks, not of the change."
)


def labels(question: Question) -> Finding:
    """List which label each account bore, from when to when it was seen so."""
    return _runs(
        question, "label", "label_words",
        caveats=("A paid check says that someone paid, not who. An account that is not listed was not checked.",),
    )  # fmt: skip


def disclosures(question: Question) -> Finding:
    """List whether the bio or the about page of each account names its operator, from when to when it was seen so."""
    return _runs(
        question, "discloses", "discloses_words",
        caveats=("An account that is not listed was not checked; naming nobody is what was seen, not what is meant.",),
    )  # fmt: skip


def _runs(question: Question, field: str, words: str, *, caveats: tuple[str, ...]) -> Finding:
    whole = looks.seen(question.tables["looks"], question.scope, field)
    found = scope.of_group(whole, question.tables["accounts"], question.scope.group)
    named = scope.with_account(looks.runs(found, words), question.tables["accounts"])
    platforms = question.tables["accounts"].select("account_id", "platform")
    rows = question.rows(
        named.left_join(platforms, "account_id").order_by("account", "first_seen", "last_seen", "look")
    )
    return answer(
        question,
        n=sum(row["looks"] for row in rows),
        columns=_COLUMNS,
        rows=rows,
        method=_METHOD,
        ground=ground(question, None),
        coverage={
            "accounts_checked": len({row["account"] for row in rows}),
            "accounts": question.rows(question.tables["accounts"].aggregate(n=_.count()))[0]["n"],
            "groups": groups(question, whole),
        },
        caveats=caveats,
    )
