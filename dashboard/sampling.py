"""Samples on the page of coding: who codes, how far everybody is, and the form that draws a new one."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import auth, codingdata, components, fields, pickers, tables, words
from tracker.registry.decisions import person_key

FORM = "sample"
TYPED = ("purpose", "items", "account", "since", "until", "size", "overlap", "coders", "by")
EVERY = "all"
TASKS = ("code", "settle", "samples")
SHOWN = 12


def task() -> str:
    """Let the reader choose what to do, and return it.

    These are buttons because one that is chosen is drawn anew and lets go of the keyboard: Enter must save, not press it.
    """
    now = str(st.session_state.get("coding-task", TASKS[0]))
    with st.container(horizontal=True, gap="small"):
        for name in TASKS:
            st.button(
                name, key=f"coding-task-{name}", on_click=_choose, args=(name,),
                type="primary" if name == now else "secondary",
            )  # fmt: skip
    return now


def coder(samples: Sequence[Mapping[str, Any]]) -> str | None:
    """Return who codes: whoever signed in, else who is picked among those who were given items."""
    signature = auth.visitor().signature
    if signature is not None:
        return signature
    names = dict.fromkeys(one["coder"] for sample in samples for one in sample["coders"])
    if not names:
        return None
    return pickers.one_of("Who codes", {name: tables.shown(name, 60) for name in names}, key="coding-who")


def left(samples: Sequence[Mapping[str, Any]], name: str | None) -> int:
    """Count the items that are still somebody's to code."""
    key = person_key(name or "")
    return sum(
        one["assigned"] - one["done"]
        for sample in samples
        for one in sample["coders"]
        if person_key(one["coder"]) == key
    )


def line(samples: Sequence[Mapping[str, Any]], name: str | None) -> str:
    """Say how many items were drawn to be coded, and how many of them are still somebody's."""
    places = [one for sample in samples for one in sample["coders"]]
    if not places:
        return "Nothing was drawn to be coded by hand yet."
    done, given = sum(one["done"] for one in places), sum(one["assigned"] for one in places)
    mine = f" · {left(samples, name):,} are yours to code" if name else ""
    return f"{done:,} of {words.count(given, 'coding')} planned are made, in {words.count(len(samples), 'sample')}{mine}"


def progress(samples: Sequence[Mapping[str, Any]]) -> None:
    """Draw how far each coder of each sample is."""
    with components.card("How far is everybody?", "The latest sample first; chance and training never mix"):
        if not samples:
            components.empty("No sample yet", "An editor draws one on this page, or with the command line.", small=True,
                             command="tracker coding draw posts --size 100 --coder NAME --by NAME")  # fmt: skip
            return
        body = [
            (
                f"{sample['id']}: {sample['size']:,} of {words.count(sample['population'], sample['item_type'])}",
                _scope(sample),
                _purpose(sample),
                tables.shown(_plain_name(one["coder"]), 40),
                f"{one['done']:,} of {one['assigned']:,}",
                tables.bar(one["done"] / max(1, one["assigned"])),
            )
            for sample in samples[:SHOWN]
            for one in sample["coders"]
        ]
        head = ("sample", "of", "for", "coder", "coded", "")
        components.table(tables.html(head, body, classes=("keep", "", "keep", "", "keep", "short spare")))
        _outgrown(samples)
        if len(samples) > SHOWN:
            components.caption(
                f"{len(samples) - SHOWN:,} older samples",
                "stand in `tracker coding progress`.".replace("`", ""),
            )


def _outgrown(samples: Sequence[Mapping[str, Any]]) -> None:
    """Name the samples after which more came in, and let an editor extend them at their own rate."""
    later = codingdata.outgrown()
    for sample in samples[:SHOWN]:
        if not later.get(sample["id"]):
            continue
        count = words.count(later[sample["id"]], f"later {sample['item_type']}")
        components.stored(
            f"Sample {sample['id']}:",
            f"{count} came in after it was drawn; it does not represent them. Extended at its own rate, it does.",
            tone="ochre",
        )
        if auth.may("editor"):
            st.button(
                f"Extend sample {sample['id']}", key=f"extend-{sample['id']}", on_click=_extend,
                args=(sample["id"], sample["made_by"]),
            )  # fmt: skip


