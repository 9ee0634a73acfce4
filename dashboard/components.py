"""The parts that pages are made of: head, cards, charts with their words, tables, empty states, the way to the rows.

Whatever comes from outside is escaped here: `Markup.format` escapes, and nothing passes through Markdown.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, tables
from tracker import charts
from tracker.findings import Finding

STYLE = Path(__file__).with_name("style.css")
OPENS = "opens"
"""The column of a frame whose cells lead to the evidence of their row."""
DARK_TONES = (
    "--ink:#fff;--blue:#86b8e6;--ochre:#e0b45e;--green:#6fc49c;--red:#f09a85;--grey:#a3adb8;--wash:30%"
)


def sheet() -> None:
    """Draw the look alone, for what stands before the pages."""
    tones = DARK_TONES if st.context.theme.type == "dark" else ""
    st.html(STYLE)
    st.html(f"<style>:root{{{tones}}}</style>")


def frame(*, as_of: datetime | None, notice: str | None) -> None:
    """Draw what stands on every page: the look, up to when the data reach, and what must be said of them."""
    tones = DARK_TONES if st.context.theme.type == "dark" else ""
    until = f"data to {as_of.day} {as_of:%b %Y, %H:%M} UTC" if as_of else "no data yet"
    st.html(STYLE)
    st.html(f'<style>:root{{--data-until:"{until}";{tones}}}</style>')
    if notice:
        lead, _, rest = notice.partition(" ")
        st.html(Markup('<div class="it-notice" role="note"><b>{}</b> {}</div>').format(lead, rest))


def mark_section(number: int, *, of: int) -> None:
    """Mark the menu of the navigation that the page is in, as its own entry is marked; number 0 has no menu."""
    if number:
        menu = (
            f'.rc-overflow-item:nth-last-child({of - number} of :has([data-testid="stTopNavSection"])) '
            '[data-testid="stTopNavSection"]'
        )
        st.html(f"<style>{menu} p{{color:var(--blue);font-weight:600}}</style>")


def look() -> charts.Look:
    """Return the colours of the scheme that the reader's browser shows."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def page_head(question: str, line: str) -> None:
    """Draw a page's question and, below it, of how many and until when."""
    st.html(Markup('<div class="it-head"><h1>{}</h1><p>{}</p></div>').format(question, line))


def card(title: str, note: str = "") -> DeltaGenerator:
    """Return a bordered card with a title and a line below it, to be used with `with`."""
    box = st.container(border=True)
    words = Markup("<p>{}</p>").format(note) if note else Markup("")
    box.html(Markup('<div class="it-card"><h2>{}</h2>{}</div>').format(title, words))
    return box


def figure(label: str, value: str, of: str, note: str) -> None:
    """Draw one number with what it is out of and what stands behind it, in a card of its own."""
    box = st.container(border=True, height="stretch")
    box.html(
        Markup(
            '<div class="it-figure"><span>{}</span><b>{}<small>{}</small></b><span>{}</span></div>'
        ).format(label, value, of, note)
    )


def empty(title: str, words: str, *, command: str = "", small: bool = False) -> None:
    """Draw an empty state: what is not there yet, why that is no zero, and the command that fills it."""
    tokens = Markup(" ").join(Markup("<span>{}</span>").format(token) for token in command.split())
    code = Markup("<code>{}</code>").format(tokens) if command else Markup("")
    kind = "it-empty small" if small else "it-empty"
    body = Markup('<div class="{}"><h2>{}</h2><p>{}</p>{}</div>').format(kind, title, words, code)
    (st if small else st.container(border=True)).html(body)


def caption(lead: str, words: str) -> None:
    """Draw what a chart or a table does not show, below it."""
    st.html(Markup('<div class="it-caption"><b>{}</b> {}</div>').format(lead, words))


def caveats(finding: Finding) -> None:
    """Draw the caveats of a finding, if it has any."""
    if finding.caveats:
        caption("Read with care:", " ".join(finding.caveats))


def chart(drawn: Any, *, key: str, alt: str) -> Mapping[str, Any]:
    """Draw a chart with its title, its line and its legend as text that wraps; return what the reader selected."""
    spec = drawn.to_dict() | {"autosize": {"type": "fit-x", "contains": "padding"}}
    title = spec.pop("title", {})
    st.html(
        Markup('<div class="it-card"><h2>{}</h2><p>{}</p></div>').format(
            title.get("text", ""), title.get("subtitle", "")
        )
    )
    above, below = _legends(spec)
    if above:
        st.html(above)
    selection: Mapping[str, Any] = {}
    if spec.get("params"):
        state = st.vega_lite_chart(spec, theme=None, width="stretch", key=key, alt=alt, on_select="rerun")
        selection = state["selection"]
    else:
        st.vega_lite_chart(spec, theme=None, width="stretch", key=key, alt=alt)
    if below:
        st.html(below)
    return selection


def selected(selection: Mapping[str, Any], name: str, field: str) -> str | None:
    """Return the one value that the reader clicked, or `None`."""
    points: Sequence[Mapping[str, Any]] = selection.get(name) or []
    return str(points[0][field]) if points and field in points[0] else None


