"""Whose audiences ads sought: the followers of a handle, or those who like a page, as the criteria really say it.

Handles and pages that are named so are no part of any registry, and nothing is said of them by being named.
"""

import ibis
from ibis import _

from tracker.analysis.targeting import LOOKALIKE

LIKES, FRIENDS = "people_who_like", "friends_of_people_who_like"
LIKE_LIKES, INTEREST = "lookalike_of_people_who_like", "interest_in_page"
TIES = (LOOKALIKE, LIKES, FRIENDS, LIKE_LIKES, INTEREST)
"""How an audience is tied to whose it is: of the last, that the interest bears the name of an account is all that is known."""

SHORTEST_NAME = 4
_PAGE = r"[Pp]eople who (?:like|are connected to) (.+)$"
_INTEREST = r"^(?:.*:)?interests?:(.+)$"
_UNJUDGED = "unassessed"


def sought(targets: ibis.Table, accounts: ibis.Table) -> ibis.Table:
    """Return the audiences that sets of criteria name: `targeting_set_id`, `handle`, `polarity`, `ways`.

    `handle` is that of the account, or the name of the page as published; `ways` are words of `TIES`, parted by commas.
    An interest counts where it bears the name of an account or a brand that somebody has judged: criteria do not say
    which interests are pages.
    """
    page, interest = targets.value.re_extract(_PAGE, 1), targets.value.re_extract(_INTEREST, 1)
    tie = ibis.cases(
        (targets.kind == LOOKALIKE, LOOKALIKE),
        (page == "", INTEREST),
        (targets.value.lower().contains("lookalike ("), LIKE_LIKES),
        (targets.value.lower().contains("friends of people"), FRIENDS),
        else_=LIKES,
    )
    whose = ibis.cases(
        (targets.kind.isin((LOOKALIKE, "interest")), targets.value), (page == "", interest), else_=page
    )
    interested = targets.kind.contains("interest") | targets.value.contains("interests:")
    telling = (targets.kind == LOOKALIKE) | targets.value.contains("eople who ") | interested
    named = targets.filter(telling).mutate(handle=whose.strip(), sought_as=tie)
    known = named.handle.lower().isin(_known(accounts).known)
    kept = named.filter((named.sought_as != INTEREST) | known)
    return kept.group_by("targeting_set_id", "handle", "polarity").agg(ways=_.sought_as.group_concat(","))


def by_seeker(ads: ibis.Table, audiences: ibis.Table) -> ibis.Table:
    """Count ads by audience, by the ways in which they named it, and by who sought it.

    Columns: `handle`, `polarity`, `ways`, `account_id`, `payer` (of ads without an account, else null), `ads`,
    `first_shown`, `last_shown`.
    """
    payer = ibis.ifelse(ads.account_id.isnull(), ads.payer, ibis.null("string"))
    joined = ads.mutate(payer=payer).inner_join(audiences, "targeting_set_id")
    return joined.group_by("handle", "polarity", "ways", "account_id", "payer").agg(
        ads=_.count(),
        first_shown=_.first_shown.min(),
        last_shown=ibis.coalesce(_.last_shown, _.first_shown).max(),
    )


def most_sought(found: ibis.Table, most: int) -> ibis.Table:
    """Keep at most so many rows of `by_seeker`: those of the audiences that one seeker sought with most ads."""
    whole = found.ads.sum().over(group_by=[found.handle, found.polarity, found.account_id, found.payer])
    order = (ibis.desc("whole"), "handle", "polarity", "account_id", "payer", "ways")
    return found.mutate(whole=whole).order_by(*order).limit(most).drop("whole")


def _known(accounts: ibis.Table) -> ibis.Table:
    """Return the names of accounts and brands that somebody has judged, in small letters, as `known`."""
    judged = accounts.filter(_.status != _UNJUDGED)
    names = judged.select(known=_.name.lower()).union(judged.select(known=_.brand.lower()))
    return names.filter(_.known.length() >= SHORTEST_NAME)
