"""Ads that say nearly the same, the posts they promote, and where they lead.

Near-copies are texts of one group of `nearcopies.Index`.
"""

from collections.abc import Sequence

import ibis
from ibis import _

from tracker.analysis.nearcopies import FEWEST_BIGRAMS, LEAST_ALIKE, Index, Placed

__all__ = ["FEWEST_BIGRAMS", "LEAST_ALIKE", "grouped", "landings", "promoted", "shown", "total"]

_STATUS = r"^(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/?#]+/status(?:es)?/([0-9]+)"


def grouped(texts: Sequence[str]) -> list[Placed]:
    """Return the group of each text, in the order given: the first text that it is a near-copy of leads it.

    Every text is compared with leaders only, so that a group is what is like its first text and no chain of likenesses.
    """
    return Index().add(texts)


def shown(ads: ibis.Table, most: int) -> ibis.Table:
    """Return ads by text, creative and account: `text`, `creative_url`, `account_id`, `ads`, `ad_id` (the first), days.

    At most so many rows: those of the texts, or of the creatives without a text, that most ads show. `text` is null
    where the repository publishes none; `first_shown` and `last_shown` are null where no day is known.
    """
    said = ads.filter(_.text.notnull() | _.creative_url.notnull())
    counted = said.group_by("text", "creative_url", "account_id").agg(
        ads=_.count(),
        ad_id=_.ad_id.min(),
        first_shown=_.first_shown.min(),
        last_shown=ibis.coalesce(_.last_shown, _.first_shown).max(),
    )
    what = ibis.coalesce(counted.text, counted.creative_url)
    ranked = counted.mutate(what=what, alike=counted.ads.sum().over(group_by=what))
    kept = ranked.order_by(ibis.desc("alike"), "what", "ad_id").limit(most).drop("what", "alike")
    return kept.order_by(_.first_shown.asc(nulls_first=False), "ad_id")


def total(ads: ibis.Table) -> ibis.Table:
    """Count ads that show a text or a creative, `said`, and those of which neither is published, `unsaid`."""
    unsaid = ads.text.isnull() & ads.creative_url.isnull()
    return ads.aggregate(said=(~unsaid).sum(), unsaid=unsaid.sum())


def promoted(ads: ibis.Table, posts: ibis.Table) -> ibis.Table:
    """Return the posts of the record that ads promote: `creative_url`, `post_id`, `url`, `published_at`.

    An ad promotes a post when its creative is the address of the post, or the same status of X under either name.
    """
    creatives = ads.filter(_.creative_url.notnull()).select("creative_url").distinct()
    creatives = creatives.mutate(key=_key(creatives.creative_url))
    known = posts.filter(_.url.notnull()).select("post_id", "url", "published_at")
    known = known.mutate(post_key=_key(known.url))
    found = creatives.join(known, creatives.key == known.post_key)
    return found.select("creative_url", "post_id", "url", "published_at").order_by("creative_url", "post_id")


def _key(address: ibis.Value) -> ibis.Value:
    """Return what an address is compared by: the number of a status of X, else the whole address."""
    status = address.re_extract(_STATUS, 1)
    return ibis.ifelse(status.length() > 0, ibis.literal("x:").concat(status), address)


def landings(ads: ibis.Table) -> ibis.Table:
    """Return where ads lead: `landing_url`, `account_id`, `ads`, `first_shown`, `last_shown`."""
    return (
        ads.filter(_.landing_url.notnull())
        .group_by("landing_url", "account_id")
        .agg(
            ads=_.count(),
            first_shown=_.first_shown.min(),
            last_shown=ibis.coalesce(_.last_shown, _.first_shown).max(),
        )
        .order_by("landing_url", "account_id")
    )
