"""Who bears which label, from when to when it was seen so, and whether the account names its operator."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import components, tables, words
from tracker import charts
from tracker.findings import Finding

Row = Mapping[str, Any]

DISCLOSURE_WORDS: Mapping[str, tuple[str, str]] = {
    "names_operator": ("names its operator", "blue"),
    "names_another": ("names somebody else", "ochre"),
    "names_nobody": ("names nobody", "red"),
}
STATE_TONES = {"none": "red", "paid_check": "ochre", "unknown": ""}
LISTED = 60


def line(found: Finding, accounts: Finding) -> str:
    """Say how many accounts were checked, of how many, and how many of them bear no label."""
    latest = _told(found)
    without = sum(1 for row in latest if row["state"] == "none")
    return (
        f"{len({row['account'] for row in latest}):,} of {words.count(accounts.n, 'account')} checked · "
        f"{without:,} of them without a state-media label when last seen · {charts.until(found.as_of)}"
    )


def matrix(found: Finding, accounts: Finding) -> None:
    """Draw accounts against platforms for the brands of which at least one account was checked."""
    latest = {row["account"]: row for row in _told(found)}
    checked = {_brand(row) for row in accounts.rows if row["account"] in latest}
    if not checked:
        components.empty(
            "No label has been checked",
            "No document and no look so far says whether a platform labels these accounts. That is not “no label”: "
            "enter what you see, with a screenshot.",
            small=True,
        )
        return
    rows = [
        {**row, **_seen(latest.get(row["account"])), "brand": _brand(row)}
        for row in accounts.rows
        if _brand(row) in checked
    ]
    components.chart(
        charts.label_matrix(rows, as_of=found.as_of, look=components.look()),
        key="label-matrix",
        alt="Brands against platforms, coloured by the label that readers see",
    )
    hidden = len(checked) - charts.MOST_BRANDS
    more = f" {hidden:,} more brands stand in the table below." if hidden > 0 else ""
    components.caption(
        "Grey is not checked, never “no label”.",
        f"{accounts.n - len(rows):,} of {accounts.n:,} accounts belong to brands that nobody checked and are not drawn.{more}",
    )


def dated(found: Finding) -> bool:
    """Say whether any label was seen on a day that is known."""
    return any(row["first_seen"] and row["state"] != "unknown" for row in _by_platform(found))


def timeline(found: Finding) -> None:
    """Draw from when to when each label was seen."""
    components.chart(
        charts.label_timeline(_by_platform(found), as_of=found.as_of, look=components.look()),
        key="label-timeline",
        alt="From when to when each account was seen with a label or without one",
    )
    components.caption(
        "Between two bars nobody looked:", "the change lies somewhere there. A bar of one day is one look."
    )


def disclosure_line(found: Finding, accounts: Finding) -> str:
    """Say of how many accounts the bio or the about page was read."""
    return f"Bio and about page of {found.coverage.get('accounts_checked', 0):,} of {words.count(accounts.n, 'account')} read"


def disclosures(found: Finding) -> None:
    """Draw what the latest look at each bio or about page found, and what it rests on."""
    latest = [row for row in found.rows if row["latest"]]
    if not latest:
        components.empty(
            "Nobody has read a bio yet",
            "Whether an account names its operator is not known, which is not “no”.",
            small=True,
        )
        return
    body = [
        (
            _account(row),
            Markup("{}<br><span class='it-none'>{}</span>").format(
                tables.badge(*DISCLOSURE_WORDS.get(row["state"], (row["state"], ""))),
                tables.shown(row["words"], 90),
            ),
            _days(row),
            _rests_on(row),
        )
        for row in latest[:LISTED]
    ]
    components.table(tables.html(("account", "says", "seen", "rests on"), body, classes=("", "", "keep")))
    components.caption("Read with care:", " ".join(found.caveats))


def runs(found: Finding) -> None:
    """Draw every run of a state, the latest seen first."""
    if not found.rows:
        components.empty(
            "No label seen", "Labels come from documents of the seed list and from looks.", small=True
        )
        return
    ordered = sorted(found.rows, key=lambda row: str(row["last_seen"] or ""), reverse=True)
    body = [
        (
            _account(row),
            _state(row),
            _words(row),
            _days(row),
            row["looks"],
            _rests_on(row),
        )
        for row in ordered[:LISTED]
    ]
    head = ("account", "label", "in whose words", "first – last seen", "looks", "rests on")
    components.table(tables.html(head, body, classes=("", "keep", "", "keep", "num")))
    if len(ordered) > LISTED:
        components.caption(f"{len(ordered) - LISTED:,} more", "stand in the rows.")


def _state(row: Row) -> Markup:
    """Return what a platform said as a badge; what a labeler said, in its words and without the colour of a finding."""
    if row.get("issuer", "platform") == "platform":
        return state(row["state"])
    return tables.badge(
        "no label of this labeler" if row["state"] == "none" else f"“{tables.shown(row['state'], 40)}”"
    )


def _words(row: Row) -> str | None:
    if row.get("issuer", "platform") == "platform":
        return tables.shown(row["words"], 60) or None
    return f"by the labeler {tables.shown(row['issuer'], 60)}, not the platform"


def state(value: str | None) -> Markup:
    """Return the state of a label as a badge; red is kept for a missing one."""
    return tables.badge(
        charts.STATE_WORDS.get(value or "", "not checked"), STATE_TONES.get(value or "unknown", "blue")
    )


def _told(found: Finding) -> Sequence[Row]:
    """Return the latest run of each account that could tell."""
    return [row for row in _by_platform(found) if row["latest"] and row["state"] != "unknown"]


def _by_platform(found: Finding) -> list[Row]:
    """Return what platforms said themselves; what a labeler says is its own opinion, and is listed below."""
    return [row for row in found.rows if row.get("issuer", "platform") == "platform"]


def _brand(row: Row) -> str:
    return str(row["brand"] or row["name"] or row["account"])


def _seen(row: Row | None) -> dict[str, Any]:
    names = ("state", "first_seen", "last_seen")
    return {name: row[name] if row else None for name in names}


def _account(row: Row) -> Markup:
    platform = words.platform(str(row["platform"]))
    name = tables.shown(row["brand"] or str(row["account"]).partition(":")[2], 40)
    status = (
        ""
        if row["account_status"] == "accepted"
        else str(row["account_status"] or "unassessed").replace("_", " ")
    )
    mark = Markup(" {}").format(tables.badge(status)) if status else ""
    return Markup("{} <span class='it-none'>{}</span>{}").format(name, platform, mark)


def _days(row: Row) -> str:
    if not row["first_seen"]:
        return "no day given"
    first, last = words.day(row["first_seen"]), words.day(row["last_seen"])
    return first if first == last else f"{first} – {last}"


def _rests_on(row: Row) -> Markup:
    """Return a link to the look, or the name of the document that saw the label."""
    if row["document"]:
        return Markup("{}").format(tables.shown(row["document"], 60))
    return tables.opens(row["look"])
