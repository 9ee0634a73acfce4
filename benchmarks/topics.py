"""Macro-F1 of suggestions by language and number of coded items, the model of languages beside TF-IDF.

    python benchmarks/topics.py --data FOLDER [--draws 3] [--e5]

FOLDER holds the labelled sets that docs/topics.md names. Prints the tables of that page. `--e5` adds the slower model.
"""

import argparse
import csv
import gzip
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from tracker.analysis.embedders import Embedder, MultilingualE5, Remembering, UniversalSentenceEncoder
from tracker.analysis.suggest import Example, macro_f1, train

SIZES: tuple[int | None, ...] = (8, 32, None)
SIB = "sib200_15langs_train_dev.csv.gz"
SIB_LANGUAGES = [
    "en",
    "zh",
    "zh-Hant",
    "es",
    "fr",
    "ar",
    "ru",
    "pt",
    "de",
    "ja",
    "ko",
    "id",
    "sw",
    "ur",
    "vi",
]
HEADLINES = {
    "THUCNews titles (10 classes)": ("thucnews_titles_zh_dev.csv.gz", "text", "zh"),
    "MasakhaNEWS headlines (7)": ("masakhanews_eng_dev.csv.gz", "headline", "en"),
    "MasakhaNEWS headlines (5)": ("masakhanews_fra_dev.csv.gz", "headline", "fr"),
}
Make = Callable[[], Embedder | None]


def main() -> int:
    """Print both tables and how fast each model was."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--draws", type=int, default=3)
    arguments.add_argument("--e5", action="store_true")
    given = arguments.parse_args()
    models: dict[str, Embedder | None] = {"USE": Remembering(UniversalSentenceEncoder()), "TF-IDF": None}
    if given.e5:
        models["e5"] = Remembering(MultilingualE5())
    print_table("trained on English only", across(given.data), models, given.draws)
    print_table("trained on the same language", within(given.data), models, given.draws)
    print_speed(given.data, models)
    return 0


def across(folder: Path) -> Iterator[tuple[str, list[Example], list[Example]]]:
    """Yield each language with the English training part and its own test part."""
    rows = list(read(folder / SIB))
    english = examples(row for row in rows if row["lang"] == "en" and row["split"] == "train")
    for language in SIB_LANGUAGES:
        unseen = [row for row in rows if row["lang"] == language and row["split"] != "train"]
        yield f"SIB-200 (7) | {language}", english, examples(unseen)


def within(folder: Path) -> Iterator[tuple[str, list[Example], list[Example]]]:
    """Yield each set in one language, half of it to learn from where it is not split."""
    rows = list(read(folder / SIB))
    for language in SIB_LANGUAGES:
        mine = [row for row in rows if row["lang"] == language]
        parts = ([row for row in mine if (row["split"] == "train") is learnt] for learnt in (True, False))
        learnt, unseen = (examples(part) for part in parts)
        yield f"SIB-200 (7) | {language}", learnt, unseen
    for name, (file, column, language) in HEADLINES.items():
        shuffled = examples(read(folder / file), column)
        np.random.default_rng(0).shuffle(shuffled)  # type: ignore[arg-type]
        half = min(len(shuffled) // 2, 2000)
        yield f"{name} | {language}", shuffled[:half], shuffled[half : 2 * half]


def print_table(
    title: str,
    sets: Iterable[tuple[str, list[Example], list[Example]]],
    models: dict[str, Embedder | None],
    draws: int,
) -> None:
    """Print a row for each set: macro-F1 of each model at each number of items a class."""
    sizes = [f"{size or 'all'} {model}" for size in SIZES for model in models]
    print(f"\n{title}\n\n| set (classes) | language | {' | '.join(sizes)} |")
    print(f"|---|---|{'---|' * len(sizes)}")
    for name, learnt, unseen in sets:
        cells = [
            f"{score(learnt, unseen, size, embedder, draws):.2f}"
            for size in SIZES
            for embedder in models.values()
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def score(
    learnt: Sequence[Example],
    unseen: Sequence[Example],
    size: int | None,
    embedder: Embedder | None,
    draws: int,
) -> float:
    """Return the mean macro-F1 over draws of `size` items a class; of all there is one draw."""
    found = []
    for draw in range(draws if size else 1):
        chosen = drawn(learnt, size, seed=draw) if size else learnt
        suggested = train(chosen, embedder).suggest([example.text for example in unseen])
        pairs = zip(unseen, suggested, strict=True)
        found.append(macro_f1((example.label, suggestion.label) for example, suggestion in pairs))
    return sum(found) / len(found)


def drawn(learnt: Sequence[Example], size: int, *, seed: int) -> list[Example]:
    """Return at most `size` examples of each label, drawn at random."""
    by_label: defaultdict[str, list[Example]] = defaultdict(list)
    for example in learnt:
        by_label[example.label].append(example)
    random = np.random.default_rng(seed)
    return [
        rows[place] for _, rows in sorted(by_label.items()) for place in random.permutation(len(rows))[:size]
    ]


def print_speed(folder: Path, models: dict[str, Embedder | None]) -> None:
    """Print how many texts a CPU second each model suggests for, its vectors not known beforehand."""
    english = examples(row for row in read(folder / SIB) if row["lang"] == "en")
    titles = examples(read(folder / HEADLINES["THUCNews titles (10 classes)"][0]))[:1000]
    print("\n| model | sentences of 129 characters | Chinese titles of 19 |\n|---|---|---|")
    fresh: dict[str, Make] = {"USE": UniversalSentenceEncoder, "TF-IDF": lambda: None, "e5": MultilingualE5}
    for name in models:
        speeds = []
        for rows in (english, titles):
            suggester = train(rows[:200], fresh[name]())
            suggester.suggest(["one to load it"])
            started = time.process_time()
            suggester.suggest([example.text for example in rows[200:500]])
            speeds.append(300 / (time.process_time() - started))
        print(f"| {name} | {speeds[0]:,.0f} | {speeds[1]:,.0f} |")


def read(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a gzipped CSV."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def examples(rows: Iterable[dict[str, str]], column: str = "text") -> list[Example]:
    """Return rows as examples."""
    return [Example(row[column], row["label"], row.get("lang")) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
