"""Where coders differ: what waits for a third person, and what they settle. Nobody settles an item that they coded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.codebooks import newest
from tracker.domain import Ruling, Settled, Voice
from tracker.errors import BadInput
from tracker.registry import settling
from tracker.registry.coding import checked_codes, ruling_form
from tracker.registry.decisions import person_key
from tracker.store import codebooks, codings, items, suspects
from tracker.store.claims import Row
from tracker.store.engine import unit_of_work


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item on which coders differ, or of which one is unsure, and what each of them says."""

    item_type: str
    item_id: int
    voices: tuple[Voice, ...]
    notes: Mapping[int, str]

    def coded_by(self, person: str) -> bool:
        """Say whether somebody is one of the coders, who cannot settle it."""
        return any(person_key(voice.coder) == person_key(person) for voice in self.voices)


def disputes(engine: Engine) -> list[Dispute]:
    """Return what waits for a third person, the longest first."""
    with Session(engine) as session:
        books, rulings = codebooks.kept(session), codings.rulings(session)
        found = []
        for (item_type, item_id), rows in codings.heard(session).items():
            voices = settling.voices(rows, books)
            state = settling.settled(voices, settling.ruling(rulings.get((item_type, item_id)), books))
            if state is not None and state.how == "open":
                notes = {row["id"]: row["note"] for row in rows if row["note"]}
                found.append(Dispute(item_type, item_id, tuple(voices), notes))
        return sorted(found, key=lambda one: max(voice.coding_id for voice in one.voices))


def item(engine: Engine, dispute: Dispute) -> Row:
    """Return what a disputed item says, without whose it is: `text`, `day`, `gone_on`, `item_type`, `item_id`."""
    with Session(engine) as session:
        found = items.item(session, dispute.item_type, dispute.item_id) or {}
    return {
        name: found.get(name)
        for name in ("item_type", "item_id", "text", "day", "section", "gone_on", "snapshot")
    }


def settle(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Settled:
    """Keep what a third person settles and return what the item counts as; fields are those of `RulingForm`.

    Raise `FormErrors`, or `BadInput` for somebody who coded the item, for codings that are no longer the latest, or
    where there is nothing to settle.
    """
    form = ruling_form(raw)
    with unit_of_work(engine) as session:
        codes = checked_codes(newest(session), form.version, form.codes)
        books = codebooks.kept(session)
        rows = codings.heard_of(session, form.item_type, form.item_id)
        voices = settling.voices(rows, books)
        before = settling.settled(voices, None)
        if before is None:
            raise BadInput("nobody has coded this item", field="item_id")
        if before.how != "open":
            raise BadInput("coders do not differ on this item: there is nothing to settle", field="item_id")
        if any(person_key(row["coder"]) == person_key(form.by) for row in rows):
            raise BadInput(f"{form.by} coded this item; a third person settles it", field="by")
        if {voice.coding_id for voice in voices} != set(form.settles):
            raise BadInput(
                "somebody coded this item anew while you were reading; look at it again", field="settles"
            )
        codings.add_ruling(
            session,
            {
                "item_type": form.item_type, "item_id": form.item_id, "by": form.by, "version": form.version,
                "state": form.state, "codes": list(codes), "settles": sorted(form.settles), "reason": form.reason,
                "at": now,
            },
        )  # fmt: skip
        details = {"codes": ", ".join(codes) or form.state}
        suspects.add_audit(
            session, actor=form.by, action="adjudicated", subject=f"{form.item_type}:{form.item_id}", at=now,
            details=details,
        )  # fmt: skip
    ruled = Ruling(form.state, codes, frozenset(form.settles))
    return settling.settled(voices, ruled) or before
