"""What an editor says of an account's identity: that it is another one, that a name is not its own, or that neither holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import auth, components, fields, registrydata, tables, words

MERGE, SPLIT, UNDO = "merge", "split", "undo"
SAYS: Mapping[str, str] = {"merge": "{other} stands as {account}", "split": "{other} split off from {account}",
                           "undo": "step {undoes} taken back"}  # fmt: skip


def steps(shown: Mapping[str, Any]) -> None:
    """Draw the merges and splits in which an account stands, each with who said so and why."""
    rows: Sequence[Mapping[str, Any]] = shown["identity"]
    if not rows:
        return
    body = [(row["id"], words.day(row["at"]), Markup("<b>{}</b>{}").format(_said(row), _undone(row)), row["by"],
             tables.shown(row["reason"], 200)) for row in rows]  # fmt: skip
    with components.card(
        "Was it ever taken for another?", f"{words.count(len(rows), 'step')}; each can be taken back"
    ):
        components.table(tables.html(("step", "on", "what", "by", "because"), body, classes=("num", "keep")))


def forms(shown: Mapping[str, Any]) -> None:
    """Draw the forms that merge, split and take back, folded, for editors; everybody sees what they did last."""
    _told()
    account = shown["account"]
    if account is None or not auth.may("editor"):
        return
    with st.expander("Merge it into another account", expanded=bool(fields.errors(MERGE)), key="merge"):
        _merge(account["account"])
    if account["known_as"]:
        with st.expander("Split a name off", expanded=bool(fields.errors(SPLIT)), key="split"):
            _split(account["account"], account["known_as"])
    standing = {
        row["id"]: _said(row) for row in shown["identity"] if row["action"] != "undo" and not row["undone"]
    }
    if standing:
        with st.expander("Take a merge or a split back", expanded=bool(fields.errors(UNDO)), key="undo"):
            _undo(standing)


def _merge(account: str) -> None:
    components.hint(
        "An account is its platform’s id: two handles of one id are one account. All that was collected stays where it "
        "is, so that this can be taken back."
    )
    with st.form("merge-form", border=False, clear_on_submit=False):
        fields.text(MERGE, "into", f"{account} is the same as", required=True, placeholder="platform:handle")
        _why(MERGE)
        st.form_submit_button("Merge", type="primary", on_click=_send_merge, args=(account,))


def _split(account: str, names: Sequence[str]) -> None:
    components.hint("The name becomes an account of its own; the claims that are about it follow.")
    with st.form("split-form", border=False, clear_on_submit=False):
        fields.choice(SPLIT, "name", "Which name is not its own", list(names), words={}, required=True)
        _why(SPLIT)
        st.form_submit_button("Split off", type="primary", on_click=_send_split, args=(account,))


def _undo(standing: Mapping[int, str]) -> None:
    with st.form("undo-form", border=False, clear_on_submit=False):
        fields.choice(UNDO, "step", "Which step", list(standing), words=standing, required=True)
        _why(UNDO)
        st.form_submit_button("Take it back", type="primary", on_click=_send_undo)


def _why(form: str) -> None:
    fields.area(form, "reason", "Why", required=True)
    fields.who(form, "by", "Your name", required=True)
    fields.rest(form, "into", "name", "step", "reason", "by")


def _send_merge(account: str) -> None:
    fields.send(
        MERGE, registrydata.merge, {"account": account, **fields.typed(MERGE, ("into", "reason", "by"))}
    )


def _send_split(account: str) -> None:
    fields.send(
        SPLIT, registrydata.split, {"account": account, **fields.typed(SPLIT, ("name", "reason", "by"))}
    )


def _send_undo() -> None:
    fields.send(UNDO, registrydata.undo, fields.typed(UNDO, ("step", "reason", "by")))


def _told() -> None:
    for form, lead in ((MERGE, "Merged:"), (SPLIT, "Split:"), (UNDO, "Taken back:")):
        if done := fields.done(form):
            components.stored(lead, f"{_said(done)}. This is step {done['id']}.")


def _said(row: Mapping[str, Any]) -> str:
    return SAYS[str(row["action"])].format(**{name: row[name] for name in ("account", "other", "undoes")})


def _undone(row: Mapping[str, Any]) -> Markup:
    return Markup(" {}").format(tables.badge("taken back")) if row["undone"] else Markup("")
