"""Reads the targeting cells of X: JSON, `Type: value` lists, or a plain list whose kind stays `unparsed`.

The names of the types are those that X shows a user in the archive of her own data (`ad-impressions.js`), the same
ad system; the grammar of the repository's cells is not published.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from tracker.domain import Polarity, Target

KINDS = {
    "follower look-alikes": "follower_lookalike",
    "follower lookalikes": "follower_lookalike",
    "followers": "follower_lookalike",
    "keywords": "keyword",
    "keyword": "keyword",
    "conversation topics": "topic",
    "events": "event",
    "interests": "interest",
    "movies and tv shows": "interest",
    "locations": "location",
    "location": "location",
    "languages": "language",
    "language": "language",
    "age": "age",
    "gender": "gender",
    "platforms": "platform",
    "os versions": "device_os",
    "devices": "device_os",
    "list": "custom_list",
    "website activity": "website_activity",
    "app activity": "app_activity",
    "app activity combination": "app_activity",
    "retargeting campaign engager": "audience_advertiser_defined",
    "retargeting engagement type": "audience_advertiser_defined",
    "unknown": "unknown",
}
_LONGEST = 500
_TYPED = re.compile(r"\s*([A-Za-z][A-Za-z \-]{1,40}?)\s*:\s*(.+)", re.DOTALL)


@lru_cache(1_024)
def targets(cell: str, polarity: Polarity) -> tuple[Target, ...]:
    """Return the criteria of one cell, in its order; a part whose kind is not known comes as `unparsed`, never lost.

    The ads of a campaign share their cells, so the last ones read are remembered.
    """
    text = cell.strip()
    if not text:
        return ()
    if lists := list(_json_lists(text)) or list(_typed_lists(text)):
        return tuple(chain(*(_typed(type_name, values, polarity) for type_name, values in lists)))
    parts = (part.strip() for part in re.split(r"[;|,\n]", text))
    return tuple(criterion("unparsed", part, polarity, part) for part in parts if part)


def criterion(kind: str, value: str, polarity: Polarity, as_published: str) -> Target:
    """Return a criterion; one too long for an index is named by its beginning and its hash, `as_published` is whole."""
    if len(kind) <= _LONGEST and len(value) <= _LONGEST:
        return Target(kind, value, polarity, as_published)
    return Target(_indexed(kind), _indexed(value), polarity, as_published)


def _typed(type_name: str, values: Sequence[str], polarity: Polarity) -> Iterator[Target]:
    kind = KINDS.get(type_name.casefold().strip())
    if kind and sum(map(len, values)) <= _LONGEST:
        yield from (Target._make((kind, value, polarity, f"{type_name}: {value}")) for value in values)
        return
    for value in values:
        words = f"{type_name}: {value}"
        yield (
            criterion(kind, value, polarity, words) if kind else criterion("unparsed", words, polarity, words)
        )


def _indexed(words: str) -> str:
    if len(words) <= _LONGEST:
        return words
    return f"{words[:_LONGEST]}… ({hashlib.sha256(words.encode()).hexdigest()[:12]})"


def _json_lists(text: str) -> Iterator[tuple[str, list[str]]]:
    if text[0] not in "[{":
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and "targetingType" in item:
            yield str(item["targetingType"]), [str(item.get("targetingValue", ""))]
        elif isinstance(item, dict):
            for type_name, values in item.items():
                if values != []:
                    yield type_name, list(map(str, values if isinstance(values, list) else [values]))


def _typed_lists(text: str) -> Iterator[tuple[str, list[str]]]:
    current = None
    for part in re.split(r"[;|\n]", text):
        if typed := _TYPED.fullmatch(part):
            current = typed[1]
            part = typed[2]
        elif current is None:
            return
        if values := [value for one in part.split(",") if (value := one.strip())]:
            yield current, values
