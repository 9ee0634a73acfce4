"""A question put to each account, operator or language by itself, the one with most items first."""

from dataclasses import replace
from typing import Literal

from ibis import _

from tracker.analysis import scope
from tracker.errors import BadInput
from tracker.findings.question import Question

Part = Literal["account", "operator", "language"]
PARTS: tuple[Part, ...] = ("account", "operator", "language")
MOST = 8
"""Of more, those with most items are asked about; the others are counted."""


def part_of(by: tuple[str, ...]) -> Part | None:
    """Return by what a question is to be parted; raise `BadInput` for more than one."""
    asked = [name for name in PARTS if name in by]
    if len(asked) > 1:
        raise BadInput(f"{', '.join(asked)}; expected one of {', '.join(PARTS)}", field="by")
    return asked[0] if asked else None


def parted(question: Question, part: Part) -> tuple[list[tuple[str, Question]], int]:
    """Return each part's name with its question, `MOST` at most, and how many items are in none of them."""
    make = scope.ads if question.options.items == "ad" else scope.posts
    items = scope.dated(make(question.tables, question.scope), question.scope)
    names = question.tables["accounts"].select(named_id=_.account_id, named=_.account, operated_by=_.operator)
    joined = items.left_join(names, items.account_id == names.named_id)
    column = {"account": "named", "operator": "operated_by", "language": "language"}[part]
    rows = question.rows(joined.group_by(name=_[column]).agg(items=_.count(), account_id=_.account_id.min()))
    known = sorted((row for row in rows if row["name"]), key=lambda row: (-row["items"], row["name"]))
    left = sum(row["items"] for row in rows) - sum(row["items"] for row in known[:MOST])
    return [
        (row["name"], _limited(question, part, row["name"], row["account_id"])) for row in known[:MOST]
    ], left


def _limited(question: Question, part: Part, name: str, account_id: int) -> Question:
    if part == "account":
        limits = replace(question.scope, account_ids=(account_id,))
    elif part == "operator":
        limits = replace(question.scope, operator=name)
    else:
        limits = replace(question.scope, language=name)
    return replace(question, scope=limits)
