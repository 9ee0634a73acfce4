"""Dated events that may have changed something: a day, a claim, a change of the record, a label, or a new payer."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis
from ibis import _

from tracker.analysis import scope
from tracker.errors import BadInput
from tracker.findings.question import Question

LABELS = ("label_new", "label_gone", "label_changed")
EXPECTED = "YYYY-MM-DD, claim:NUMBER, change:NUMBER, label, payer or payer:NAME"


def day_of(question: Question, words: str) -> date:
    """Return the day of an event of the accounts in question; raise `BadInput` for one that is not known to the day.

    `2024-07-01`; `claim:12` is the day from which that claim holds; `change:7` that of a change in the record; `label` the day
    on which the label of the accounts was seen to come, go or change; `payer:NAME` the first day of that payer's ads, and `payer` that of
    the one payer that came after the first.
    """
    kind, _colon, rest = words.partition(":")
    known: Mapping[str, Callable[[Question, str], date]] = {
        "claim": _of_claim, "change": _of_change, "label": _of_label, "payer": _of_payer,
    }  # fmt: skip
    if kind in known:
        return known[kind](question, rest)
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise BadInput(f"{words!r}; expected {EXPECTED}", field="event") from error


def _of_claim(question: Question, number: str) -> date:
    claims = question.tables["claims"]
    row = _one(
        question, claims.filter(_.claim_id.cast("string") == _number("claim", number)), "claim", number
    )
    stated = row["valid_from"] or row["published_on"]
    if not stated or len(str(stated)) < len("2024-01-01"):
        raise BadInput(
            f"claim {number} holds from {stated or 'an unknown day'}; expected a whole day", field="event"
        )
    return date.fromisoformat(str(stated)[:10])


def _of_change(question: Question, number: str) -> date:
    changes = question.tables["changes"]
    row = _one(
        question, changes.filter(_.change_id.cast("string") == _number("change", number)), "change", number
    )
    return date.fromisoformat(str(row["at"])[:10])


def _of_label(question: Question, _rest: str) -> date:
    ids = question.scope.account_ids or ()
    changes = question.tables["changes"].filter(_.type.isin(LABELS), _.account_id.isin(ids))
    days = sorted({str(row["at"])[:10] for row in question.rows(changes)})
    if not days:
        raise BadInput("no change of the label of this account is in the record", field="event")
    return _only(days, "changes of the label")


def _of_payer(question: Question, name: str) -> date:
    ads = scope.ads(question.tables, scope.Scope(account_ids=question.scope.account_ids))
    dated = ads.filter(_.day.notnull(), _.payer.notnull())
    rows = question.rows(dated.group_by("payer").agg(first=_.day.min()).order_by("first", "payer"))
    if name:
        found = [str(row["first"])[:10] for row in rows if row["payer"] == name]
        if not found:
            named = ", ".join(str(row["payer"]) for row in rows[:8]) or "none is published"
            raise BadInput(f"no ad of this account names the payer {name!r}; known: {named}", field="event")
        return date.fromisoformat(found[0])
    days = sorted({str(row["first"])[:10] for row in rows[1:]})
    if not days:
        raise BadInput("no payer came after the first", field="event")
    return _only(days, "new payers")


def _only(days: list[str], what: str) -> date:
    if len(days) > 1:
        raise BadInput(f"{len(days)} {what}: {', '.join(days)}; name one of these days", field="event")
    return date.fromisoformat(days[0])


def _number(kind: str, number: str) -> str:
    if not number.isascii() or not number.isdigit():
        raise BadInput(f"'{kind}:{number}'; expected {EXPECTED}", field="event")
    return str(int(number))


def _one(question: Question, rows: ibis.Table, kind: str, number: str) -> dict[str, Any]:
    found = question.rows(rows)
    if not found:
        raise BadInput(f"no {kind} {number} is known", field="event")
    return found[0]
