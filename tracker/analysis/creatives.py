"""Ads that say nearly the same, the posts they promote, and where they lead.

Near-copies are found by MinHash and locality-sensitive hashing (Broder 1997; library `rensa`) and held against the
exact Jaccard index of their bigrams: of words, and of characters in scripts that put no spaces between words.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import ibis
from ibis import _
from rensa import RMinHash, RMinHashLSH

LEAST_ALIKE = 0.5
"""Jaccard index of the bigrams from which on two texts are near-copies."""
FEWEST_BIGRAMS = 6
"""A text of fewer bigrams is a copy only when it is the same: an index over so few says nothing."""
_PERMUTATIONS, _BANDS, _SEED = 128, 32, 7
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|@\w+")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_STATUS = r"^(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/?#]+/status(?:es)?/([0-9]+)"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a text belongs: the place of the first text of its group, and how far it is from that one (0 to 1)."""

    leader: int
    distance: float


def grouped(texts: Sequence[str]) -> list[Placed]:
    """Return the group of each text, in the order given: the first text that it is a near-copy of leads it.

    Every text is compared with leaders only, so that a group is what is like its first text and no chain of likenesses.
    """
    index = RMinHashLSH(LEAST_ALIKE, _PERMUTATIONS, _BANDS)
    leaders: dict[int, frozenset[int]] = {}
    same: dict[str, int] = {}
    placed: list[Placed] = []
    for place, text in enumerate(texts):
        tokens = _tokens(text)
        words = " ".join(tokens) or text
        if words in same:
            placed.append(placed[same[words]])
            continue
        same[words] = place
        bigrams = [f"{first} {second}" for first, second in pairwise(tokens)]
        shingles = frozenset(map(hash, bigrams))
        if len(shingles) < FEWEST_BIGRAMS:
            placed.append(Placed(place, 0.0))
            continue
        sketch = RMinHash(_PERMUTATIONS, _SEED)
        sketch.update(bigrams)
        alike = ((jaccard(shingles, leaders[leader]), -leader) for leader in index.query(sketch))
        best, leader = max(alike, default=(0.0, 0))
        if best >= LEAST_ALIKE:
            placed.append(Placed(-leader, round(1 - best, 3)))
        else:
            index.insert(place, sketch)
            leaders[place] = shingles
            placed.append(Placed(place, 0.0))
    return placed


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of what two sets hold together that both hold."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _tokens(text: str) -> list[str]:
    """Return what is compared of a text: its words, or characters where no spaces part them; no address, no mention."""
    plain = _LEFT_OUT.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    return _TOKEN.findall(plain)


def shown(ads: ibis.Table) -> ibis.Table:
    """Return ads by text, creative and account: `text`, `creative_url`, `account_id`, `ads`, `ad_id` (the first), days.

    `text` is null where the repository publishes none; `first_shown` and `last_shown` are null where no day is known.
    """
    counted = ads.group_by("text", "creative_url", "account_id").agg(
        ads=_.count(),
        ad_id=_.ad_id.min(),
        first_shown=_.first_shown.min(),
        last_shown=ibis.coalesce(_.last_shown, _.first_shown).max(),
    )
    return counted.order_by(_.first_shown.asc(nulls_first=False), "ad_id")


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