def rows(finding: Finding, *, key: str, label: str = "The rows behind this chart") -> None:
    """Offer the rows of a finding: as a table of plain text and as a CSV that no spreadsheet runs."""
    with _expander(label, finding.columns, finding.rows, key=key, name=finding.name):
        evidence(finding)


def evidence(finding: Finding) -> None:
    """Name the evidence that rows rest on by the ends of its SHA-256."""
    if finding.evidence:
        shown = Markup(" · ").join(tables.record_link(one, None) for one in finding.evidence[:8])
        left = finding.evidence_count - len(finding.evidence[:8])
        more = f" and {left:,} more" if left > 0 else ""
        st.html(
            Markup('<div class="it-caption"><b>Evidence</b> {}{}<br>{}</div>').format(
                shown, more, finding.method
            )
        )


def table(drawn: Markup) -> None:
    """Draw a table that `dashboard.tables` made."""
    st.html(drawn)


def _legends(spec: dict[str, Any]) -> tuple[Markup, Markup]:
    """Take the legends of named colours out of a specification, as text that wraps: one above the chart, coverage below."""
    lines = {"above": Markup(""), "below": Markup("")}
    for layer in spec.get("layer", [spec]):
        colour = layer.get("encoding", {}).get("color")
        scale = colour.get("scale", {}) if isinstance(colour, dict) else {}
        if isinstance(scale.get("domain"), list) and colour.get("legend", {}) is not None:
            name = (colour.get("legend") or {}).get("title") or ""
            colour["legend"] = None
            entries = Markup("").join(
                _swatch(value, word) for word, value in zip(scale["domain"], scale["range"], strict=False)
            )
            lines["below" if name else "above"] += Markup(
                '<div class="it-legend"><em>{}</em>{}</div>'
            ).format(name, entries)
    return lines["above"], lines["below"]


def _swatch(colour: str, word: str) -> Markup:
    """Return an entry of a legend; what nobody was asked about is hatched there too."""
    if word == charts.NOT_ASKED:
        return Markup('<span><i class="it-hatched"></i>{} (hatched)</span>').format(word)
    return Markup('<span><i style="background:{}"></i>{}</span>').format(colour, word)


def heading(words: str, note: str = "") -> None:
    """Draw a title inside a card, with a line below it where there is one."""
    below = Markup("<p>{}</p>").format(note) if note else Markup("")
    st.html(Markup('<div class="it-card"><h2>{}</h2>{}</div>').format(words, below))


def hint(words: str) -> None:
    """Draw a small line below a field."""
    st.html(Markup('<div class="it-hint">{}</div>').format(words))


def field_error(words: str) -> None:
    """Draw what is wrong with the field above."""
    st.html(Markup('<div class="it-fielderror" role="alert">{}</div>').format(words))


def stored(lead: str, words: str, *, tone: str = "green") -> None:
    """Draw a note about something that was done or is known."""
    st.html(Markup('<div class="it-note {}" role="status"><b>{}</b> {}</div>').format(tone, lead, words))


def note(words: Markup, *, tone: str = "green") -> None:
    """Draw a note that holds markup, such as a link to what it speaks of."""
    st.html(Markup('<div class="it-note {}" role="status">{}</div>').format(tone, words))


def plain(columns: Sequence[str], found: Sequence[Mapping[str, Any]]) -> Any:
    """Return rows as a frame of plain text."""
    return tables.plain(columns, found)


def opens_column() -> Any:
    """Return the settings of the column that leads to the evidence of a row, within this site."""
    return st.column_config.LinkColumn(OPENS, display_text=r"(?:[?&]id=([a-z]+-\d+)|line=\d+)$", width=90)


def frame_of(columns: Sequence[str], found: Sequence[Mapping[str, Any]], *, key: str, label: str) -> None:
    """Offer rows that belong to no finding: as a table of plain text and as CSV."""
    _expander(label, columns, found, key=key, name=key)


def framed(columns: Sequence[str], found: Sequence[Mapping[str, Any]], *, key: str, name: str) -> None:
    """Draw rows as a table of plain text and offer them as CSV, in which nobody is named who must not be."""
    shown = tables.plain(columns, found)
    addresses = [tables.address_of(row) for row in found]
    if any(addresses):
        shown.insert(0, OPENS, addresses)
    st.dataframe(
        shown, hide_index=True, width="stretch", key=f"{key}-rows", column_config={OPENS: opens_column()}
    )
    st.download_button(
        "Download as CSV",
        partial(tables.as_csv, columns, found, public=data.pseudonyms().row),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"{key}-csv",
        help="In the file, whoever is not an accepted account bears a pseudonym.",
    )


def _expander(
    label: str, columns: Sequence[str], found: Sequence[Mapping[str, Any]], *, key: str, name: str
) -> DeltaGenerator:
    box = st.expander(f"{label} ({len(found):,})")
    with box:
        framed(columns, found, key=key, name=name)
    return box
