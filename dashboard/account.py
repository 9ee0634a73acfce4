"""The page of one account or brand, named by its address: `account?id=x:chinasays` or `account?id=china-says`."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import (
    amending,
    auth,
    components,
    evidence,
    gathered,
    history,
    joining,
    registrydata,
    tables,
    ways,
    words,
)
from tracker import charts
from tracker.errors import BadInput

Shown = Mapping[str, Any]

PAGE = 50
"""How many claims stand on the page at once."""


def page() -> None:
    """Draw the account that the address names, or say in words that there is none."""
    name = st.query_params.get("id", "")
    try:
        shown = registrydata.account(name)
    except BadInput as error:
        components.page_head("Which account?", "This address names none that is in the registry.")
        components.empty(
            "Nothing to show at this address",
            f"{error.found}. Look for it on the page Accounts, or bring it in on Add a suspect.",
        )
        return
    _head(shown)
    with components.card("Who is behind it?", ways.line(shown)):
        ways.draw(shown, gathered.payers(shown))
    gathered.draw(shown)
    with components.card("What is said, by whom, on what evidence?", _claims_line(shown)):
        _claims(shown)
    left, right = st.columns(2, gap="medium")
    with left, components.card("Does it say so itself?", "Labels and disclosure, as seen on a day"):
        history.labels(shown)
    with (
        right,
        components.card("Under which names?", "Handles, names and the platform’s id, with their time"),
    ):
        history.names(shown)
    with components.card("How did it come here, and who decided?", _review_line(shown)):
        history.reviewed(shown["suspicions"], shown["steps"])
        if shown["suspicions"] and shown["account"] and auth.may("editor"):
            link = tables.review_link(shown["account"]["account"], "Decide, or take it up again")
            components.table(Markup('<p class="it-said">{}</p>').format(link))
        if shown["audit"]:
            history.audit(shown["audit"])
    joining.steps(shown)
    amending.forms(shown["claims"])
    joining.forms(shown)


def title(shown: Shown) -> str:
    """Return what a reader calls it: the brand, else the account's name or handle."""
    account, brand = shown["account"] or {}, shown["brand"] or {}
    return str(brand.get("name") or account.get("name") or account.get("handle") or account.get("account"))


def _head(shown: Shown) -> None:
    rows = [row for row in shown["accounts"] if row]
    own = [shown["account"]] if shown["account"] else rows
    badges = Markup(" ").join(history.status(name) for name in dict.fromkeys(row["status"] for row in own))
    parts = [_where(row, shown) for row in own] + [Markup("{}").format(attributed(shown))]
    st.html(
        Markup(
            '<div class="it-head"><div class="it-crumb"><a href="accounts">Accounts</a> › {}</div>'
            "<h1>{}</h1><p>{} {}</p>{}</div>"
        ).format(
            title(shown), title(shown), Markup(" · ").join(parts), badges or tables.badge("no account known"),
            _also(shown, rows),
        )
    )  # fmt: skip
    if own and own[0]["status"] != "accepted":
        components.caption(*NOT_COUNTED.get(own[0]["status"], NOT_COUNTED["unassessed"]))


NOT_COUNTED = {
    "suspected": (
        "Not judged:",
        "somebody suspects it and gave a document. It counts nowhere as state-linked.",
    ),
    "under_review": ("Under review:", "nobody decided yet. It counts nowhere as state-linked."),
    "rejected": ("Rejected in the review:", "the reasons stand below. It counts nowhere as state-linked."),
    "withdrawn": ("Withdrawn:", "it was accepted once and no longer is; the reasons stand below."),
    "control": ("A control:", "watched only for comparison. It is not under suspicion."),
    "unassessed": ("Nobody has judged it:", "data came in for it. It counts nowhere as state-linked."),
}


def _where(row: Mapping[str, Any], shown: Shown) -> Markup:
    """Return where an account is, how many follow it by which document, and its label."""
    handle = f"@{tables.shown(row['handle'], 40)}" if row["handle"] else "(no handle given)"
    counts = [one for one in shown["followers"] if one["account_id"] == row["id"]]
    followers = f", {counts[-1]['as_published']} followers ({counts[-1]['publisher']})" if counts else ""
    state = _label(row, shown)
    return Markup("{} {}{}, {}").format(words.platform(row["platform"]), handle, followers, state)


