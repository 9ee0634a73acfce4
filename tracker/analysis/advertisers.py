"""What reports on advertisers say: who was listed in which report, and who was asked about and not listed.

Not being listed is an answer of its own: the report names advertisers of political ads only, so it is never zero.
"""

import ibis
from ibis import _

from tracker.analysis.scope import Scope, Tables

PLATFORMS = {"meta_ad_report": "facebook", "google_political": "google"}
"""The sources of such reports, and whose accounts each can list."""


def reports(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the reports in scope: `listing_id`, `source`, `country`, `first_day`, `last_day`, `evidence`.

    Of several about the same days the one that came in last stands.
    """
    rows = tables["listings"].filter(_.source.isin(tuple(PLATFORMS)), _.outcome == "rows")
    if scope.country is not None:
        rows = rows.filter(_.country == scope.country)
    if scope.since is not None:
        rows = rows.filter(_.covers_to >= scope.since)
    if scope.until is not None:
        rows = rows.filter(ibis.coalesce(_.covers_from, _.covers_to) <= scope.until)
    keys = ["source", "country", "covers_from", "covers_to"]
    last = rows.group_by(keys).agg(evidence=_.evidence.argmax(_.listing_id), listing_id=_.listing_id.max())
    return last.select(
        "listing_id", "source", "country", "evidence", first_day=_.covers_from, last_day=_.covers_to
    )


def listed(tables: Tables, scope: Scope) -> ibis.Table:
    """Return the rows of the reports in scope with the days of their report; those whose name holds the words sought."""
    rows = tables["advertiser_reports"]
    if scope.account_ids is not None:
        rows = rows.filter(_.account_id.isin(scope.account_ids))
    if scope.contains is not None:
        rows = rows.filter(_.name.lower().contains(scope.contains.lower()))
    return rows.inner_join(reports(tables, scope), "listing_id").mutate(listed=True)


def not_listed(tables: Tables, scope: Scope, account_ids: tuple[int, ...]) -> ibis.Table:
    """Return, for each of some accounts and each report in scope on its platform that does not list it: `account_id` and the report."""
    asked = tables["accounts"].filter(_.account_id.isin(account_ids)).select("account_id", "platform")
    pairs = asked.inner_join(_of_platform(reports(tables, scope)), "platform").drop("platform")
    present = tables["advertiser_reports"].select("account_id", "listing_id").distinct()
    return pairs.anti_join(present, ["account_id", "listing_id"])


def times_listed(rows: ibis.Table) -> ibis.Table:
    """Return for each account, source and country of `listed` rows: `reports_listing`, `first_day`, `last_day`."""
    return rows.group_by("account_id", "source", "country").agg(
        reports_listing=_.listing_id.nunique(), first_day=_.first_day.min(), last_day=_.last_day.max()
    )


def latest(rows: ibis.Table) -> ibis.Table:
    """Return the rows of `listed` that stand in the last report that lists their account, one a disclaimer."""
    keys = ["account_id", "source", "country"]
    last = rows.group_by(keys).agg(latest_day=_.last_day.max())
    found = rows.inner_join(last, keys).filter(_.last_day.identical_to(_.latest_day))
    return found.order_by("listing_id", "line")


def _of_platform(found: ibis.Table) -> ibis.Table:
    return found.mutate(platform=_.source.cases(*PLATFORMS.items()))
