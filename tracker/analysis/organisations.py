"""The bodies of the registry, who stands above them, and published figures beside what the registry knows."""

import ibis
from ibis import _

UPWARD = ("operated_by", "part_of", "supervised_by")
BELOW_PROVINCE = ("city", "county", "district")
WHOLE = "China"


def directory(organisations: ibis.Table, claims: ibis.Table) -> ibis.Table:
    """Return every body with `documents`: how many documents speak of it in a claim that nobody took back."""
    live = claims.filter(~_.withdrawn.fill_null(False))
    sides = [
        live.filter(live[f"{side}_type"] == "organisation").select(
            body=live[side], document_id=live.document_id
        )
        for side in ("subject", "object")
    ]
    named = ibis.union(*sides).group_by("body").aggregate(documents=_.document_id.nunique())
    joined = organisations.left_join(named, organisations.organisation_id == named.body)
    return joined.mutate(documents=_.documents.fill_null(0)).drop("body").order_by("name", "organisation_id")


def above(claims: ibis.Table) -> ibis.Table:
    """Return, for each body, the bodies that live claims put above it: `body`, `name`, each pair once."""
    between = (_.subject_type == "organisation") & (_.object_type == "organisation")
    upward = claims.filter(~_.withdrawn.fill_null(False) & between & _.predicate.isin(UPWARD))
    pairs = upward.select(body=_.subject, name=ibis.coalesce(_.object_name, _.object))
    return pairs.distinct().order_by("body", "name")


def same(claims: ibis.Table) -> ibis.Table:
    """Return the pairs of bodies that a live claim says are one: `one`, `one_name`, `other`, `other_name`, `grade`."""
    between = (_.subject_type == "organisation") & (_.object_type == "organisation")
    found = claims.filter(~_.withdrawn.fill_null(False) & between & (_.predicate == "same_as"))
    return found.select(
        one=_.subject,
        one_name=ibis.coalesce(_.subject_name, _.subject),
        other=_.object,
        other_name=ibis.coalesce(_.object_name, _.object),
        grade=_.grade,
    ).order_by("one", "other")


def paying(claims: ibis.Table, accounts: ibis.Table) -> ibis.Table:
    """Return the bodies that a live claim says pay for an account, or for its brand: `body`, `account`, each pair once."""
    by_body = (_.subject_type == "organisation") & (_.predicate == "pays_for")
    live = claims.filter(~_.withdrawn.fill_null(False) & by_body).select(
        body=_.subject, kind=_.object_type, paid=_.object
    )
    direct = live.filter(_.kind == "account").select("body", account=_.paid)
    brands = live.filter(_.kind == "brand")
    through = brands.join(accounts, brands.paid == accounts.brand_id).select("body", "account")
    return direct.union(through).distinct().order_by("account", "body")


def figures(published: ibis.Table, organisations: ibis.Table) -> ibis.Table:
    """Return the published figures with `known`: how many of what they count the registry knows, where that compares.

    A body lies in the place of a figure when its own place is that place or ends with it (`Jing'an, Yichun, Jiangxi`).
    """
    centres = organisations.filter((_.kind == "icc") & (_.country == "CN")).select(
        centre=_.organisation_id, seat=_.place, seat_level=_.level, seat_province=_.province
    )
    pairs = published.cross_join(centres)
    in_place = (
        (pairs.place == WHOLE)
        | (pairs.seat == pairs.place)
        | pairs.seat.endswith(ibis.literal(", ") + pairs.place)
    )
    in_level = (
        (pairs.level == "") | (pairs.seat_level == pairs.level)
        | ((pairs.level == "below_province") & pairs.seat_level.isin(BELOW_PROVINCE))
    )  # fmt: skip
    unit = ibis.cases(
        (pairs.counted == "icc", pairs.centre),
        (pairs.counted == "cities_with_icc", pairs.seat),
        (pairs.counted == "provinces_with_icc", pairs.seat_province),
    )
    found = pairs.filter(in_place & in_level).select(found=pairs.figure_id, unit=unit)
    known = found.group_by("found").aggregate(known=_.unit.nunique())
    joined = published.left_join(known, published.figure_id == known.found).drop("found")
    compares = _.counted.isin(("icc", "cities_with_icc", "provinces_with_icc"))
    return joined.mutate(known=ibis.ifelse(compares, _.known.fill_null(0), None)).order_by(
        "counted", "place", "level", "figure_id"
    )
