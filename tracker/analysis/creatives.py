"""Ads that say nearly the same, the posts they promote, and where they lead.

Near-copies are texts of one group of `nearcopies.Index`.
"""

from collections.abc import Sequence

import ibis
from ibis import _

from tracker.analysis import copies
from tracker.analysis.nearcopies import FEWEST_BIGRAMS, LEAST_ALIKE, Index, Placed

__all__ = [
    "FEWEST_BIGRAMS", "LEAST_ALIKE", "ad_of", "grouped", "landings", "promoted", "shown", "versions",
]  # fmt: skip

_ADS, _UNDATED = 2**40, 2**20
"""More ads, and days, than there will be: a day and an ad make one number that is ordered as they are."""
_STATUS = r"^(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/?#]+/status(?:es)?/([0-9]+)"


def grouped(texts: Sequence[str]) -> list[Placed]:
    """Return the group of each text, in the order given: the first text that it is a near-copy of leads it.

    Every text is compared with leaders only, so that a group is what is like its first text and no chain of likenesses.
    """
    return Index().add(texts)


def shown(ads: ibis.Table, most: int) -> ibis.Table:
    """Return what most ads show, by account: `copy_group`, `shown`, `account_id`, `ads`, `distance`, days, and the earliest ad.

    At most so many near-copies, or creatives without a text (`shown`), each with all its accounts, those of most ads first.
    `first` is the place of the earliest ad, one without a day last (see `ad_of`), and `text` what it says; `creative_url` is the
    creative of the earliest that has one, and `pictured` its place. `said` counts all ads that show something.
    """
    told = copies.shared(ads)
    told = told.filter(told.copy_group.notnull() | told.shown.notnull())
    day = ibis.coalesce(told.first_shown.cast("timestamp").epoch_seconds() // 86_400, _UNDATED) + _UNDATED
    told = told.mutate(place=day * _ADS + told.ad_id)
    counted = told.group_by("copy_group", "shown", "account_id").agg(
        ads=_.count(),
        distance=_.copy_distance.max(),
        first_shown=_.first_shown.min(),
        last_shown=ibis.coalesce(_.last_shown, _.first_shown).max(),
        first=_.place.min(),
        text=_.text.argmin(_.place),
        pictured=ibis.ifelse(_.creative_url.notnull(), _.place, ibis.null("int64")).min(),
        creative_url=_.creative_url.argmin(_.place),
    )
    alike = ibis.window(group_by=[counted.copy_group, counted.shown])
    whole = counted.mutate(
        alike=counted.ads.sum().over(alike),
        earliest=counted["first"].min().over(alike),
        said=counted.ads.sum().over(ibis.window()),
    )
    ranked = whole.mutate(rank=ibis.dense_rank().over(order_by=[ibis.desc(whole.alike), whole.earliest]))
    return ranked.filter(_.rank < most).drop("rank")


def ad_of(place: int) -> int:
    """Return the ad to which `first` leads."""
    return place % _ADS


def versions(ads: ibis.Table) -> ibis.Table:
    """Count the different texts of each of the near-copies that are not all the same: `copy_group`, `versions`."""
    unlike = ads.filter(ads.copy_group.notnull()).group_by("copy_group").agg(versions=_.text.nunique())
    return unlike.filter(_.versions > 1)


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
