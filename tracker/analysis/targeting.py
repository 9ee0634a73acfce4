"""Whom ads were meant to reach: each (ad, criterion) link counts once.

A criterion is its kind, its value by its full published name, and whether it includes or excludes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
from ibis import _

from tracker.analysis import copies

CRITERION = ["kind", "value", "polarity"]
LOOKALIKE = "follower_lookalike"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which criteria a question is about; nothing given is no limit."""

    kinds: tuple[str, ...] = ()
    polarity: str | None = None


def criteria(targets: ibis.Table, wanted: Criteria) -> ibis.Table:
    """Return the distinct `targeting_set_id`, `kind`, `value`, `polarity`."""
    return _rows(targets, wanted).distinct()


def _rows(targets: ibis.Table, wanted: Criteria) -> ibis.Table:
    rows = targets
    if wanted.kinds:
        rows = rows.filter(_.kind.isin(wanted.kinds))
    if wanted.polarity is not None:
        rows = rows.filter(_.polarity == wanted.polarity)
    return rows.select("targeting_set_id", *CRITERION)


def ads_per_criterion(ads: ibis.Table, sets: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    """Count ads by `keys` and criterion of `sets`: the keys, `kind`, `value`, `polarity`, `ads`."""
    ads_per_set = ads.group_by([*keys, "targeting_set_id"]).agg(in_set=_.count())
    joined = ads_per_set.inner_join(sets, "targeting_set_id")
    return joined.group_by([*keys, *CRITERION]).agg(ads=_.in_set.sum())


def ads_per_set(ads: ibis.Table) -> ibis.Table:
    """Count ads by month and set of criteria: `ym`, `targeting_set_id`, `in_set`."""
    return ads.filter(_.targeting_set_id.notnull()).group_by("ym", "targeting_set_id").agg(in_set=_.count())


def links(ads: ibis.Table, sets: ibis.Table) -> ibis.Table:
    """Return one row for each (ad, criterion) link: those of `with_set` but the set, and `kind`, `value`, `polarity`."""
    joined = with_set(ads).inner_join(sets, "targeting_set_id")
    return joined.select("item_id", "ym", "account_id", *copies.SHARED, *CRITERION)


def with_set(ads: ibis.Table) -> ibis.Table:
    """Return the set of criteria of each ad: `item_id`, `ym`, `targeting_set_id`, `account_id` (-1 for none).

    And what it may have in common with others, by `copies.shared`.
    """
    found = copies.shared(ads.filter(_.targeting_set_id.notnull()))
    named = found.mutate(account_id=ibis.coalesce(_.account_id, -1))
    return named.select("item_id", "ym", "targeting_set_id", "account_id", *copies.SHARED)


def used(ads: ibis.Table, targets: ibis.Table, wanted: Criteria) -> ibis.Table:
    """Return the criteria of the sets that ads have: `targeting_set_id`, `kind`, `value`, `polarity`; not made distinct."""
    return _rows(targets, wanted).semi_join(ads.select("targeting_set_id"), "targeting_set_id")
