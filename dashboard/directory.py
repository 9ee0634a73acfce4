"""The directory of accounts: a line for each brand, narrowed by words, platform and status, one page at a time."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, evidence, history, tables, words
from tracker.findings import Finding

Rows = Sequence[Mapping[str, Any]]
Brand = Sequence[Mapping[str, Any]]

NO_ACCOUNT: Mapping[str, Any] = dict.fromkeys(
    ("account", "platform", "handle", "status", "operator", "operator_native", "document", "document_date")
)
"""What is known of the account of a brand of which no document names one."""
UPWARD = ("operated_by", "supervised_by", "part_of", "same_as")
NONE_KNOWN = "no account known"
ALL = "all"
PAGE = 50
MOST_ROWS = 1_000
"""Above this number of accounts the rows are had from the command line, not from the page."""
SEARCHED = ("brand", "name", "handle", "account", "operator", "operator_native", "document", "brand_id")


def draw(accounts: Finding) -> None:
    """Draw what narrows the directory, and a page of what is left of it."""
    listed = with_brands_alone(data.table("accounts"), data.table("claims"))
    with components.card("Every account", line(listed)):
        found = _narrowed(listed)
        brands = _by_brand(found)
        _page(brands)
        components.caption("Read with care:", " ".join(accounts.caveats))
        _rows(accounts, found)


def line(accounts: Rows) -> str:
    """Say how many accounts are listed and of how many brands no account is known."""
    alone = sum(1 for row in accounts if not row["platform"])
    listed = words.count(len(accounts) - alone, "account")
    more = f" · of {words.count(alone, 'brand')} no document names an account" if alone else ""
    return f"{listed}, each with its status and its document{more}"


def with_brands_alone(accounts: Rows, claims: Rows) -> list[Mapping[str, Any]]:
    """Return the accounts and, without a platform, each brand of which a document speaks but names no account."""
    known = {row["brand_id"] for row in accounts}
    sides = [
        (row, side) for row in claims for side in ("subject", "object") if row[f"{side}_type"] == "brand"
    ]
    alone: dict[str, Mapping[str, Any]] = {}
    for row, side in sides:
        if row[side] not in known:
            upward = side == "subject" and row["predicate"] in UPWARD and not row.get("withdrawn")
            said = _said(row) if upward else {}
            named = {"brand_id": row[side], "brand": row.get(f"{side}_name") or row[side]}
            alone[row[side]] = {**NO_ACCOUNT, **alone.get(row[side], {}), **named, **said}
    return [*accounts, *alone.values()]


def matching(accounts: Rows, typed: str, platform: str, status: str) -> list[Mapping[str, Any]]:
    """Return the accounts in which every word that was typed occurs, of a platform and of a status."""
    wanted = typed.casefold().split()
    return [
        row
        for row in accounts
        if platform in (ALL, row["platform"])
        and status in (ALL, row["status"])
        and (not wanted or _holds(row, wanted))
    ]


def _holds(row: Mapping[str, Any], wanted: Sequence[str]) -> bool:
    text = " ".join(str(row[name]) for name in SEARCHED if row.get(name)).casefold()
    return all(word in text for word in wanted)


def _narrowed(listed: Rows) -> list[Mapping[str, Any]]:
    platforms = sorted({row["platform"] for row in listed if row["platform"]})
    statuses = sorted({row["status"] for row in listed if row["status"]})
    search, where, how = st.columns([3, 2, 2])
    typed = search.text_input(
        "Search", key="directory-search", live=True, placeholder="brand, handle, operator or document"
    )
    platform = where.selectbox(
        "Platform", [ALL, *platforms], key="directory-platform",
        format_func=lambda name: "all platforms" if name == ALL else words.platform(name),
    )  # fmt: skip
    status = how.selectbox(
        "Status", [ALL, *statuses], key="directory-status",
        format_func=lambda name: "every status" if name == ALL else str(name).replace("_", " "),
    )  # fmt: skip
    return matching(listed, typed or "", platform or ALL, status or ALL)


def _by_brand(found: Rows) -> list[Brand]:
    brands: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(found, key=lambda row: _title(row).casefold()):
        brands.setdefault(str(row.get("brand_id") or row["account"]), []).append(row)
    return list(brands.values())


def _page(brands: Sequence[Brand]) -> None:
    if not brands:
        components.empty(
            "Nothing of that name", "No account in the registry fits. It may be new: “Add a suspect” says what is near.",
            small=True,
        )  # fmt: skip
        return
    pages = ceil(len(brands) / PAGE)
    key = f"directory-page-{pages}"
    at = min(st.session_state.get(key, 1), pages)
    body = [_line_of(rows) for rows in brands[(at - 1) * PAGE : at * PAGE]]
    head = ("brand", "accounts", "status", "attributed to", "by the document")
    components.table(tables.html(head, body, classes=("", "", "keep")))
    if pages > 1:
        st.pagination(pages, key=key)
        components.caption(f"{len(body):,} of {len(brands):,} lines,", "by name.")


def _line_of(rows: Brand) -> Sequence[Any]:
    row = rows[0]
    where = Markup(", ").join(_where(one) for one in rows if one["platform"])
    named = Markup("{} <span class='it-none'>{}</span>").format(row["operator"], row["operator_native"] or "")
    if row.get("disputed"):
        named += Markup(" {}").format(tables.badge("disputed", "ochre"))
    document = Markup("{} <span class='it-none'>{}</span>").format(
        tables.shown(row["document"] or "no document", 60), evidence.dated(row["document_date"])
    )
    statuses = Markup(" ").join(
        history.status(status) for status in dict.fromkeys(one["status"] for one in rows if one["platform"])
    )
    return (
        tables.account_link(str(row.get("brand_id") or row["account"]), tables.shown(_title(row), 50)),
        where or tables.badge(NONE_KNOWN),
        statuses or Markup("–"),
        named if row["operator"] else None,
        document,
    )


def _title(row: Mapping[str, Any]) -> str:
    return str(row["brand"] or row.get("name") or row["handle"] or row["account"])


def _where(row: Mapping[str, Any]) -> Markup:
    handle = tables.shown(row["handle"], 30) if row["handle"] else "no handle given"
    return Markup("{} {}").format(
        words.platform(str(row["platform"])), tables.account_link(row["account"], handle)
    )


def _rows(accounts: Finding, found: Rows) -> None:
    if len(found) > MOST_ROWS:
        components.caption(
            f"{len(found):,} accounts are too many for a table of rows here.",
            "Narrow them down, or ask for all with: tracker finding accounts --format csv",
        )
        return
    wanted = {row["account"] for row in found}
    kept = [row for row in accounts.rows if row["account"] in wanted]
    components.frame_of(accounts.columns, kept, key="accounts", label="Every column")


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "operator": str(row.get("object_name") or row["object"]), "operator_native": row.get("object_native"),
        "document": row["title"], "document_date": row["published_on"],
    }  # fmt: skip
