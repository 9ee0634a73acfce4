"""What a machine says of items, to narrow a share that people coded: a trained model where there is one, else keywords.

A model's word on an item is that of the part of it which did not learn from the item, so that leaning on it is no circle.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
from ibis import _

from tracker.findings.periods import Key
from tracker.findings.question import Question

Row = Mapping[str, Any]
IN_USE, FORMER, OTHER = "in use", "former", "of another codebook"


@dataclass(frozen=True, slots=True)
class Machine:
    """What one machine says: by code of each item that people coded, and added up over all items of each period."""

    name: str
    of_items: Mapping[str, Mapping[int, float]]
    of_all: Mapping[tuple[Key, str], float]

    @property
    def codes(self) -> set[str]:
        """The codes that it knows to give."""
        return {code for _key, code in self.of_all}


@dataclass(frozen=True, slots=True)
class Machines:
    """The machines that may help with a share, the one that is used first; `waiting` says why a model does not."""

    used: tuple[Machine, ...]
    model: Row | None = None
    waiting: str | None = None

    def for_code(self, code: str) -> tuple[Machine | None, Machine | None]:
        """Return the machine that helps with a code, and the one that did before it: an earlier model, or the keywords."""
        able = [one for one in self.used if code in one.codes] or list(self.used[-1:])
        return (able[0] if able else None), (able[1] if len(able) > 1 else None)


def found(
    question: Question, dated: ibis.Table, keys: Sequence[str], unit_of: Callable[[Row], str], *,
    known: Collection[int], coder: str | None, counts: Sequence[Row],
) -> Machines:  # fmt: skip
    """Return the model in use and the one before it, where the lake holds what they say, and the keywords last.

    `known` are the items that people coded; `counts` how many items of each period the keywords give each code.
    """
    if not known:
        return Machines(())
    models = question.rows(question.tables["suggestion_models"].order_by(ibis.desc("trained_at")))
    usable = [row for row in models if row["state"] in (IN_USE, FORMER)][:2]
    heard = [(row, _of_model(question, dated, keys, unit_of, row["model"], known)) for row in usable]
    by_models = [machine for _row, machine in heard if machine.of_all]
    in_use = usable[0] if usable and heard[0][1].of_all else None
    keywords = [_of_keywords(question, known, coder, counts)] if coder else []
    return Machines((*by_models, *keywords), in_use, _waiting(models, usable, in_use, bool(by_models)))


def _waiting(models: Sequence[Row], usable: Sequence[Row], in_use: Row | None, heard: bool) -> str | None:
    """Say why the latest model does not help, where one was trained."""
    if not models or in_use:
        return None
    if not usable:
        return (
            f"{models[0]['model']} was trained under codebook version {models[0]['codebook_version']}, which is not in force "
            "any more: it is not used; train one under the version in force"
        )
    instead = "the model before it helps" if heard else "keywords help"
    return (
        f"{usable[0]['model']} has not judged these items: {instead} until `tracker lake rebuild` runs where the model's extra "
        "is installed"
    )


def _of_model(
    question: Question, dated: ibis.Table, keys: Sequence[str], unit_of: Callable[[Row], str], model: str,
    known: Collection[int],
) -> Machine:  # fmt: skip
    options = question.options
    said = question.tables["suggestions"].filter(
        _.item_type == options.items, _.model == model, _.level == options.level, _.code.notnull()
    )
    said = said.select(said_id=_.item_id, code=_.code, probability=_.probability)
    joined = dated.select("item_id", *keys).join(said, _.item_id == said.said_id)
    sums = question.rows(joined.group_by([*keys, "code"]).agg(expected=_.probability.sum()))
    of_all: dict[tuple[Key, str], float] = defaultdict(float)
    for row in sums:
        of_all[(unit_of(row), row.get("account_id")), row["code"]] += row["expected"]
    of_items: dict[str, dict[int, float]] = defaultdict(dict)
    for row in question.rows(said.filter(_.said_id.isin(sorted(known)))):
        of_items[row["code"]][row["said_id"]] = row["probability"]
    return Machine(model, dict(of_items), dict(of_all))


def _of_keywords(question: Question, known: Collection[int], coder: str, counts: Sequence[Row]) -> Machine:
    options = question.options
    code = ibis.coalesce(_.parent, _.code) if options.level == "top" else _.code
    mine = question.tables["codings"].filter(
        _.item_type == options.items, _.coder == coder, _.item_id.isin(sorted(known))
    )
    of_items: dict[str, dict[int, float]] = defaultdict(dict)
    for row in question.rows(mine.select(item_id=_.item_id, code=code).distinct()):
        of_items[row["code"]][row["item_id"]] = 1.0
    of_all = {
        ((row["unit"], row["account_id"]), row["code"]): float(row["items"])
        for row in counts
        if row["code"] is not None
    }
    return Machine(coder, dict(of_items), of_all)
