"""A model of the codes of one version of the codebook, learnt from what people gave: a suggestion, never a coding.

Logistic regression for each code by itself, on the vectors of a frozen model of many languages or on characters. There
are five of them, and each text is judged by the one that did not learn from its fold (`crossfitting`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from tracker.analysis.characters import NAME as CHARACTERS
from tracker.analysis.characters import NOTE, SHA256, VERSION, Characters
from tracker.analysis.creatives import grouped
from tracker.analysis.crossfitting import FOLDS, Floats, Ints, Line, Marks, fit, fold_of, judged, learnable
from tracker.analysis.embedders import Embedder, fingerprint, one_thread, prepared
from tracker.analysis.modelscores import ModelScores, Variable, dealt, scored
from tracker.errors import BadInput, ConfigError

SEED = 20240701
FEWEST_ITEMS, FEWEST_OF_A_CODE = 30, 8
"""Coded items below which there is no model, and items with a code below which the code is not learnt."""
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Given:
    """An item that people coded: its top-level codes and its codes as given, both empty where no code fits."""

    text: str
    top: frozenset[str]
    fine: frozenset[str]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where what was learnt came from: the version of the codebook, the samples, and what was left out and why."""

    codebook_version: int
    codebook_sha256: str
    samples: tuple[int, ...]
    by_selection: Mapping[str, int]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is: what it learnt from, with what, and how well it met what it had not learnt.

    `items` counts items with words, `wordless` those without; `by_code` how many carry each code, as given and by its
    top-level code; `not_learnt` are codes of too few items. `keywords` is the macro-F1 of the keyword rules on the same items.
    """

    source: Source
    embedder: str
    embedder_version: str
    embedder_sha256: str
    seed: int
    folds: int
    items: int
    wordless: int
    by_language: Mapping[str, int]
    by_code: Mapping[str, int]
    not_learnt: tuple[str, ...]
    training_sha256: str
    scores: ModelScores
    keywords: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What was learnt from all folds but one; `characters` are the features where there is no embedder."""

    line: Line
    characters: Characters | None = None


@dataclass(frozen=True, slots=True)
class CodeModel:
    """A model with its card; `thresholds` stand in the order of `variables`, `parts` in that of folds."""

    card: Card
    variables: tuple[Variable, ...]
    thresholds: tuple[float, ...]
    parts: tuple[Part, ...]

    def chances(self, texts: Sequence[str | None], embedder: Embedder | None) -> Floats:
        """Return texts x variables: how likely each is; NaN for a text without words.

        No text is judged by what learnt from its fold. Raise `ConfigError` for another embedder than the model's.
        """
        self.check(embedder)
        found = np.full((len(texts), len(self.variables)), np.nan)
        for start in range(0, len(texts), BATCH):
            words = [prepared(text) for text in texts[start : start + BATCH]]
            fold = np.array([-1 if (one := fold_of(text)) is None else one for text in words], dtype=np.int64)
            spoken = np.flatnonzero(fold >= 0)
            if spoken.size:
                chosen = [words[place] for place in spoken]
                with one_thread():
                    found[start + spoken] = _judged(chosen, fold[spoken], self.parts, embedder)
        return found

    def margins(self, chance: Floats) -> Floats:
        """Return how far each text is from being judged otherwise: the least distance of a top-level code from its threshold."""
        tops = np.flatnonzero([level == "top" for level, _ in self.variables])
        distances: Floats = np.abs(chance[:, tops] - np.array(self.thresholds)[tops]).min(axis=1)
        return distances

    def check(self, embedder: Embedder | None) -> None:
        """Raise `ConfigError` unless this is the embedder that the model learnt with."""
        name, version, digest = described(embedder)
        card = self.card
        if (name, digest) != (card.embedder, card.embedder_sha256):
            raise ConfigError(
                f"the model learnt with {card.embedder} {card.embedder_version} ({card.embedder_sha256[:12]}), and {name} "
                f"{version} ({digest[:12]}) is here; train again with `tracker suggest train`"
            )


def learn(
    given: Sequence[Given],
    source: Source,
    embedder: Embedder | None,
    *,
    keywords: Callable[[Sequence[Given], Sequence[str]], float | None] = lambda _given, _codes: None,
    seed: int = SEED,
) -> CodeModel:
    """Learn the codes that enough items carry; raise `BadInput` where there is too little to learn from.

    `keywords` returns the macro-F1 of the keyword rules for the top-level codes that were learnt.
    """
    spoken = [one for one in given if prepared(one.text)]
    if len(spoken) < FEWEST_ITEMS:
        none = f" ({len(given) - len(spoken)} more hold no word)" if len(given) > len(spoken) else ""
        raise BadInput(
            f"{len(spoken)} coded items with words{none}; a model needs {FEWEST_ITEMS} or more: code on first"
        )
    texts = [prepared(one.text) for one in spoken]
    fold = np.array([fold_of(text) for text in texts], dtype=np.int64)
    variables, marks, few = _variables(spoken, fold)
    with one_thread():
        matrix = embedder.encode(texts) if embedder else None
        parts = tuple(_part(texts, matrix, marks, np.flatnonzero(fold != number)) for number in range(FOLDS))
        scores = _scores(spoken, variables, marks, matrix, seed)
    tops = [code for level, code in variables if level == "top"]
    name, version, digest = described(embedder)
    card = Card(
        source=source, embedder=name, embedder_version=version, embedder_sha256=digest, seed=seed, folds=FOLDS,
        items=len(spoken), wordless=len(given) - len(spoken),
        by_language=dict(sorted(Counter(one.language or "und" for one in spoken).items())),
        by_code=dict(sorted(Counter(code for one in spoken for code in one.top | one.fine).items())),
        not_learnt=few, training_sha256=_digest(spoken), scores=scores, keywords=keywords(spoken, tops),
        notes=tuple(_notes(spoken, embedder)),
    )  # fmt: skip
    return CodeModel(card, variables, tuple(one.threshold for one in scores.by_code), parts)


