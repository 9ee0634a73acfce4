"""The part of the page on collection about what stopped: accounts that fell silent, sources that we see no more, fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import components, tables, words

Row = Mapping[str, Any]
SHOWN, NAMED = 8, 4
KINDS: Mapping[str, tuple[str, str]] = {
    "silence": ("fell silent", "blue"),
    "blindness": ("we see nothing", "red"),
}
"""What a stop is called, and its colour: an account that stopped is a finding, an answer that stopped is a fault of ours."""


def stops(raised: Sequence[Row]) -> None:
    """Draw the latest alerts of accounts that stopped, apart from those of answers that stopped."""
    if not raised:
        components.empty(
            "Nothing stopped",
            "The worker looks once an hour for accounts that fell silent, and for those that nobody answers for any more.",
            small=True,
        )
        return
    body = [
        (words.day(row["at"]), tables.badge(*KINDS[row["type"]]), _names(row["accounts"]))
        for row in raised[:SHOWN]
    ]
    components.table(tables.html(("since", "what", "accounts"), body, classes=("keep", "keep", "")))
    components.caption(
        "Silence:",
        "we looked, and the account published nothing, longer than its own rhythm explains. "
        "Blindness: for two days or more no answer came, so nobody knows whether it published.",
    )


def _names(accounts: Sequence[str]) -> str:
    shown = ", ".join(tables.shown(name, 40) for name in accounts[:NAMED])
    more = len(accounts) - NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def fields(drifts: Sequence[Row]) -> None:
    """Draw the fields that came or went in the answers of a source, the latest first, with the first answer that shows it."""
    if not drifts:
        components.empty(
            "No field came or went",
            "Each answer is compared with the fields that the earlier ones of its source had.",
            small=True,
        )
        return
    body = [
        (
            words.day(row["at"]),
            row["source"],
            Markup("{} {}").format(
                tables.badge(row["what"], "ochre" if row["what"] == "new" else "red"),
                tables.shown(row["field"], 60),
            ),
            tables.record_link(row["evidence"], None),
        )
        for row in drifts[:SHOWN]
    ]
    head = ("first seen", "source", "field", "evidence")
    components.table(tables.html(head, body, classes=("keep", "keep", "", "keep")))
    components.caption(
        f"{words.count(len(drifts), 'field')} in all.",
        "What is new is kept with the evidence; after a parser is mended, tracker reparse reads it.",
    )