def _label(row: Mapping[str, Any], shown: Shown) -> str:
    looks = [look["label"] for look in shown.get("looks", []) if look.get("label")]
    seen = [one["state"] for one in shown["labels"] if one["account_id"] == row["id"]]
    state = looks[-1] if looks and shown["account"] else seen[-1] if seen else "unknown"
    said = charts.LABEL_WORDS.get(state, "not checked")
    return "label not checked" if said == "not checked" else said


def attributed(shown: Shown) -> str:
    """Say who attributed it, in which document and when, or that nobody did."""
    first = next((claim for way in shown["ways"] for claim in way["claims"][:1]), None)
    if first is None:
        return "attributed by nobody so far"
    return f"attributed by {first['publisher']}, {evidence.dated(first['published_on'])}"


def _also(shown: Shown, rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Lead to the other accounts of the brand, and from an account to its brand."""
    account, brand = shown["account"], shown["brand"]
    others = [row for row in rows if not account or row["id"] != account["id"]]
    links = [tables.account_link(row["account"], words.platform(row["platform"])) for row in others[:12]]
    if account and brand:
        links.append(tables.account_link(brand["id"], "the whole brand"))
    if not links:
        return Markup("")
    lead = "Also on: " if account else "Its accounts: "
    return Markup('<div class="it-also">{}{}</div>').format(lead, Markup(" · ").join(links))


def _claims_line(shown: Shown) -> str:
    claims = shown["claims"]
    disputed = sum(1 for claim in claims if claim["disputed"])
    gone = sum(1 for claim in claims if claim["withdrawn"])
    objected = sum(1 for claim in claims if claim["objections"])
    return (
        f"{words.count(len(claims), 'claim')}: {disputed:,} disputed, {gone:,} withdrawn, {objected:,} objected to. "
        "Each opens with its evidence."
    )


def _claims(shown: Shown) -> None:
    claims = shown["claims"]
    if not claims:
        components.empty("No claim", "No document in the registry says anything of this account.", small=True)
        return
    pages = ceil(len(claims) / PAGE)
    at = st.session_state.get("claims-page", 1) if pages > 1 else 1
    some = claims[(min(at, pages) - 1) * PAGE : min(at, pages) * PAGE]
    own = frozenset(_names(shown))
    components.table(
        Markup('<div class="it-links">{}</div>').format(
            Markup("").join(evidence.folded(claim, own=own) for claim in some)
        )
    )
    if pages > 1:
        st.pagination(pages, key="claims-page")
        components.caption(f"{len(some):,} of {len(claims):,} claims", "the oldest document first.")
    rows = st.expander(f"All claims as rows ({len(claims):,})", key="claims-open", on_change="rerun")
    if rows.open:
        with rows:
            components.framed(COLUMNS, [_row(claim) for claim in claims], key="claims", name="claims")


COLUMNS = (
    "id", "subject", "predicate", "object", "grade", "disputed", "withdrawn", "objections", "publisher", "title",
    "published_on", "place", "says", "rival", "analyst",
)  # fmt: skip


def _row(claim: Mapping[str, Any]) -> dict[str, Any]:
    gone = claim["withdrawn"]
    said = [f"{one['objector']} ({one['received_on']}): {one['words']}" for one in claim["objections"]]
    return {
        **claim,
        "withdrawn": f"by {gone['by']} on {words.day(gone['at'])}: {gone['reason']}" if gone else "",
        "objections": " | ".join(said),
    }


def _names(shown: Shown) -> list[str]:
    account, brand = shown["account"], shown["brand"]
    keys = (account["key"], *account["known_as"]) if account else ()
    return [*(f"{account['platform']}:{key}" for key in keys), *([brand["id"]] if brand else [])]


def _review_line(shown: Shown) -> str:
    return (
        f"{words.count(len(shown['suspicions']), 'suspicion')}, {words.count(len(shown['steps']), 'step')} of review; "
        "every step stays"
    )
