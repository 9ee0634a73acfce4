"""The finding of near-copies that several accounts published: who said nearly the same, and when each did."""

from dataclasses import replace
from typing import Any

import ibis
from ibis import _

from tracker.analysis import copies, nearcopies, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

MOST = 500
"""How many groups are listed at most: those of most accounts."""
COLUMNS = (
    "group", "account", "account_status", "items", "first", "last", "at", "snapshot", "text", "distance", "group_items",
    "group_accounts", "group_first", "group_last",
)  # fmt: skip
METHOD = (
    "{items} whose texts are near-copies and that two or more accounts published: a row for each account, the earliest first. Bigrams (of "
    "words; of characters where no spaces part words; without addresses and mentions) have a Jaccard index of at least {alike} with "
    "those of the text that leads the group, the first of its kind that came into the record; below {fewest} bigrams only the same "
    "text. `group` is the snapshot of that text, `snapshot` that of the account's earliest (the dashboard shows it with its evidence); `at` "
    "is when that was published, where the platform says so; `distance` is 1 less the lowest index of the account's texts. At most "
    "{most:,} groups, those of most accounts; with an account, those that it is in."
)
CAVEATS = (
    "That accounts say the same does not tell who copied whom, or whether both copied a third: agencies, slogans, quotes, reposts "
    "and formulas of greeting are repeated by many. It is a lead for a person to judge, and says nothing of who operates an account.",
    "`first` is the earliest that the record holds; an account that was watched later may have been earlier.",
    "Translations and paraphrases are not found: only what is worded alike.",
)


def across_accounts(question: Question) -> Finding:
    """List near-copies that several accounts published, with each account's earliest."""
    options, limits = question.options, question.scope
    item_type = options.items
    whose = _items(question)
    items = _items(replace(question, scope=replace(limits, account_ids=None)))
    groups = copies.across(items)
    if limits.account_ids is not None:
        groups = groups.semi_join(whose.filter(_.copy_group.notnull()), "copy_group")
    kept = copies.of_most_accounts(groups, MOST)
    named = scope.with_account(copies.members(items, kept), question.tables["accounts"])
    order = (ibis.desc("group_accounts"), ibis.desc("group_items"), "copy_group", "moment", "account")
    rows = [_row(row, item_type) for row in question.rows(named.order_by(*order))]
    (total,) = question.rows(groups.aggregate(groups=_.count(), items=_.group_items.sum()))
    listed = {row["group"]: row["group_items"] for row in rows}
    return answer(
        question,
        n=sum(listed.values()),
        columns=COLUMNS,
        rows=rows,
        method=METHOD.format(
            items="Ads" if item_type == "ad" else "Posts",
            alike=nearcopies.LEAST_ALIKE,
            fewest=nearcopies.FEWEST_BIGRAMS,
            most=MOST,
        ),
        ground=ground(question, item_type, whose if item_type == "ad" else None),
        coverage={
            "groups_of_copies": len(listed),
            "groups_of_copies_left_out": total["groups"] - len(listed),
            "accounts": len({row["account"] for row in rows}),
        },
        caveats=CAVEATS,
    )


def _items(question: Question) -> ibis.Table:
    make = scope.ads if question.options.items == "ad" else scope.posts
    return scope.dated(make(question.tables, question.scope), question.scope)


def _row(row: dict[str, Any], item_type: str) -> dict[str, Any]:
    return row | {
        "group": f"{item_type}-{row['copy_group']}",
        "snapshot": f"{item_type}-{row['snapshot_id']}",
    }