def _extend(number: int, by: str) -> None:
    codingdata.extend(number, by)


def draw() -> None:
    """Draw the form for a new sample; who is no editor reads that it needs one."""
    with components.card(
        "Draw a sample", "For shares by chance, with a seed that is kept; a fifth goes to two coders"
    ):
        if not auth.may("editor"):
            components.empty("For editors", "Drawing a sample needs the role editor.", small=True)
            return
        _drawn()
        with st.form(
            f"{FORM}-{st.session_state.get(f'{FORM}-number', 0)}", border=False, clear_on_submit=False
        ):
            _fields()
            st.form_submit_button("Draw", type="primary", on_click=_send)


def _choose(name: str) -> None:
    st.session_state["coding-task"] = name


def _fields() -> None:
    purpose = {
        codingdata.SHARES: "shares: drawn by chance",
        codingdata.TRAINING: "training: what the model is least sure of; never for a share",
    }
    fields.choice(FORM, "purpose", "For", list(purpose), words=purpose)
    kind, size, overlap = st.columns(3)
    with kind:
        fields.choice(FORM, "items", "Of", ["posts", "ads"], words={})
    with size:
        fields.text(FORM, "size", "How many", value="100")
        components.hint(f"“{EVERY}” codes every item: then a share needs no sample.")
    with overlap:
        fields.text(FORM, "overlap", "Coded by two", value="0.2")
    account, since, until = st.columns(3)
    with account:
        fields.text(FORM, "account", "Account", placeholder="all accounts")
    with since:
        fields.text(FORM, "since", "First day", placeholder="YYYY-MM-DD")
    with until:
        fields.text(FORM, "until", "Last day, in", placeholder="YYYY-MM-DD")
    known = codingdata.coders()
    if known:
        st.multiselect(
            "Coders", known, key=fields.key(FORM, "coders"), placeholder="two or more for an overlap"
        )
        fields.error(FORM, "coders")
    else:
        fields.area(FORM, "coders", "Coders, one a line", height=72)
    st.checkbox("Blind: account and payer are hidden", value=True, key=fields.key(FORM, "blind"))
    fields.who(FORM, "by", "Your name", required=True)
    fields.rest(FORM, *TYPED)


def _send() -> None:
    typed = fields.typed(FORM, (*TYPED, "blind"))
    names = typed["coders"]
    if not isinstance(names, str):
        typed["coders"] = tuple(names)
    alone = (
        len([name for name in (names.split("\n") if isinstance(names, str) else names) if name.strip()]) < 2
    )
    if alone:
        typed["overlap"] = "0"
    fields.send(FORM, codingdata.draw, typed)


def _drawn() -> None:
    done = fields.done(FORM)
    if done:
        noun = words.count(done["size"], done["item_type"])
        components.stored(
            "Drawn:", f"sample {done['id']}, {noun} of {done['population']:,}, seed {done['seed']}."
        )


def _scope(sample: Mapping[str, Any]) -> str:
    since, until = sample["since"], sample["until"]
    days = f"{words.day(since) if since else 'the first'} to {words.day(until) if until else 'the last'}"
    return (
        f"{tables.shown(sample['account'] or 'all accounts', 40)}, {days if since or until else 'every day'}"
    )


def _purpose(sample: Mapping[str, Any]) -> Markup:
    badge = (
        tables.badge("shares", "green")
        if sample["selection"] == "random"
        else tables.badge("training", "ochre")
    )
    return badge if sample["blind"] else Markup("{} {}").format(badge, tables.badge("not blind"))


def _plain_name(name: str) -> str:
    """Return a name without the address of whoever signed in."""
    return name.partition(" <")[0]
