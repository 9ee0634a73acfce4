"""Findings of what looks at profiles saw: whether platforms label accounts, and whether accounts name their operator."""

from typing import Any

from ibis import _

from tracker.analysis import looks, marks, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground, groups

_COLUMNS = (
    "account",
    "platform",
    "state",
    "first_seen",
    "last_seen",
    "evidence",
    "looks",
    "latest",
    "words",
    "document",
    "look",
    "brand",
    "account_status",
)
_LABELS = (*_COLUMNS, "issuer")
PLATFORM = "platform"
"""The issuer of what a platform says itself; any other is a labeler, and what it says is its own opinion."""  # fmt: skip
_METHOD = (
    "Looks at profiles, by documents and by people with a screenshot, in order of their day; a run lasts until another "
    "state is seen. `evidence` is the SHA-256 of the last screenshot, or the id of the document. First and last seen are "
    "days of looks, not of the change."
)


def labels(question: Question) -> Finding:
    """List which label each account bore, from when to when it was seen so."""
    return _runs(
        question, "label", "label_words", by_labelers=True,
        caveats=(
            "A paid check says that someone paid, not who. An account that is not listed was not checked.",
            "What another issuer than `platform` says is the opinion of a labeler, not the platform's; the counts of "
            "accounts checked leave it out.",
        ),
    )  # fmt: skip


def disclosures(question: Question) -> Finding:
    """List whether the bio or the about page of each account names its operator, from when to when it was seen so."""
    return _runs(
        question, "discloses", "discloses_words",
        caveats=("An account that is not listed was not checked; naming nobody is what was seen, not what is meant.",),
    )  # fmt: skip


def _runs(
    question: Question, field: str, words: str, *, caveats: tuple[str, ...], by_labelers: bool = False
) -> Finding:
    whole = looks.seen(question.tables["looks"], question.scope, field)
    found = scope.of_group(whole, question.tables["accounts"], question.scope.group)
    named = scope.with_account(looks.runs(found, words), question.tables["accounts"])
    platforms = question.tables["accounts"].select("account_id", "platform")
    rows = question.rows(
        named.left_join(platforms, "account_id").order_by("account", "first_seen", "last_seen", "look")
    )
    others = _of_labelers(question) if by_labelers else []
    return answer(
        question,
        n=sum(row["looks"] for row in rows),
        columns=_LABELS if by_labelers else _COLUMNS,
        rows=[*({**row, "issuer": PLATFORM} for row in rows), *others],
        method=_METHOD,
        ground=ground(question, None),
        coverage={
            "accounts_checked": len({row["account"] for row in rows}),
            "accounts": question.rows(question.tables["accounts"].aggregate(n=_.count()))[0]["n"],
            "groups": groups(question, whole),
        },
        caveats=caveats,
    )


def _of_labelers(question: Question) -> list[dict[str, Any]]:
    """Return the runs of what labelers said, after those of the platforms."""
    found = marks.seen(question.tables["looks"], question.scope)
    found = scope.of_group(found, question.tables["accounts"], question.scope.group)
    known = question.tables["accounts"].select(
        "account", "brand", "account_id", "platform", account_status=_.status
    )
    by_id = {row["account_id"]: row for row in question.rows(known)}
    rows = marks.runs(
        question.rows(found.select("account_id", "look", "day", "observed_at", "evidence", "issuer", "mark"))
    )
    named = [{**by_id[row["account_id"]], **row} for row in rows if row["account_id"] in by_id]
    return sorted(
        named, key=lambda row: (row["account"], row["issuer"], row["first_seen"] or "", row["state"])
    )
