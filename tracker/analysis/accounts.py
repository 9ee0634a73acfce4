"""The registry as analysis sees it: accounts with their present attribution."""

import ibis
from ibis import _


def directory(accounts: ibis.Table) -> ibis.Table:
    """Return every account, ordered by brand, platform and handle."""
    return accounts.order_by("brand", "platform", "handle", "account")


def named(accounts: ibis.Table, name: str) -> ibis.Table:
    """Return `account_id`, `account` of the accounts that `name` may mean.

    It is an account (`x:chinasays`), a handle with or without `@`, or a brand's id; case does not matter.
    """
    wanted = name.strip().lower()
    is_it = (
        (_.account.lower() == wanted)
        | (_.handle.lower() == wanted.removeprefix("@"))
        | (_.brand_id.lower() == wanted)
    )
    return accounts.filter(is_it).select("account_id", "account").order_by("account_id")
