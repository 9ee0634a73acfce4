"""What is said: shares of items that carry a code, with the part that carries none beside them."""

from collections.abc import Sequence
from typing import Literal

import ibis
from ibis import _

from tracker.analysis.scope import ItemType

Level = Literal["top", "fine"]


def coders(codings: ibis.Table, item_type: ItemType) -> ibis.Table:
    """Return `coder`, `codebook_version`, `items` of one type, the newest codebook first."""
    return (
        codings.filter(_.item_type == item_type)
        .group_by("coder", "codebook_version")
        .agg(codings=_.count())
        .order_by(ibis.desc("codebook_version"), ibis.desc("codings"), "coder")
    )


def coded(codings: ibis.Table, item_type: ItemType, *, coder: str | None, level: Level) -> ibis.Table:
    """Return `item_id`, `code`, each pair once: the top-level code, or the code as given when `fine`."""
    code = ibis.coalesce(_.parent, _.code) if level == "top" else _.code
    mine = codings.filter(_.item_type == item_type, _.coder == coder)
    return mine.select(item_id=_.item_id, code=code).distinct()


def totals(items: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    """Count items by `keys`: `n`."""
    return items.group_by(list(keys)).agg(n=_.count())


def counts(items: ibis.Table, codes: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    """Count items by `keys` and `code`: an item with several codes counts once in each, one without in null."""
    codes = codes.select(coded_id=_.item_id, code=_.code)
    joined = items.select("item_id", *keys).left_join(codes, _.item_id == codes.coded_id)
    return joined.group_by([*keys, "code"]).agg(items=_.count())