def described(embedder: Embedder | None) -> tuple[str, str, str]:
    """Return the name, the version and the SHA-256 of what turns texts into features."""
    if embedder is None:
        return CHARACTERS, VERSION, SHA256
    return embedder.name, embedder.version, fingerprint(embedder)


def _variables(given: Sequence[Given], fold: Ints) -> tuple[tuple[Variable, ...], Marks, tuple[str, ...]]:
    """Return what can be learnt, items x what can, and the codes of which there is too little; raise `BadInput` for nothing."""
    wanted: list[Variable] = [("top", code) for code in sorted({code for one in given for code in one.top})]
    wanted += [("fine", code) for code in sorted({code for one in given for code in one.fine})]
    marks = np.array(
        [[code in (one.top if level == "top" else one.fine) for level, code in wanted] for one in given],
        dtype=np.bool_,
    ).reshape(len(given), len(wanted))
    fits = learnable(marks, fold) & (marks.sum(axis=0) >= FEWEST_OF_A_CODE)
    kept = np.flatnonzero(fits)
    if not any(wanted[place][0] == "top" for place in kept):
        raise BadInput(_too_little(wanted, marks))
    few = tuple(dict.fromkeys(wanted[place][1] for place in np.flatnonzero(~fits)))
    return tuple(wanted[place] for place in kept), marks[:, kept], few


def _too_little(wanted: Sequence[Variable], marks: Marks) -> str:
    tops = {code: int(marks[:, place].sum()) for place, (level, code) in enumerate(wanted) if level == "top"}
    if not tops:
        return f"none of the {len(marks)} coded items carries a code; a model needs items with a code and without"
    if len(tops) == 1 and sum(tops.values()) == len(marks):
        return f"every coded item carries {next(iter(tops))!r}; a model needs items with a code and without"
    counts = ", ".join(f"{code}: {count} of {len(marks)}" for code, count in tops.items())
    return (
        f"no top-level code can be learnt ({counts}); a model needs a code on {FEWEST_OF_A_CODE} items or more that are not "
        "copies of one text, and items without it: code on first"
    )


def _part(texts: Sequence[str], matrix: Any, marks: Marks, others: Ints) -> Part:
    """Return what is learnt from some of the items, the features of characters included."""
    if matrix is not None:
        return Part(fit(matrix[others], marks[others]))
    chosen = [texts[place] for place in others]
    characters = Characters.of(chosen)
    return Part(fit(characters.matrix(chosen), marks[others]), characters)


def _scores(
    given: Sequence[Given], variables: Sequence[Variable], marks: Marks, matrix: Any, seed: int
) -> ModelScores:
    """Score by a cross-validation of its own, whose folds hold every code alike and keep near-copies together."""
    texts = [prepared(one.text) for one in given]
    fold = dealt(marks, [placed.leader for placed in grouped(texts)], folds=FOLDS, seed=seed)
    chance = np.zeros(marks.shape)
    for number in range(FOLDS):
        inside, others = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        hits = marks[others].sum(axis=0)
        taught = np.flatnonzero((hits > 0) & (hits < others.size))
        if not inside.size or not taught.size:
            continue
        part = _part(texts, matrix, marks[:, taught], others)
        chance[np.ix_(inside, taught)] = _chances(texts, matrix, inside, part)
    return scored(variables, marks, chance, fold, [one.language for one in given])


def _chances(texts: Sequence[str], matrix: Any, inside: Ints, part: Part) -> Floats:
    if part.characters is None:
        return part.line.chances(matrix[inside])
    return part.line.chances(part.characters.matrix([texts[place] for place in inside]))


def _judged(words: Sequence[str], fold: Ints, parts: Sequence[Part], embedder: Embedder | None) -> Floats:
    if embedder is not None:
        return judged(embedder.encode(words), fold, [part.line for part in parts])
    found = np.zeros((len(words), len(parts[0].line.bias)))
    for number, part in enumerate(parts):
        inside = np.flatnonzero(fold == number)
        if inside.size:
            found[inside] = _chances(words, None, inside, part)
    return found


def _notes(given: Iterable[Given], embedder: Embedder | None) -> list[str]:
    if embedder is None:
        return [NOTE]
    spoken = {one.language for one in given if one.language and one.language != "und"}
    strange = sorted(one for one in spoken if not {one, one.partition("-")[0].lower()} & embedder.languages)
    return (
        [f"{embedder.name} was not made for {', '.join(strange)}: its vectors say little there."]
        if strange
        else []
    )


def _digest(given: Sequence[Given]) -> str:
    digest = sha256()
    for one in given:
        for part in (one.text, *sorted(one.top), "", *sorted(one.fine), ""):
            body = part.encode("utf-8", "surrogatepass")
            digest.update(len(body).to_bytes(8, "big") + body)
    return digest.hexdigest()
