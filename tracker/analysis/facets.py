"""How many ads each choice of a search leaves: counts by account, payer, repository, country, topic and month."""

from collections.abc import Callable, Mapping

import ibis
from ibis import _

from tracker.analysis import scope, topics
from tracker.analysis.scope import Tables

Count = Callable[[ibis.Table, Tables, str | None], ibis.Table]


def _account(items: ibis.Table, tables: Tables, _coder: str | None) -> ibis.Table:
    counted = items.group_by("account_id").agg(ads=_.count())
    named = scope.with_account(counted, tables["accounts"]).filter(_.account.notnull())
    return named.select("ads", "account_status", value=_.account)


def _payer(items: ibis.Table, _tables: Tables, _coder: str | None) -> ibis.Table:
    return items.filter(_.payer.notnull()).group_by(value=_.payer).agg(ads=_.count())


def _repository(items: ibis.Table, _tables: Tables, _coder: str | None) -> ibis.Table:
    return items.group_by(value=_.source).agg(ads=_.count())


def _country(items: ibis.Table, tables: Tables, _coder: str | None) -> ibis.Table:
    asked = tables["listings"].filter(_.country.notnull()).select("listing_id", value=_.country)
    return items.inner_join(asked, "listing_id").group_by("value").agg(ads=_.count())


def _topic(items: ibis.Table, tables: Tables, coder: str | None) -> ibis.Table:
    codes = topics.coded(tables["codings"], "ad", coder=coder, level="top")
    return codes.semi_join(items, "item_id").group_by(value=_.code).agg(ads=_.count())


def _month(items: ibis.Table, _tables: Tables, _coder: str | None) -> ibis.Table:
    return items.filter(_.day.notnull()).group_by(value=_.ym).agg(ads=_.count())


COUNTS: Mapping[str, Count] = {
    "account": _account, "payer": _payer, "repository": _repository, "country": _country, "topic": _topic, "month": _month,
}  # fmt: skip
"""How the ads of a facet are counted: `value`, `ads`, and for accounts also `account_status`."""


def counts(facet: str, items: ibis.Table, tables: Tables, *, coder: str | None) -> ibis.Table:
    """Return `value`, `ads` of a facet, the one with most ads first; what was not published has no row."""
    return COUNTS[facet](items, tables, coder).order_by(ibis.desc("ads"), "value")
