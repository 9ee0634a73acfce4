"""What reports on advertisers say: who was listed in which report, and who was asked about and not listed.

Not being listed is an answer of its own: the report names advertisers of political ads only, so it is never zero.
"""

import ibis
from ibis import _

from tracker.analysis.scope import Scope, Tables

SOURCE = "meta_ad_report"


def reports(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the reports in scope: `listing_id`, `country`, `first_day`, `last_day`, `evidence`, once each."""
    rows = tables["listings"].filter(_.source == SOURCE, _.outcome == "rows")
    if scope.country is not None:
        rows = rows.filter(_.country == scope.country)
    if scope.since is not None:
        rows = rows.filter(_.covers_to >= scope.since)
    if scope.until is not None:
        rows = rows.filter(ibis.coalesce(_.covers_from, _.covers_to) <= scope.until)
    return rows.select("listing_id", "country", "evidence", first_day=_.covers_from, last_day=_.covers_to)


def listed(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the rows of the reports in scope with the days of their report."""
    rows = tables["advertiser_reports"]
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids))
    return rows.inner_join(reports(tables, scope), "listing_id").mutate(listed=True)


def not_listed(tables: Tables, scope: Scope, account_ids: tuple[int, ...]) -> ibis.Table:
    """Return, for each of some accounts and each report in scope that does not list it: `account_id` and the report."""
    asked = tables["accounts"].filter(_.account_id.isin(account_ids)).select("account_id")
    pairs = asked.cross_join(reports(tables, scope))
    present = tables["advertiser_reports"].select("account_id", "listing_id").distinct()
    return pairs.anti_join(present, ["account_id", "listing_id"])
