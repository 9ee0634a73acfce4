"""Rows as text: HTML tables whose cells are escaped, frames of plain text, and CSV that no spreadsheet runs."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlencode

import pandas as pd
from markupsafe import Markup, escape

from tracker import charts

Rows = Sequence[Mapping[str, Any]]
Public = Callable[[Mapping[str, Any]], Mapping[str, Any]]

ADDRESSES = ("url", "landing_url", "creative_url", "post")
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
FORMULA = re.compile(r"^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
LINK = Markup('<a class="it-hash" href="{}" title="{}">{}</a>')
NOT_SHOWN = Markup('<span class="it-none">not shown</span>')


def defang(address: str) -> str:
    """Return an address that nothing turns into a link: `hxxps://example[.]org/path`."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = (rest if separator else scheme).partition("/")
    start = re.sub("^http", "hxxp", scheme, flags=re.IGNORECASE) + separator if separator else ""
    return f"{start}{host.replace('.', '[.]')}{slash}{path}"


def badge(words: str, tone: str = "") -> Markup:
    """Return a small coloured label; the tone is `blue`, `green`, `ochre`, `red` or none."""
    return Markup('<span class="it-badge {}">{}</span>').format(tone, words)


def html(
    head: Sequence[str],
    body: Sequence[Sequence[Any]],
    *,
    classes: Sequence[str] = (),
    narrow: Literal["stack", "plain"] = "stack",
) -> Markup:
    """Return an HTML table: cells that are `Markup` stay, everything else is escaped, `None` reads "not shown".

    On a narrow screen each row becomes a stack of lines, or stays a row when it is short (`plain`).
    """
    kinds = [*classes, *[""] * (len(head) - len(classes))]
    heads = Markup("").join(
        Markup('<th class="{}">{}</th>').format(kind, word) for word, kind in zip(head, kinds, strict=True)
    )
    lines = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td class="{}" data-label="{}" dir="auto">{}</td>').format(kind, word, _cell(value))
                for value, word, kind in zip(line, head, kinds, strict=True)
            )
        )
        for line in body
    )
    return Markup(
        '<div class="it-table {}"><table><thead class="{}"><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(narrow, "" if any(head) else "bare", heads, lines)


def plain(columns: Sequence[str], rows: Rows) -> pd.DataFrame:
    """Return rows as a frame for `st.dataframe`: text stays text, addresses are defanged, lists are JSON."""
    return pd.DataFrame(
        [{name: _value(name, row.get(name)) for name in columns} for row in rows], columns=list(columns)
    )


def as_csv(columns: Sequence[str], rows: Rows, *, public: Public = dict) -> bytes:
    """Return rows as CSV in UTF-8; lines as in RFC 4180; a text that a spreadsheet would run as a formula gets an apostrophe before it.

    Each row passes through `public` first, which replaces the names of those who are not to be named.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_inert(_value(name, row.get(name))) for name in columns] for row in map(public, rows))
    return out.getvalue().encode("utf-8")


def _cell(value: Any) -> Markup:
    if value is None or value == "":
        return NOT_SHOWN
    return (
        value if isinstance(value, Markup) else escape(f"{value:,}" if isinstance(value, int) else str(value))
    )


def _value(name: str, value: Any) -> Any:
    if name in ADDRESSES and isinstance(value, str):
        return defang(value)
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def bar(share: float) -> Markup:
    """Return a bar as wide as a share of its cell."""
    return Markup('<div class="it-bar" style="width:{:.1f}%"></div>').format(max(0.0, min(1.0, share)) * 100)


def snapshots(before: str | None, after: str | None) -> Markup:
    """Return the ids of the two snapshots that a change lies between, as a link that opens both side by side."""
    if not before or not after:
        return opens(before or after)
    address = f"snapshot?{urlencode({'before': before, 'id': after})}"
    return LINK.format(address, f"Open {before} and {after}", f"{before} → {after}")


def opens(snapshot: str | None, words: str = "") -> Markup:
    """Return a link that opens a snapshot by its id, within this site."""
    if not snapshot:
        return NOT_SHOWN
    return LINK.format(f"snapshot?{urlencode({'id': snapshot})}", f"Open {snapshot}", words or snapshot)


def account_link(name: str | None, words: str = "") -> Markup:
    """Return a link that opens the page of an account (`x:chinasays`) or of a brand by its id, within this site."""
    if not name:
        return NOT_SHOWN
    return Markup('<a class="it-link" href="account?{}">{}</a>').format(
        urlencode({"id": name}), words or name
    )


def review_link(account: str, words: str) -> Markup:
    """Return a link that opens the review of an account, within this site."""
    return Markup('<a class="it-link" href="review?{}">{}</a>').format(urlencode({"id": account}), words)


def address_of(row: Mapping[str, Any]) -> str | None:
    """Return the address within this site at which what stands behind a row is shown, or `None`."""
    if row.get("snapshot_before") and row.get("snapshot_after"):
        return f"snapshot?{urlencode({'before': row['snapshot_before'], 'id': row['snapshot_after']})}"
    if str(row.get("look") or "").startswith("profile-"):
        return f"snapshot?{urlencode({'id': row['look']})}"
    for kind, number in (("ad", row.get("snapshot_id")), ("listing", row.get("listing_id"))):
        if number is not None:
            return f"snapshot?{urlencode({'id': f'{kind}-{number}'})}"
    if row.get("evidence") and row.get("line"):
        return f"snapshot?{urlencode({'sha256': row['evidence'], 'line': row['line']})}"
    return None


def record_link(sha256: str | None, line: int | None, *, snapshot: str = "", words: str = "") -> Markup:
    """Return the ends of a hash (or `words`) as a link that opens the snapshot, or else the line."""
    if not sha256:
        return NOT_SHOWN
    known = {"id": snapshot} if snapshot else {"sha256": sha256, "line": line or 1}
    shown = words or f"{sha256[:4]}…{sha256[-2:]}"
    return LINK.format(f"snapshot?{urlencode(known)}", f"Open the evidence {sha256}", shown)


def shown(text: Any, length: int = 60) -> str:
    """Return hostile text on one line, short enough for a cell; an address is defanged."""
    line = charts.shortened(str(text or ""), length)
    return ADDRESS.sub(lambda found: defang(found[0]), line)


def as_text(field: str, value: Any) -> Any:
    """Return a value as it may stand in a cell: addresses are defanged."""
    return _value(field, value)
