"""What the registry knows of an account that somebody suspects, and of those near it: reasons to look, no evidence."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import components, data, registrydata, tables, words
from tracker.errors import BadInput
from tracker.nearby import Similar

Row = Mapping[str, Any]

NONE = Markup('<span class="it-none">none</span>')
NAMED = 6


def look_up(text: str, platform: str | None, operator: str | None = None) -> Similar | None:
    """Return what is known near what was typed, or say why it is no account and return `None`."""
    try:
        return data.check_suspect(text, platform, operator)
    except BadInput as error:
        components.empty("Not an account yet", error.found, small=True)
        return None


def quiet(text: str, platform: str | None) -> Similar | None:
    """Return what is known near what was typed, or `None` when it is no account."""
    try:
        return data.check_suspect(text, platform) if text else None
    except BadInput:
        return None


def known(near: Similar) -> Markup:
    """Say that an account is in the registry: with what status, since when, and whether documents disagree."""
    row = near.known or {}
    shown = registrydata.account(str(row["account"]))
    steps, operators = shown["steps"], len([way for way in shown["ways"] if way["claims"]])
    since = words.day(steps[-1]["at"] if steps else row["added_at"])
    disputed = " Two documents name two operators." if operators == 2 else ""
    if operators > 2:
        disputed = f" Documents name {operators} operators."
    return Markup("<b>Already known:</b> <b>{}</b> on {}, {} since {}.{} {}").format(
        row["brand"] or row["name"] or row["handle"] or row["account"], words.platform(str(row["platform"])),
        str(row["status"]).replace("_", " "), since, disputed,
        tables.account_link(str(row["account"]), "Open it"),
    )  # fmt: skip


def draw(near: Similar) -> None:
    """Draw the table of what stands near: the same account, look-alikes, the same payer, the same site."""
    account = near.known
    same = tables.account_link(str(account["account"]), _title(account)) if account else NONE
    mixed = "letters of scripts that do not belong together" if near.mixed_script else NONE
    body = [
        ("read as", f"{words.platform(near.ref.platform)} · {near.ref.handle or near.ref.key}"),
        ("same account", same),
        ("look-alike names", _named(near.lookalikes)),
        ("same payer", _named(near.same_payer, lead="paid by")),
        ("same site", _named(near.same_site)),
        ("mixed scripts", mixed),
    ]
    components.table(tables.html(("", ""), body, classes=("keep",), narrow="plain"))
    components.caption("A look-alike, a payer or a site in common", "is a reason to look, not evidence.")


def _title(row: Row) -> str:
    name = row["brand"] or row["name"] or row["handle"] or row["account"]
    return f"{name} · {words.platform(str(row['platform']))}, {str(row['status']).replace('_', ' ')}"


def _named(rows: Sequence[Row], *, lead: str = "") -> Markup:
    """Return accounts as links, each with the name or the payer that led to it."""
    if not rows:
        return NONE
    some = Markup("<br>").join(_one(row, lead) for row in rows[:NAMED])
    more = Markup("<br>and {} more").format(f"{len(rows) - NAMED:,}") if len(rows) > NAMED else Markup("")
    return some + more


def _one(row: Row, lead: str) -> Markup:
    because, name = str(row.get("because") or ""), str(row["handle"] or row["account"])
    shown = name if lead or not because else because
    told = f"{words.platform(str(row['platform']))}, {str(row['status']).replace('_', ' ')}"
    paid = f"; {lead} {tables.shown(because, 50)}" if lead and because else ""
    return Markup("{} ({}{})").format(
        tables.account_link(str(row["account"]), tables.shown(shown, 40)), told, paid
    )
