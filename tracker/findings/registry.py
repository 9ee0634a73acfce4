"""Findings of whom the tracker follows, and of what changed there."""

from collections import Counter

from ibis import _

from tracker.analysis import accounts, changes, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground, groups


def seen_changes(question: Question) -> Finding:
    """List the dated differences between observations, oldest first."""
    whole = changes.changes(question.tables["changes"], question.scope, types=question.options.kinds)
    found = scope.of_group(whole, question.tables["accounts"], question.scope.group)
    named = scope.with_account(found, question.tables["accounts"])
    rows = question.rows(named.order_by("at", "change_id"))
    return answer(
        question,
        n=len(rows),
        columns=(
            "at", "type", "subject", "field", "before", "after", "snapshot_before", "snapshot_after",
            "account", "account_status",
        ),
        rows=rows,
        method=(
            "Differences between two answers to the same question, dated by the later one. Something gone is no longer "
            "shown to us; why, `after` says where the platform said it, and nobody else does."
        ),
        ground=ground(question, None),
        coverage={
            "types": dict(sorted(Counter(row["type"] for row in rows).items())),
            "groups": groups(question, whole),
        },
        caveats=("What changed and changed back between two observations was not seen.",),
    )  # fmt: skip


def directory(question: Question) -> Finding:
    """List the accounts with who attributed them to whom, and on what document."""
    table = question.tables["accounts"]
    if question.scope.account_ids is not None:
        table = table.filter(_.account_id.isin(question.scope.account_ids))
    whole = table
    table = scope.of_group(table, question.tables["accounts"], question.scope.group)
    if question.options.status is not None:
        table = table.filter(_.status == question.options.status)
    rows = question.rows(accounts.directory(table))
    return answer(
        question,
        n=len(rows),
        columns=(
            "brand", "platform", "handle", "status", "operator", "confidence", "document", "account", "name",
            "operator_native", "predicate", "document_id", "document_date", "label", "label_on", "discloses", "followers",
            "place", "url",
        ),
        rows=rows,
        method="Accounts of the registry with their latest attribution, by the document named on the row.",
        ground=ground(question, None),
        coverage={
            "statuses": dict(sorted(Counter(row["status"] for row in rows).items())),
            "groups": groups(question, whole),
        },
        caveats=("Suspected means that someone suspects it and gave a document; it is not a finding.",),
    )  # fmt: skip
