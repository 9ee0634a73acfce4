"""Which ads and posts a question is about.

Ads are dated by the day they were first shown, posts by the day they were published (else first seen).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis
from ibis import _

from tracker.registry.groups import STATUS_OF, Group

ItemType = Literal["ad", "post"]
BY_HAND = "hand"
"""The name under which people are asked for as a coder."""
UNCODED = "uncoded"
"""Stands in place of a code for the items that carry none."""
Tables = Mapping[str, ibis.Table]
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Scope:
    """The limits of a question; `None` is no limit. `since` and `until` are both in.

    `code` holds for the codings of `coder`, at any level; `UNCODED` for what that coder gave no code.
    """

    since: date | None = None
    until: date | None = None
    account_ids: tuple[int, ...] | None = None
    group: Group | None = None
    source: str | None = None
    country: str | None = None
    payer: str | None = None
    contains: str | None = None
    code: str | None = None
    coder: str | None = None
    operator: str | None = None
    language: str | None = None


def ads(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the ads in scope, dated or not, with `item_id` and `day` (of `first_shown`)."""
    rows = tables["ads"].mutate(item_id=_.ad_id, day=_.first_shown)
    if scope.country is not None:
        asked = tables["listings"].filter(_.country == scope.country).select("listing_id")
        rows = rows.semi_join(asked, "listing_id")
    if scope.payer is not None:
        rows = rows.filter(_.payer == scope.payer)
    return _narrow(rows, tables, scope, item_type="ad")


def posts(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the posts in scope with `item_id` and `day`."""
    return _narrow(tables["posts"].mutate(item_id=_.post_id), tables, scope, item_type="post")


def dated(items: ibis.Table, scope: Scope) -> ibis.Table:
    """Keep the items that have a day, and one between `since` and `until`."""
    return _between(items.filter(_.day.notnull()), scope)


def listings(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the answers in scope with `first_day` and `last_day`: what each covers, else the day it was given.

    An answer about no account in particular covers every account.
    """
    observed_on = _.observed_at.date()
    rows = tables["listings"].mutate(
        first_day=ibis.coalesce(_.covers_from, _.covers_to, observed_on),
        last_day=ibis.coalesce(_.covers_to, _.covers_from, observed_on),
    )
    if scope.group is not None:
        about_one = of_group(rows.filter(_.account_id.notnull()), tables["accounts"], scope.group)
        rows = about_one.union(rows.filter(_.account_id.isnull()))
    if scope.operator is not None:
        of_one = of_operator(rows.filter(_.account_id.notnull()), tables["accounts"], scope.operator)
        rows = of_one.union(rows.filter(_.account_id.isnull()))
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids) | _.account_id.isnull())
    if scope.source is not None:
        rows = rows.filter(_.source == scope.source)
    if scope.country is not None:
        rows = rows.filter(_.country == scope.country)
    if scope.since is not None:
        rows = rows.filter(_.last_day >= scope.since)
    if scope.until is not None:
        rows = rows.filter(_.first_day <= scope.until)
    return rows


def of_group(rows: ibis.Table, accounts: ibis.Table, group: Group | None) -> ibis.Table:
    """Keep the rows whose account is counted in a group; what names no account is among the others."""
    if group is None:
        return rows
    if group == "others":
        apart = accounts.filter(_.status.isin(tuple(STATUS_OF.values()))).select("account_id")
        return rows.anti_join(apart, "account_id")
    return rows.semi_join(accounts.filter(_.status == STATUS_OF[group]).select("account_id"), "account_id")


def of_operator(rows: ibis.Table, accounts: ibis.Table, operator: str) -> ibis.Table:
    """Keep the rows of the accounts that are attributed to an operator."""
    return rows.semi_join(accounts.filter(_.operator == operator).select("account_id"), "account_id")


def by_status(items: ibis.Table, accounts: ibis.Table) -> ibis.Table:
    """Count items by the status of their account: `status`, `items`, `accounts`, and `undated` where they have a day."""
    undated = {"undated": _.day.isnull().sum()} if "day" in items.columns else {}
    counted = items.group_by("account_id").agg(items=_.count(), **undated)
    named = accounts.select(named_id=_.account_id, status=_.status)
    joined = counted.left_join(named, counted.account_id == named.named_id)
    sums = {name: _[name].sum() for name in ("items", *undated)}
    return joined.group_by("status").agg(accounts=_.account_id.count(), **sums).order_by("status")


def with_account(rows: ibis.Table, accounts: ibis.Table) -> ibis.Table:
    """Add `account`, `brand` and `account_status` to rows that have an `account_id`."""
    names = accounts.select(named_id=_.account_id, account=_.account, brand=_.brand, account_status=_.status)
    return rows.left_join(names, rows.account_id == names.named_id).drop("named_id")


def listed(texts: Sequence[str], name: str) -> ibis.Table:
    """Return texts as a table of one column: a thousand of them as one value, where a thousand values take long to write out."""
    return ibis.literal(_BETWEEN.join(texts)).split(_BETWEEN).unnest().name(name).as_table()


def _narrow(rows: ibis.Table, tables: Tables, scope: Scope, *, item_type: ItemType) -> ibis.Table:
    rows = of_group(rows, tables["accounts"], scope.group)
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids))
    if scope.source is not None:
        rows = rows.filter(_.source == scope.source)
    if scope.contains is not None:
        rows = rows.filter(_.text.lower().contains(scope.contains.lower()))
    if scope.operator is not None:
        rows = of_operator(rows, tables["accounts"], scope.operator)
    if scope.language is not None:
        rows = rows.filter(_.language == scope.language)
    return rows if scope.code is None else _coded(rows, tables, scope, item_type)


def _coded(rows: ibis.Table, tables: Tables, scope: Scope, item_type: ItemType) -> ibis.Table:
    """Keep the items to which the coder gave the code, or none at all; by hand what they count as."""
    if scope.coder == BY_HAND:
        read = tables["hand_settled"].filter(_.item_type == item_type)
        rows = rows.semi_join(read.select("item_id"), "item_id") if scope.code == UNCODED else rows
        coded = read.filter(_.counts)
    else:
        coded = tables["codings"].filter(_.item_type == item_type)
        coded = coded if scope.coder is None else coded.filter(_.coder == scope.coder)
    if scope.code == UNCODED:
        return rows.anti_join(coded.select("item_id"), "item_id")
    wanted = coded.filter((_.code == scope.code) | (_.parent == scope.code))
    return rows.semi_join(wanted.select("item_id"), "item_id")


def _between(rows: ibis.Table, scope: Scope) -> ibis.Table:
    if scope.since is not None:
        rows = rows.filter(_.day >= scope.since)
    if scope.until is not None:
        rows = rows.filter(_.day <= scope.until)
    return rows
