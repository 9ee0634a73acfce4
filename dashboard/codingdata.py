"""What the pages of coding read and write: the next item of a coder, codings, disputes, samples, reliability.

Every read and every write asks who is looking first: the keys of a page run it again without its gate.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard import auth, record, setup
from tracker import adjudication, codebooks, codingdesk, mirror, people, suggesting
from tracker.adjudication import Dispute
from tracker.analysis.keywords import KeywordCoder, Match
from tracker.codingdesk import Turn
from tracker.domain import ROLES, Codebook, Settled
from tracker.errors import BadInput
from tracker.suggesting import Judge

Row = dict[str, Any]
SHARES, TRAINING = "shares", "training"
"""What a sample is for; the two never mix."""


def opened() -> Any:
    """Return the record, brought to the newest schema."""
    return record.opened(setup.current().record)


def mirrored() -> None:
    """Bring the lake up to what people coded, so that a share follows a coding at once."""
    mirror.refresh_codings(opened(), setup.current())


def codebook() -> Codebook:
    """Return the version in force; raise `ConfigError` when none was loaded."""
    return codebooks.in_force(opened())


def next_turn(coder: str) -> Turn | None:
    """Return what a coder is to code next, or `None`; raise `NotAllowed`."""
    return codingdesk.next_item(opened(), _own(coder))


def own_turn(coder: str, item_type: str, item_id: int) -> Turn | None:
    """Return an item that a coder has coded, to be coded anew; raise `NotAllowed`."""
    return codingdesk.own_item(opened(), _own(coder), item_type, item_id)


def lately(coder: str) -> list[Row]:
    """Return what a coder coded last, the latest first; raise `NotAllowed`."""
    return codingdesk.coded_by(opened(), _own(coder), limit=30)


def save(form: Mapping[str, Any]) -> int:
    """Keep a coding and return its id; raise `FormErrors`, `BadInput` or `NotAllowed`."""
    return codingdesk.save(opened(), auth.signed(form, role="coder"), now=datetime.now(UTC))


def disputes() -> list[Dispute]:
    """Return what waits for a third person, the longest first; raise `NotAllowed`."""
    auth.require("coder")
    return adjudication.disputes(opened())


def disputed(dispute: Dispute) -> Row:
    """Return what a disputed item says, without whose it is; raise `NotAllowed`."""
    auth.require("coder")
    return adjudication.item(opened(), dispute)


def settle(form: Mapping[str, Any]) -> Settled:
    """Keep what a third person settles; raise `FormErrors`, `BadInput` or `NotAllowed`."""
    return adjudication.settle(opened(), auth.signed(form, role="coder"), now=datetime.now(UTC))


def samples() -> list[Row]:
    """Return the samples, the latest first, with how far each coder is."""
    return codingdesk.progress(opened())


def draw(form: Mapping[str, Any]) -> Row:
    """Draw a sample, for shares by chance or for training by the model, and share it out.

    Raise `FormErrors`, `NotAllowed`, or `BadInput`, also where there is no model that could choose.
    """
    signed = dict(auth.signed(form, role="editor"))
    if signed.pop("purpose", SHARES) == SHARES:
        return codingdesk.draw(opened(), signed, now=datetime.now(UTC))
    chooser = judge()
    if chooser is None:
        raise BadInput(
            "no model of this codebook yet: code a sample by chance, then `tracker suggest train`",
            field="purpose",
        )
    return codingdesk.draw_training(
        opened(), signed, margins=chooser.margins, chosen_by=chooser.name, now=datetime.now(UTC)
    )


def outgrown() -> dict[int, int]:
    """Return for each random sample how many items came in after it was drawn, which it does not represent."""
    return codingdesk.outgrown(opened())


def extend(number: int, by: str) -> Row:
    """Draw from the items that came in after a sample was drawn, at its rate; raise `BadInput` or `NotAllowed`."""
    form = auth.signed({"by": by}, role="editor")
    return codingdesk.extend(opened(), number, by=form["by"], now=datetime.now(UTC))


def coders() -> list[str]:
    """Return who may be given items: those with the role of a coder or above; nobody where nobody signs in."""
    if not auth.signs_in():
        return []
    able = ROLES[ROLES.index("coder") :]
    return [f"{row['name']} <{row['email']}>" for row in people.listed(opened()) if row["role"] in able]


def given() -> list[str]:
    """Return everybody who was given items to code, each once."""
    return list(dict.fromkeys(one["coder"] for sample in samples() for one in sample["coders"]))


def suggested(book: Codebook, text: str) -> tuple[Match, ...]:
    """Return what the keyword rules see in a text, each code with the words that made it."""
    return _keyword_coder(setup.current().record, book.version, book).code(text)


def judge() -> Judge | None:
    """Return the model in use, loaded once; `None` without one, or where it cannot be used here."""
    name = suggesting.name_in_use(opened())
    return _judge(setup.current().record, name) if name else None


def cards() -> list[Row]:
    """Return the models that were trained, the latest first."""
    return suggesting.listed(opened())


def card(digest: str) -> Row:
    """Return the card of a model."""
    return suggesting.card(opened(), digest)


@st.cache_resource(max_entries=2, show_spinner=False)
def _judge(url: str, name: str) -> Judge | None:
    return suggesting.judge_in_use(opened())


@st.cache_resource(max_entries=2, show_spinner=False)
def _keyword_coder(url: str, version: int, _book: Codebook) -> KeywordCoder:
    return KeywordCoder(_book)


def _own(coder: str) -> str:
    """Return whose items are shown: those of whoever signed in, whatever a page says."""
    return auth.require("coder").signature or coder
