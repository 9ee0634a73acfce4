"""What models suggest for every text, in the lake: derived as all of it, and asked anew only for texts that are new to a model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.store.lake_sql import SCHEMAS

Word = tuple[str, str | None, float | None, bool]
"""A level, a code, its probability, and whether that is enough to suggest it; without a code where nothing is likely."""


@dataclass(frozen=True, slots=True)
class Suggester:
    """Whose suggestions are mirrored, by name, and `judge`, which returns the words of one of them on texts."""

    models: tuple[str, ...]
    judge: Callable[[str, Sequence[str]], Sequence[Sequence[Word]]]


NO_MODEL = Suggester((), lambda _model, texts: [()] * len(texts))
"""Suggests nothing."""


@dataclass(frozen=True, slots=True)
class Months:
    """The months of `ads` or `posts` in a mirror: their files and what was suggested for these texts."""

    items: Mapping[str, Sequence[Any]]
    words: Mapping[str, Sequence[Any]]


def judged(
    folder: Path, name: str, now: Months, before: Months, suggester: Suggester, *,
    write: Callable[[str, pa.Table], str], tick: Callable[[str, int, int], None],
) -> dict[str, list[Any]]:  # fmt: skip
    """Return by month the file of suggestions, its rows, the file of items that it judges, and by which models.

    A month whose items and models are as before is left as it is.
    """
    found: dict[str, list[Any]] = {}
    models = list(suggester.models)
    asked = [
        month
        for month, (file, _rows) in now.items.items()
        if models and list(before.words.get(month, ()))[2:] != [file, models]
    ]
    for month in now.items.keys() - set(asked):
        if models:
            found[month] = list(before.words[month])
    for number, month in enumerate(sorted(asked), 1):
        file = now.items[month][0]
        table = _month(folder, name, file, before, month, suggester)
        found[month] = [write(f"{name}_suggestions/ym={month}", table), table.num_rows, file, models]
        tick(f"suggestions for {name}", number, len(asked))
    return found


def _month(folder: Path, name: str, file: str, before: Months, month: str, suggester: Suggester) -> pa.Table:
    """Judge the items of a month; what a model said of the same text of an item before is taken over."""
    texts = _texts(folder, name, file)
    known = _known(folder, name, before, month)
    rows = []
    for model in suggester.models:
        said: dict[int, Sequence[Word]] = {
            item: known[model, item, text]
            for item, (text, _ym) in texts.items()
            if (model, item, text) in known
        }
        new = [item for item in texts if item not in said]
        said |= dict(zip(new, suggester.judge(model, [texts[item][0] for item in new]), strict=True))
        rows += [
            {
                "item_type": name[:-1], "item_id": item, "ym": ym, "model": model, "level": level, "code": code,
                "probability": probability, "suggested": suggested,
            }
            for item, (_text, ym) in texts.items()
            for level, code, probability, suggested in said[item]
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMAS[f"{name}_suggestions"])


def _texts(folder: Path, name: str, file: str) -> dict[int, tuple[str, int | None]]:
    columns = pq.read_table(folder / file, columns=[f"{name[:-1]}_id", "text", "ym"]).to_pydict()
    each = zip(columns[f"{name[:-1]}_id"], columns["text"], columns["ym"], strict=True)
    return {item: (text or "", ym) for item, text, ym in each}


def _known(folder: Path, name: str, before: Months, month: str) -> dict[tuple[str, int, str], list[Word]]:
    """Return what was said of the texts of a month before, by model, item and text."""
    kept = before.words.get(month)
    if kept is None or not all((folder / file).exists() for file in (kept[0], kept[2])):
        return {}
    texts = _texts(folder, name, kept[2])
    found: dict[tuple[str, int, str], list[Word]] = {
        (model, item, text): [] for model in kept[3] for item, (text, _ym) in texts.items()
    }
    for row in pq.read_table(folder / kept[0]).to_pylist():
        key = (row["model"], row["item_id"], texts[row["item_id"]][0])
        found[key].append((row["level"], row["code"], row["probability"], row["suggested"]))
    return found
