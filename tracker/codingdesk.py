"""What is done at the coding desk: draw a sample, share it out, code the next item, settle where coders differ.

The dashboard and the command line both come through here. Items that feed shares come in the order of chance; what a
model chose for its training comes through `draw_training`, and the two never mix. The clock is an argument.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.codebooks import newest
from tracker.domain import Selection
from tracker.errors import BadInput, ConfigError
from tracker.nearby import named_account
from tracker.registry import codebooks as rules
from tracker.registry.coding import CodingForm, SampleForm, checked_codes, coding_form, sample_form
from tracker.registry.decisions import person_key
from tracker.registry.settling import shared_out
from tracker.store import codebooks, codings, identity, items, samples, suspects
from tracker.store.claims import Row
from tracker.store.engine import unit_of_work

Margins = Callable[[Sequence[tuple[int, str]]], Sequence[int]]
"""Given ids and texts, returns the ids in the order in which a model would learn most from them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The next item of a coder, with nothing that a blind coder must not know.

    `own` is what they said of it before, oldest first; `left` counts the places that are still theirs, this one in.
    """

    item: Row
    sample: int | None
    blind: bool
    selection: Selection
    own: tuple[Row, ...]
    left: int
    assigned: int


def draw(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Draw a random sample of dated items, share it out among coders, and return it: the columns of `samples.samples`.

    Fields are those of `SampleForm`. Without `seed` one is drawn; it is kept, so that the draw can be made again. Raise
    `FormErrors`, or `BadInput` when there is nothing to draw from.
    """
    form = sample_form(raw)
    seed = secrets.randbelow(2**31) if form.seed is None else form.seed
    with unit_of_work(engine) as session:
        account_id, found = _population(session, form)
        size = len(found) if form.size == "all" else min(form.size, len(found))
        drawn = Random(seed).sample(found, size)  # noqa: S311
        return _keep(
            session, form, drawn, account_id, population=len(found), seed=seed, selection="random", at=now,
            frame_last=found[-1],
        )  # fmt: skip


def extend(engine: Engine, number: int, *, by: str, now: datetime, seed: int | None = None) -> Row:
    """Draw from the items that came in after a sample was drawn, at its own rate, and return what was added.

    Every item keeps the chance that it had: a sample and what extends it are one. Its coders code the new items. Raise
    `BadInput` for a sample that is none by chance, or where no later item lies in its limits.
    """
    seed = secrets.randbelow(2**31) if seed is None else seed
    with unit_of_work(engine) as session:
        root = _root(session, number)
        later = _later(session, root)
        if not later:
            raise BadInput(
                f"no item came in after sample {number} was drawn that lies in its limits", field="sample"
            )
        chance = Random(seed)  # noqa: S311
        wanted = len(later) * root["size"] / root["population"]
        size = int(wanted) + (chance.random() < wanted % 1)
        form = sample_form(
            {
                "items": f"{root['item_type']}s", "since": root["since"], "until": root["until"], "size": max(1, size),
                "overlap": root["overlap"], "blind": root["blind"], "coders": tuple(samples.coders_of(session, root["id"])),
                "by": by,
            }
        )  # fmt: skip
        return _keep(
            session, form, chance.sample(later, size), root["account_id"], population=len(later), seed=seed,
            selection="random", at=now, frame_last=later[-1], extends=root["id"],
        )  # fmt: skip


def draw_training(
    engine: Engine, raw: Mapping[str, Any], *, margins: Margins, chosen_by: str, now: datetime
) -> Row:
    """Choose the items that a model would learn most from, and share them out; they never feed a share.

    No item that chance drew for a share is among them, nor one that was coded. `chosen_by` names the model. Raise
    `FormErrors`, or `BadInput` where nothing is left to choose from.
    """
    form = sample_form(raw)
    with unit_of_work(engine) as session:
        account_id, found = _population(session, form)
        taken = {
            row["item_id"]
            for row in samples.sampled(session, selection="random")
            if row["item_type"] == form.item_type
        }
        taken |= {row["item_id"] for row in codings.latest(session) if row["item_type"] == form.item_type}
        free = [one for one in found if one not in taken]
        if not free:
            raise BadInput("every item of these was coded or drawn for a share already", field="size")
        said = items.texts(session, form.item_type, free)
        texts = [(one, said.get(one) or "") for one in free]
        size = len(free) if form.size == "all" else form.size
        chosen = list(margins(texts))[:size]
        return _keep(
            session, form, chosen, account_id, population=len(free), seed=form.seed or 0, selection="training",
            chosen_by=chosen_by, at=now,
        )  # fmt: skip


