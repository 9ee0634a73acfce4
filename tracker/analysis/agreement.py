"""Codings with several codes as what reliability is measured of: each code by itself, and all codes as one answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker.analysis.reliability import Coded

YES, NO, UNSURE = "given", "not given", "unsure"
TOGETHER = "all codes together"
"""The name of the variable that takes all codes of a coding as one answer."""

Row = Mapping[str, Any]


def of_code(rows: Iterable[Row], code: str) -> list[Coded]:
    """Return for each coder of each item whether they gave a code, or were unsure of the item.

    `rows` have `item_type`, `item_id`, `coder_key`, `state` and `codes`.
    """
    return [
        _coded(row, UNSURE if row["state"] == UNSURE else YES if code in row["codes"] else NO) for row in rows
    ]


def together(rows: Iterable[Row]) -> list[Coded]:
    """Return for each coder of each item all codes that they gave as one answer; without a code, why."""
    return [
        _coded(row, " + ".join(sorted(row["codes"])) if row["state"] == "coded" else row["state"])
        for row in rows
    ]


def by_coding(rows: Iterable[Row], *, level: str) -> list[dict[str, Any]]:
    """Return a row for each coder of each item with its `codes`, from a row for each code (`hand_codings` of the lake).

    `level` is `top` or `fine`. What is to be recoded is left out.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if row["to_recode"]:
            continue
        key = (row["item_type"], row["item_id"], row["coder_key"])
        coding = found.setdefault(key, {**row, "codes": set()})
        code = row["parent"] if level == "top" else row["code"]
        if code is not None:
            coding["codes"].add(code)
    return list(found.values())


def variables(rows: Sequence[Row]) -> list[str]:
    """Return the codes that occur, in the order of their names."""
    return sorted(set().union(*(row["codes"] for row in rows)))


def _coded(row: Row, answer: str) -> Coded:
    return Coded((row["item_type"], row["item_id"]), str(row["coder_key"]), answer)
