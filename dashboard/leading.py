"""Where ads lead, as text that nobody's browser follows, and which ads are near-copies of each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker.findings import Finding

SHOWN = 8


def line(finding: Finding) -> str:
    """Say how many domains the ads counted name, and of how many ads."""
    domains = finding.coverage.get("domains", 0)
    if not domains:
        return "No ad of those counted has an address that it leads to"
    return (
        f"{words.count(domains, 'domain')} named by {words.count(finding.n, 'ad')}; defanged, none was opened"
    )


def domains(finding: Finding) -> None:
    """List the domains that ads lead to, the one of most ads first, each defanged."""
    unread = finding.coverage.get("unreadable", 0)
    if not finding.rows:
        told = f"{words.count(unread, 'address')} could not be read. " if unread else ""
        components.empty(
            "No landing address was published",
            f"{told}The repository gave these ads without the page that they lead to.",
            small=True,
        )
        return
    most = max(row["ads"] for row in finding.rows)
    body = [
        (
            Markup("<code>{}</code>").format(tables.shown(row["defanged"], 80)),
            row["ads"],
            tables.bar(row["ads"] / most),
            _accounts(row["accounts"]),
            Markup("{}<br>{}").format(words.day(row["first_shown"]), words.day(row["last_shown"])),
        )
        for row in finding.rows[:SHOWN]
    ]
    head = ("domain", "ads", "", "accounts", "first, last shown")
    components.table(tables.html(head, body, classes=("", "num", "bar spare", "", "keep")))
    components.caption("No address was opened.", " ".join(finding.caveats))
    components.rows(finding, key="landing-domains", label="All domains")


def copies(**options: str | None) -> None:
    """Offer to group ads that say nearly the same, and list the largest groups with the post that they promote."""
    if not st.toggle(
        "Compare the texts of all ads counted",
        key="near-copies",
        help="Takes a second or more for some thousand ads",
    ):
        return
    finding = data.finding("creatives", **options)
    groups = [row for row in finding.rows if row["ads"] > 1]
    if not groups:
        components.empty(
            "No two ads say nearly the same",
            "Of ads without a text or an address nobody can tell.",
            small=True,
        )
        return
    body = [_copy(row) for row in groups[:SHOWN]]
    head = ("the earliest of them says", "ads", "versions", "accounts", "first, last shown", "promotes")
    components.table(tables.html(head, body, classes=("", "num", "num", "", "", "keep")))
    components.caption(
        f"{words.count(len(groups), 'group')} of more than one ad.",
        " ".join(finding.caveats) or finding.method,
    )
    components.rows(finding, key="near-copies", label="All creatives")


def _copy(row: Mapping[str, Any]) -> tuple[Any, ...]:
    posted = words.day(row["post_published"]) if row["post"] else None
    return (
        tables.shown(row["text"] or row["creative_url"], 120),
        row["ads"],
        row["versions"],
        _accounts(row["accounts"]),
        Markup("{}<br>{}").format(words.day(row["first_shown"]), words.day(row["last_shown"])),
        f"the post of {posted}" if posted else "no post known here",
    )


def _accounts(accounts: Sequence[str]) -> Markup:
    """Return the accounts of most ads as links within this site, and how many more there are."""
    brands = data.brands()
    named = [
        tables.account_link(account, tables.shown(words.account({"account": account}, brands)))
        for account in accounts[:2]
    ]
    more = [Markup("and {:,} more").format(len(accounts) - 2)] if len(accounts) > 2 else []
    return Markup("<br>").join([*named, *more])
