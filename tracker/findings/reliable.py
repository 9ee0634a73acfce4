"""The finding of how far coders agree beyond chance: each code by itself and all together, by version of the codebook."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ibis
from ibis import _

from tracker.analysis import agreement, reliability
from tracker.findings import machines
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, coder_of, ground

COLUMNS = (
    "codebook_version", "coders", "code", "alpha", "lower", "upper", "agreement", "verdict", "compared", "items",
    "n_coders", "reason",
)  # fmt: skip
PEOPLE = "people"
METHOD = (
    "Krippendorff’s alpha for nominal codes, over the latest codings that people made under one version of the codebook, read as "
    f"the newest version reads them; 95 % intervals from {reliability.RESAMPLES:,} random draws of items (seed "
    f"{reliability.SEED}). Of one code: given, not given, or unsure of the item; of all codes together: the same set of codes. "
    "A machine is a coder among others in the rows that name it, and in no others; a model is heard on an item by the part of it "
    "that did not learn from it, so near-copies coded elsewhere still flatter it. Under "
    f"{reliability.LEAST_TENTATIVE} nothing can be concluded, under {reliability.LEAST_RELIABLE} a conclusion is tentative."
)
Row = Mapping[str, Any]


def agree(question: Question) -> Finding:
    """Return alpha of every code and of all together, for people alone and with the newest machine beside them."""
    options = question.options
    said = question.rows(question.tables["hand_codings"].filter(_.item_type == options.items))
    codings = agreement.by_coding(said, level=options.level)
    machine = coder_of(question.lake, options.items)
    models = _models(question)
    rows: list[dict[str, Any]] = []
    for version in sorted({row["made_under"] for row in codings}, reverse=True):
        mine = [row for row in codings if row["made_under"] == version]
        rows += _measured(mine, version, PEOPLE)
        if machine:
            rows += _measured([*mine, *_machine(question, mine, machine)], version, f"{PEOPLE} and {machine}")
        for model in models:
            rows += _measured([*mine, *_model(question, mine, model)], version, f"{PEOPLE} and {model}")
    known = {(row["item_type"], row["item_id"]) for row in codings}
    noun = "ads" if options.items == "ad" else "posts"
    return answer(
        question,
        n=len(known),
        columns=COLUMNS,
        rows=rows,
        method=METHOD,
        ground=ground(question, options.items),
        coverage={
            "items_coded_by_hand": len(known),
            "to_be_recoded": len({row["item_id"] for row in said if row["to_recode"]}),
            "codebook_version": max((row["codebook_version"] for row in said), default=None),
            "level": options.level,
            "models": models,
        },
        caveats=(
            reliability.WHY_AGREEMENT_FLATTERS,
            f"Only {noun} that two coders coded say anything; code at least 100 of each language twice before alpha is quoted.",
        ),
    )


def _measured(rows: Sequence[Row], version: int, coders: str) -> Iterator[dict[str, Any]]:
    """Yield what is measured of all codes together, then of each code."""
    given = {agreement.TOGETHER: agreement.together(rows)} | {
        code: agreement.of_code(rows, code) for code in agreement.variables(rows)
    }
    for code, codings in given.items():
        found = reliability.measure(codings)
        yield {
            "codebook_version": version, "coders": coders, "code": code, "alpha": found.alpha, "lower": found.lower,
            "upper": found.upper, "agreement": found.agreement, "verdict": found.verdict, "compared": found.compared,
            "items": found.items, "n_coders": found.coders, "reason": found.reason,
        }  # fmt: skip


def _models(question: Question) -> list[str]:
    """Return the model in use, by name, where it judged anything."""
    known = question.tables["suggestion_models"].filter(_.state == machines.IN_USE)
    said = question.tables["suggestions"].filter(_.item_type == question.options.items)
    judged = {row["model"] for row in question.rows(said.select("model").distinct())}
    return [row["model"] for row in question.rows(known) if row["model"] in judged]


def _model(question: Question, rows: Iterable[Row], model: str) -> list[dict[str, Any]]:
    """Return what a model suggests for the items that people coded, by the part that did not learn from each.

    An item without words was not judged: the model is missing there.
    """
    options = question.options
    items = sorted({row["item_id"] for row in rows})
    said = question.tables["suggestions"].filter(
        _.item_type == options.items, _.model == model, _.item_id.isin(items)
    )
    codes: dict[int, set[str]] = {}
    for row in question.rows(said):
        given = codes.setdefault(row["item_id"], set())
        if row["suggested"] and row["level"] == options.level:
            given.add(row["code"])
    return [_coding(options.items, item, model, found) for item, found in codes.items()]


def _machine(question: Question, rows: Iterable[Row], machine: str) -> list[dict[str, Any]]:
    """Return what the machine says of the items that people coded, as a coder among others."""
    options = question.options
    items = {row["item_id"] for row in rows}
    code = ibis.coalesce(_.parent, _.code) if options.level == "top" else _.code
    given = question.tables["codings"].filter(
        _.item_type == options.items, _.coder == machine, _.item_id.isin(sorted(items))
    )
    codes: dict[int, set[str]] = {item: set() for item in items}
    for row in question.rows(given.select(item_id=_.item_id, code=code).distinct()):
        codes[row["item_id"]].add(row["code"])
    return [_coding(options.items, item, machine, found) for item, found in codes.items()]


def _coding(item_type: str, item: int, machine: str, codes: set[str]) -> dict[str, Any]:
    return {
        "item_type": item_type, "item_id": item, "coder_key": machine, "codes": codes,
        "state": "coded" if codes else "none",
    }  # fmt: skip
