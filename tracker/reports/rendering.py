"""Drawings for documents: Vega-Lite specifications to SVG and PNG, offline, the same bytes each time."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import vl_convert

from tracker.reports import fonts
from tracker.reports.content import Figure
from tracker.reports.words import visible

SCALE = 2
WIDTHS = {"wide": 1000, "narrow": 330}
PRINT_WIDTH = 640
"""Pixels of a whole drawing; a wider one would have smaller letters on paper."""

ROOM_FOR_LABELS = 62
NARROWEST_PAIR = 500

BEYOND_BASIC_PLANE = re.compile("[\U00010000-\U0010ffff]")
EXPRESSION_HEIGHT = re.compile(r"\bheight\b")
DECLARED_ID = re.compile(r'\bid="([^"]+)"')


def for_page(figure: Figure) -> str:
    """Draw a figure for a page: for light and dark paper, for a wide window and a telephone."""
    looks = {"light": figure.light, "dark": figure.dark}
    return "".join(
        f'<div class="{look} {width}">{svg(sized(spec, pixels), f"{figure.name}-{look}-{width}")}</div>'
        for look, spec in looks.items()
        for width, pixels in WIDTHS.items()
    )


def for_print(figure: Figure) -> bytes:
    """Draw a figure for print, on light paper."""
    spec = sized(figure.light, PRINT_WIDTH)
    return png({**spec, "config": {**spec.get("config", {}), "background": "white"}})


def sized(spec: Mapping[str, Any], width: int) -> dict[str, Any]:
    """Make a drawing so many pixels wide with its labels, and each part of one that is made of several."""
    if "vconcat" in spec:
        columns = 2 if width > NARROWEST_PAIR else 1
        inner = width // columns - ROOM_FOR_LABELS
        parts = [_own_height({**part, "width": inner}) for part in spec["vconcat"]]
        return {**{key: spec[key] for key in spec if key != "vconcat"}, "concat": parts, "columns": columns}
    return {**spec, "width": width, "autosize": {"type": "fit-x", "contains": "padding"}}


def _own_height(part: Mapping[str, Any]) -> dict[str, Any]:
    """Let `height` in the expressions of a part mean its own: beside others it would be that of the whole."""
    height = str(part["height"])

    def resolved(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                key: EXPRESSION_HEIGHT.sub(height, inner) if key == "expr" else resolved(inner)
                for key, inner in value.items()
            }
        return [resolved(inner) for inner in value] if isinstance(value, list) else value

    return {key: resolved(value) for key, value in part.items()}


def svg(spec: Mapping[str, Any], name: str) -> str:
    """Draw as SVG for a page that holds several: ids are numbered in order and begin with `name`.

    The drawing library counts its ids over the life of the process; left alone, the second report would
    differ from the first.
    """
    _fonts_known()
    drawn: str = vl_convert.vegalite_to_svg(_drawable(spec), allowed_base_urls=[])
    return _own_ids(drawn, name)


def png(spec: Mapping[str, Any]) -> bytes:
    """Draw as PNG at twice the size, for print."""
    _fonts_known()
    drawn: bytes = vl_convert.vegalite_to_png(_drawable(spec), scale=SCALE, allowed_base_urls=[])
    return drawn


@lru_cache(maxsize=1)
def _fonts_known() -> None:
    for folder in fonts.folders():
        vl_convert.register_font_directory(str(folder))


def _drawable(part: Any) -> Any:
    """Rewrite every text of a specification so that it can be drawn.

    Characters beyond the basic plane become their code points: the drawing library cuts long labels in the
    middle of one, and fails on the half that is left (vl-convert 1.9).
    """
    if isinstance(part, str):
        text = fonts.drawable(visible(part))
        return BEYOND_BASIC_PLANE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    if isinstance(part, Mapping):
        return {key: _drawable(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_drawable(value) for value in part]
    return part


def _own_ids(drawn: str, name: str) -> str:
    ids = list(dict.fromkeys(DECLARED_ID.findall(drawn)))
    for number, old in enumerate(ids):
        new = f"{name}-{number}"
        for before, after in (
            (f'id="{old}"', f'id="{new}"'),
            (f"url(#{old})", f"url(#{new})"),
            (f'href="#{old}"', f'href="#{new}"'),
        ):
            drawn = drawn.replace(before, after)
    return drawn