def next_item(engine: Engine, coder: str, *, sample: int | None = None) -> Turn | None:
    """Return what a coder is to code next, or `None` when they are done.

    First what was given to them, then what a new codebook sent back to be recoded. Blind: neither account, payer, what
    others said, nor what a machine would.
    """
    key = person_key(coder)
    with Session(engine) as session:
        place = samples.next_of(session, key, sample) or _to_recode(session, key)
        if place is None:
            return None
        return _turn(session, place, key)


def own_item(engine: Engine, coder: str, item_type: str, item_id: int) -> Turn | None:
    """Return an item that a coder has coded, to be coded anew by them; `None` where they have not."""
    key = person_key(coder)
    with Session(engine) as session:
        own = codings.by_coder(session, item_type, item_id, key)
        return _turn(session, _again(session, own[-1]), key) if own else None


def save(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> int:
    """Keep a coding and return its id; fields are those of `CodingForm`. A coding anew is a row that supersedes.

    The very same words sent twice are one coding. Raise `FormErrors`, or `BadInput` for an item that is not theirs to
    code, a code that is none, another version of the codebook, or a coding made in another window meanwhile.
    """
    form = coding_form(raw)
    key = person_key(form.by)
    with unit_of_work(engine) as session:
        codes = checked_codes(newest(session), form.version, form.codes)
        selection = _allowed(session, form, key)
        own = codings.by_coder(session, form.item_type, form.item_id, key)
        if own and form.seen < len(own):
            return _as_before(own[-1], form, codes)
        return codings.add(
            session,
            {
                "item_type": form.item_type, "item_id": form.item_id, "coder": form.by, "coder_key": key,
                "seq": len(own) + 1, "version": form.version, "state": form.state, "codes": list(codes),
                "selection": selection, "sample_id": form.sample, "note": form.note, "at": now,
            },
        )  # fmt: skip


def progress(engine: Engine) -> list[Row]:
    """Return the samples, the latest first, each with its coders and how far they are: the columns of `samples.samples`."""
    with Session(engine) as session:
        return samples.samples(session)


def outgrown(engine: Engine) -> dict[int, int]:
    """Return for each random sample how many items in its limits came in after it, and what extends it, was drawn.

    These it does not represent. A sample that does not say from which items it was drawn is left out.
    """
    with Session(engine) as session:
        return {
            row["id"]: len(_later(session, row))
            for row in samples.samples(session)
            if row["selection"] == "random" and row["frame_last"] is not None and row["extends"] is None
        }


def coded_by(engine: Engine, coder: str, *, limit: int = 10) -> list[Row]:
    """Return what a coder coded last, latest first: the columns of `coding`, and `text`."""
    with Session(engine) as session:
        rows = codings.lately(session, person_key(coder), limit)
        return [
            {**row, "text": (items.item(session, row["item_type"], row["item_id"]) or {}).get("text")}
            for row in rows
        ]


def _population(session: Session, form: SampleForm) -> tuple[int | None, list[int]]:
    """Return the account that is asked for, if one is, and the items to draw from; raise `BadInput` for none."""
    account = named_account(session, form.account) if form.account else None
    if form.account and account is None:
        raise BadInput(
            f"no account is called {form.account[:80]!r}; expected PLATFORM:HANDLE", field="account"
        )
    ids = identity.ids_of(session, account["id"]) if account else None
    found = items.population(session, form.item_type, account_ids=ids, since=form.since, until=form.until)
    if not found:
        raise BadInput(f"no {form.items} with a day lie in there: nothing can be drawn", field="items")
    return (account["id"] if account else None), found


def _root(session: Session, number: int) -> Row:
    """Return the sample that all extensions go back to; raise `BadInput` where it cannot be extended."""
    sample = samples.sample(session, number)
    if sample is None or sample["selection"] != "random":
        raise BadInput(
            f"{number} is no sample that chance drew; see `tracker coding progress`", field="sample"
        )
    root = samples.sample(session, sample["extends"]) if sample["extends"] else sample
    if root is None or root["frame_last"] is None:
        raise BadInput(
            f"sample {number} does not say from which items it was drawn; draw a new one", field="sample"
        )
    return root


def _later(session: Session, root: Row) -> list[int]:
    """Return the items in the limits of a sample that came in after it, and what extends it, was drawn."""
    last = max([root["frame_last"], *(row["frame_last"] for row in samples.extensions(session, root["id"]))])
    ids = identity.ids_of(session, root["account_id"]) if root["account_id"] is not None else None
    return items.population(
        session, root["item_type"], account_ids=ids, since=root["since"], until=root["until"], after=last
    )


def _keep(
    session: Session, form: SampleForm, drawn: Sequence[int], account_id: int | None, *, population: int, seed: int,
    selection: Selection, at: datetime, chosen_by: str | None = None, frame_last: int | None = None,
    extends: int | None = None,
) -> Row:  # fmt: skip
    newest(session)
    overlap = form.overlap if len(form.coders) > 1 else 0.0
    values = {
        "item_type": form.item_type, "selection": selection, "account_id": account_id, "since": form.since,
        "until": form.until, "population": population, "size": len(drawn), "seed": seed, "overlap": overlap,
        "blind": form.blind, "chosen_by": chosen_by, "made_at": at, "made_by": form.by,
        "frame_last": frame_last, "extends": extends,
    }  # fmt: skip
    number = samples.add(session, values, drawn)
    given = shared_out(len(drawn), form.coders, overlap)
    samples.assign(session, number, given, {coder: person_key(coder) for coder in form.coders}, at=at)
    details = {
        "size": str(len(drawn)),
        "population": str(population),
        "seed": str(seed),
        "selection": selection,
    }
    suspects.add_audit(
        session, actor=form.by, action="drew", subject=f"sample:{number}", at=at, details=details
    )
    return next(row for row in samples.samples(session) if row["id"] == number)


def _turn(session: Session, place: Row, key: str) -> Turn:
    found = items.item(session, place["item_type"], place["item_id"])
    if found is None:
        raise ConfigError(f"{place['item_type']} {place['item_id']} is in a sample and not in the record")
    shown = {
        name: found[name]
        for name in ("item_type", "item_id", "text", "day", "section", "gone_on", "snapshot")
    }
    if not place["blind"]:
        shown |= {name: found[name] for name in ("account", "account_name", "payer", "source")}
    mine = samples.progress(session, coder_key=key, number=place["sample_id"])
    assigned, done = (mine[0]["assigned"], mine[0]["done"]) if mine else (1, 0)
    own = codings.by_coder(session, place["item_type"], place["item_id"], key)
    return Turn(
        shown, place["sample_id"], place["blind"], place["selection"], tuple(own), assigned - done, assigned
    )


def _allowed(session: Session, form: CodingForm, key: str) -> Selection:
    """Return why an item is coded; raise `BadInput` where it is not this coder's to code."""
    if form.sample is None:
        own = codings.by_coder(session, form.item_type, form.item_id, key)
        if not own and items.item(session, form.item_type, form.item_id) is None:
            raise BadInput(f"there is no {form.item_type} {form.item_id}", field="item_id")
        return "manual"
    given = samples.assignment(session, form.sample, key, form.item_type, form.item_id)
    if given is None:
        raise BadInput(f"this item is not yours to code in sample {form.sample}", field="sample")
    chosen: Selection = given["selection"]
    return chosen


def _as_before(latest: Row, form: CodingForm, codes: Sequence[str]) -> int:
    """Return the coding that says the same already; raise `BadInput` where it says something else."""
    said = (latest["state"], list(latest["codes"]), latest["note"], latest["version"])
    if said == (form.state, list(codes), form.note, form.version):
        return int(latest["id"])
    raise BadInput("you coded this item in another window just now; that coding stands", field="seen")


def _to_recode(session: Session, key: str) -> Row | None:
    """Return the first item whose coding by this coder no later version of the codebook carries on."""
    books = codebooks.kept(session)
    if len(books) < 2:
        return None
    for row in codings.latest(session):
        if row["coder_key"] == key and rules.carried(row["codes"], row["version"], books) is None:
            return _again(session, row)
    return None


def _again(session: Session, coding: Row) -> Row:
    """Return the place of an item that was coded before, as blind as it was then."""
    sample = samples.sample(session, coding["sample_id"]) if coding["sample_id"] else None
    return {
        "sample_id": coding["sample_id"], "position": None, "item_type": coding["item_type"],
        "item_id": coding["item_id"], "selection": coding["selection"], "blind": sample["blind"] if sample else False,
    }  # fmt: skip
