"""The registry as analysis sees it: accounts with their present attribution."""

from collections.abc import Collection

import ibis
from ibis import _


def directory(accounts: ibis.Table) -> ibis.Table:
    """Return every account, ordered by brand, platform and handle."""
    return accounts.order_by("brand", "platform", "handle", "account")


def named(accounts: ibis.Table, name: str) -> ibis.Table:
    """Return `account_id`, `account` of the accounts that `name` may mean.

    It is an account (`x:chinasays`), a handle with or without `@`, what stands behind the platform, or a brand's id; case
    does not matter.
    """
    wanted = name.strip().lower()
    is_it = (
        (_.account.lower() == wanted)
        | _.account.lower().endswith(f":{wanted.removeprefix('@')}")
        | (_.handle.lower() == wanted.removeprefix("@"))
        | (_.brand_id.lower() == wanted)
    )
    return accounts.filter(is_it).select("account_id", "account").order_by("account_id")


def asked(listings: ibis.Table, account_ids: Collection[int]) -> ibis.Table:
    """Return for each source and outcome how often it was asked about these accounts, from when to when, and last.

    Columns: `source`, `outcome`, `answers`, `covers_from`, `covers_to`, `last_look`, `listing_id` (of the last look).
    """
    mine = listings.filter(_.account_id.isin(tuple(account_ids)))
    counted = mine.group_by("source", "outcome").aggregate(
        answers=_.count(),
        covers_from=_.covers_from.min(),
        covers_to=_.covers_to.max(),
        last_look=_.observed_at.max(),
        listing_id=_.listing_id.argmax(_.observed_at),
    )
    return counted.order_by("source", "outcome")


def held(items: ibis.Table, account_ids: Collection[int]) -> ibis.Table:
    """Return for each source how many `items` (ads or posts) of these accounts are held; nothing of them is read."""
    mine = items.filter(_.account_id.isin(tuple(account_ids)))
    return mine.group_by("source").aggregate(items=_.count()).order_by("source")
