"""What people coded, for the lake: who said what of which item, what each item counts as, and what chance drew.

Codings are read under the newest codebook; those that it sends back are marked and count nowhere. What the margin of a
model chose for its training is left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from tracker.domain import Codebook
from tracker.registry import settling
from tracker.registry.codebooks import carried, tops
from tracker.store import codebooks, codings, models, registry, samples, tables
from tracker.store.claims import Row
from tracker.store.tables import table_of

_SAMPLE, _ITEM = table_of(tables.CodingSample), table_of(tables.CodingSampleItem)
TABLES = ("hand_codings", "hand_settled", "samples", "suggestion_models")


def hand_rows(session: Session) -> dict[str, list[Row]]:
    """Return the rows of the tables of codings by hand and of the models learnt from them, by the name of the table."""
    books = codebooks.kept(session)
    if not books:
        return {name: [] for name in TABLES}
    said, settled, rulings = [], [], codings.rulings(session)
    for (item_type, item_id), rows in sorted(codings.heard(session).items()):
        about = {"item_type": item_type, "item_id": item_id, "codebook_version": books[-1].version}
        said += [about | one for row in rows for one in _said(row, books)]
        ruling = settling.ruling(rulings.get((item_type, item_id)), books)
        state = settling.settled(settling.voices(rows, books), ruling)
        if state is not None:
            top = tops(books[-1])
            settled += [
                about
                | {
                    "how": state.how, "state": state.state, "coders": state.coders, "code": code,
                    "parent": top[code] if code else None, "counts": code in state.codes,
                    "counted_before": code in state.before,
                }
                for code in (*state.codes, *(one for one in state.before if one not in state.codes)) or (None,)
            ]  # fmt: skip
    return {
        "hand_codings": said, "hand_settled": settled, "samples": _samples(session),
        "suggestion_models": _models(session),
    }  # fmt: skip


def _said(row: Row, books: list[Codebook]) -> list[Row]:
    """Return a row for each code of a coding, one without a code for a coding that has none."""
    codes = carried(row["codes"], row["version"], books)
    top = tops(books[-1])
    about = {
        "coding_id": row["id"], "coder": row["coder"].partition(" <")[0], "coder_key": row["coder_key"],
        "state": row["state"], "made_under": row["version"], "to_recode": codes is None, "selection": row["selection"],
    }  # fmt: skip
    return [about | {"code": code, "parent": top[code] if code else None} for code in codes or (None,)]


def _models(session: Session) -> list[Row]:
    return [
        {
            "model": row["model"], "digest": row["digest"], "codebook_version": row["version"],
            "embedder": row["embedder"], "items": row["items"], "macro_f1": row["macro_f1"], "trained_at": row["at"],
            "trained_by": row["by"].partition(" <")[0], "state": row["state"],
        }
        for row in models.listed(session)
    ]  # fmt: skip


def _samples(session: Session) -> list[Row]:
    """Return a row for each item of each sample; a merged account is the one that it turned out to be.

    What extends a sample was drawn at the same rate from later items: the two are one sample of both.
    """
    asked: Any = select(_SAMPLE, _ITEM.c.item_id, _ITEM.c.position).join(
        _ITEM, _ITEM.c.sample_id == _SAMPLE.c.id
    )
    rows = [dict(row) for row in session.execute(asked.order_by(_SAMPLE.c.id, _ITEM.c.position)).mappings()]
    stands = {
        number: registry.standing(session, number) for number in {row["account_id"] for row in rows} - {None}
    }
    whole: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        whole[row["extends"] or row["id"]][row["id"]] = row
    for row in samples.extensions(session):
        whole[row["extends"]].setdefault(row["id"], row)
    return [
        {
            "sample_id": row["extends"] or row["id"], "item_type": row["item_type"], "item_id": row["item_id"],
            "selection": row["selection"], "account_id": stands.get(row["account_id"]), "since": row["since"],
            "until": row["until"], "seed": row["seed"], **_together(whole[row["extends"] or row["id"]].values()),
        }
        for row in rows
    ]  # fmt: skip


def _together(parts: Iterable[Row]) -> Row:
    """Return how many items a sample and what extends it were drawn from, how many were drawn, and the last that could be."""
    known = list(parts)
    last = [row["frame_last"] for row in known]
    return {
        "population": sum(row["population"] for row in known),
        "size": sum(row["size"] for row in known),
        "frame_last": None if None in last else max(last),
    }
