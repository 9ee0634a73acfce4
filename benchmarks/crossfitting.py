"""How often an interval holds the true share when the model behind it learnt from the very sample, on real headlines.

`python benchmarks/crossfitting.py --data FOLDER` prints the tables of docs/topics.md; FOLDER holds THUCNews titles and SIB-200
sentences. Nothing is asked of a network.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from topics import HEADLINES, SIB, examples, read

from tracker.analysis import crossfitting, prevalence
from tracker.analysis.codemodels import Given, Source, learn
from tracker.analysis.embedders import UniversalSentenceEncoder, one_thread, prepared

SEED, BATCHES, ITEMS, CODED = 20240701, 100, 1000, 100
CODES = {"politics": ("politics",), "economy": ("finance", "realty", "stocks")}


def main() -> int:
    """Run and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    folder = asked.parse_args().data
    titles = examples(read(folder / HEADLINES["THUCNews titles (10 classes)"][0]))
    random = np.random.default_rng(SEED)
    titles = [titles[place] for place in random.permutation(len(titles))[:4000]]
    texts = [prepared(one.text) for one in titles]
    matrix = UniversalSentenceEncoder().encode(texts)
    fold = np.array([crossfitting.fold_of(text) for text in texts])
    print("| code | judged by | covered (promised 95) | width | of the sample alone |\n|---|---|---|---|---|")
    for code, labels in CODES.items():
        truth = np.isin([one.label for one in titles], labels)
        for line in _covered(matrix, truth, fold, random):
            print(f"| {code}, {truth.mean():.0%} | {line}", flush=True)
    print(
        f"\nsentences of 129 characters a CPU second, judged by a model of two codes: {_speed(folder):,.0f}"
    )
    return 0


def _covered(
    matrix: np.ndarray, truth: np.ndarray, fold: np.ndarray, random: np.random.Generator
) -> list[str]:
    """Return a line for a model that judges what it learnt, and one for models that judge other folds."""
    found: dict[str, list[tuple[bool, float]]] = {"what learnt from it": [], "what did not": []}
    alone = []
    for _ in range(BATCHES):
        drawn = random.choice(len(truth), ITEMS, replace=False)
        features, gave, mine = matrix[drawn], truth[drawn], fold[drawn]
        given = gave[:CODED, None]
        with one_thread():
            within = crossfitting.fit(features[:CODED], given).chances(features)[:, 0]
        lines = crossfitting.fit_folds(features[:CODED], given, mine[:CODED])
        across = crossfitting.judged(features, mine, lines)[:, 0]
        for name, said in zip(found, (within, across), strict=True):
            interval = prevalence.with_model(
                gave[:CODED].tolist(), said[:CODED].tolist(), float(said.mean()), ITEMS
            ).interval
            found[name].append(
                (interval.lower <= gave.mean() <= interval.upper, interval.upper - interval.lower)
            )
        sample = prevalence.of_sample(int(given.sum()), CODED, ITEMS).interval
        alone.append(sample.upper - sample.lower)
    return [
        f"{name} | {np.mean([held for held, _ in rows]):.0%} | {np.mean([width for _, width in rows]):.2f} | {np.mean(alone):.2f} |"
        for name, rows in found.items()
    ]


def _speed(folder: Path) -> float:
    """Return how many sentences a CPU second a trained model judges, vectors and all."""
    rows = [one for one in examples(read(folder / SIB)) if one.language == "en"]
    given = [
        Given(
            one.text,
            frozenset([one.label] if one.label in ("politics", "sports") else []),
            frozenset([one.label]),
            "en",
        )
        for one in rows[:200]
    ]
    embedder = UniversalSentenceEncoder()
    model = learn(given, Source(1, "0" * 64, (1,), {}, {}), embedder)
    model.chances(["one to load it"], embedder)
    started = time.process_time()
    model.chances([one.text for one in rows[200:600]], embedder)
    return 400 / (time.process_time() - started)


if __name__ == "__main__":
    sys.exit(main())
