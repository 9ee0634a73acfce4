"""The words that every chart carries: its unit, of how many, and as of when."""

from datetime import datetime

import altair as alt

_FIRST_USES = {
    "keyword": "a keyword", "interest": "an interest", "interests": "an interest", "people_who_match": "an interest",
    "and_must_also_match": "an interest", "topic": "a topic", "event": "an event", "location": "a place",
    "follower_lookalike": "an audience sought", "language": "a language", "age": "an age", "gender": "a gender",
}  # fmt: skip


def first_use(kind: str | None) -> str:
    """Return what a change of type `target_new` is called, by the kind of the criterion that stands in its `field`."""
    return f"first use of {_FIRST_USES.get(kind or '', 'a criterion')}"


def heading(
    title: str, *, unit: str, n: int | None, as_of: datetime | None, beside: str = ""
) -> alt.TitleParams:
    """Return a title that says what a chart shows, with unit, n, what is drawn beside it and *as of* in the line below."""
    count = "n not known" if n is None else f"n = {n:,}"
    return alt.TitleParams(title, subtitle=" · ".join(filter(None, (unit, count, beside, until(as_of)))))


def until(as_of: datetime | None) -> str:
    """Return the time up to which the data reach, in words: `as of 30 Sep 2024, 06:00 UTC`."""
    if as_of is None:
        return "nothing collected yet"
    return f"as of {as_of.day} {as_of:%b %Y, %H:%M} UTC"


def shortened(text: str, length: int = 44) -> str:
    """Return a text on one line, cut with an ellipsis where it is too long for a label."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def on_a_phone(label: str, *, most: int, unless: str = "false") -> str:
    """Return a Vega expression for a label that keeps its beginning and its end where the chart is as narrow as on a phone.

    `label` is an expression too, and so is `unless`, which says of which labels nothing is taken.
    """
    cut = f"slice({label}, 0, {most - 8}) + '…' + slice({label}, -7)"
    return f"containerSize()[0] < 420 && length({label}) > {most} && !({unless}) ? {cut} : {label}"
