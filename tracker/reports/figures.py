"""Turns charts into figures of the report: a specification for light and for dark, the words beside them."""

from collections.abc import Callable
from typing import Any

from tracker.charts import DARK, LIGHT, Look
from tracker.reports.content import Figure
from tracker.reports.words import visible

Chart = Any
"""An Altair chart; only `charts` knows more about it."""


def figure(
    name: str, draw: Callable[[Look], Chart], *, alt: str, note: str, title: str = "", subtitle: str = ""
) -> Figure:
    """Draw a chart in both looks; its own title and subtitle move out of the picture into the page."""
    light, dark = (_without_repeated_subtitles(draw(look).to_dict()) for look in (LIGHT, DARK))
    dark.pop("title", None)
    heading = light.pop("title", {})
    return Figure(
        name=name,
        title=title or visible(str(heading.get("text", ""))),
        subtitle=subtitle or visible(str(heading.get("subtitle", ""))),
        light=light,
        dark=dark,
        alt=alt,
        note=note,
    )


def _without_repeated_subtitles(spec: dict[str, Any]) -> dict[str, Any]:
    """Leave each part of a drawing its title only; the line below the figure's title stands for them all."""
    for part in spec.get("vconcat", ()):
        part["title"].pop("subtitle", None)
    return spec
