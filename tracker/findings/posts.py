"""The finding of the posts themselves: what was said when, by whom, and which codes it carries."""

from typing import Any

import ibis
from ibis import _

from tracker.analysis import scope, topics
from tracker.findings.finding import Finding
from tracker.findings.mentions import naming
from tracker.findings.question import Question, answer, coder_of, ground

ROWS_SHOWN = 500
COLUMNS = (
    "post", "account", "account_status", "source", "section", "day", "text", "language", "codes", "codes_by", "url",
)  # fmt: skip
METHOD = (
    "The latest words of each post, the latest day first. Codes are what people settled, where they coded the post, else those "
    "of {coder}; codes_by says whose."
)


def post_rows(question: Question) -> Finding:
    """List the posts themselves, the latest first."""
    asked = naming(question, scope.dated(scope.posts(question.tables, question.scope), question.scope))
    limit = question.options.limit or ROWS_SHOWN
    page = asked.order_by(_.day.desc(), "item_id").limit(limit)
    coder = question.scope.coder if question.scope.coder != scope.BY_HAND else None
    coder = coder or coder_of(question.lake, "post")
    by_hand, by_machine = _by_hand(question, page), _by_machine(question, page, coder)
    named = scope.with_account(page, question.tables["accounts"])
    rows = [
        row
        | {"post": row["item_id"]}
        | (
            {"codes": by_hand[row["item_id"]], "codes_by": scope.BY_HAND}
            if row["item_id"] in by_hand
            else {"codes": by_machine.get(row["item_id"], []), "codes_by": coder}
        )
        for row in question.rows(named.order_by(_.day.desc(), "item_id"))
    ]
    count = int(question.rows(asked.aggregate(n=_.count()))[0]["n"])
    return answer(
        question,
        n=count,
        columns=COLUMNS,
        rows=rows,
        method=METHOD.format(coder=coder or "nobody yet"),
        ground=ground(question, "post"),
        coverage={"rows_left_out": max(0, count - len(rows)), "coder": coder},
    )


def _by_hand(question: Question, page: ibis.Table) -> dict[int, list[str]]:
    """Return what people settled of the items of a page: an empty list where no code fits."""
    settled = question.tables["hand_settled"].filter(_.item_type == "post")
    found: dict[int, list[str]] = {}
    for row in question.rows(
        settled.semi_join(page.select("item_id"), "item_id").order_by("item_id", "code")
    ):
        found.setdefault(row["item_id"], []).extend([row["code"]] if row["counts"] and row["code"] else [])
    return found


def _by_machine(question: Question, page: ibis.Table, coder: str | None) -> dict[int, list[str]]:
    codes = topics.coded(question.tables["codings"], "post", coder=coder, level="fine")
    shown = codes.semi_join(page.select("item_id"), "item_id").order_by("item_id", "code")
    found: dict[int, list[str]] = {}
    row: dict[str, Any]
    for row in question.rows(shown):
        found.setdefault(row["item_id"], []).append(row["code"])
    return found
