"""Models of codes at the desk: trained on what people coded, kept with their card, used under their own codebook only."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.analysis import embedders, languages, modelfiles
from tracker.analysis.codemodels import CodeModel, Given, Source, learn
from tracker.analysis.crossfitting import Floats
from tracker.analysis.embedders import Embedder, Vectors
from tracker.analysis.keywords import KeywordCoder
from tracker.analysis.modelscores import macro
from tracker.codebooks import newest
from tracker.domain import Codebook
from tracker.errors import BadInput, ConfigError
from tracker.registry import codebooks as rules
from tracker.registry import settling
from tracker.settings import Settings
from tracker.store import codebooks, codings, items, models, suspects
from tracker.store.claims import Row
from tracker.store.engine import unit_of_work
from tracker.store.lake_suggestions import NO_MODEL, Suggester, Word

LEAST_KEPT = 0.05
"""Probabilities below this are 0 in the lake, for items that people coded as for others."""
MARGIN_AMONG = 5000
"""Items, drawn by chance, among which the model chooses what it would learn most from."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What training did: the model and its score; not `new` where the codings gave the very model that is in use."""

    model: str
    digest: str
    codebook_version: int
    new: bool
    items: int
    macro_f1: float | None
    keywords: float | None
    not_learnt: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A code that the model in use finds likely enough to suggest, with how likely it is."""

    code: str
    probability: float


def train(engine: Engine, settings: Settings, *, features: str | None, by: str, now: datetime) -> Trained:
    """Learn the codes of the codebook in force from what people coded and settled, and keep the model with its card.

    `features` is `use`, `e5` or `tfidf`, without a wish the best that is installed. Raise `BadInput` where there is too
    little to learn from, `ConfigError` for a model of languages that is not installed.
    """
    embedder = _chosen(features)
    with Session(engine) as session:
        book = newest(session)
        said, source = _said(session, book)
        texts = _texts(session, said)
    told = _languages(settings, list(texts.values()))
    top = rules.tops(book)
    given = [
        Given(text, frozenset(top[code] for code in said[item]), frozenset(said[item]), language)
        for (item, text), language in zip(texts.items(), told, strict=True)
    ]
    made = learn(given, source, embedder, keywords=partial(_by_keywords, book))
    body = modelfiles.to_bytes(made)
    digest = hashlib.sha256(body).hexdigest()
    card = made.card
    with unit_of_work(engine) as session:
        kept = _in_use(session)
        new = kept is None or kept["digest"] != digest
        if new:
            values = {
                "version": book.version, "digest": digest, "embedder": card.embedder, "items": card.items,
                "macro_f1": card.scores.overall.macro_f1, "at": now, "by": by,
            }  # fmt: skip
            models.add(session, values, body)
            suspects.add_audit(
                session, actor=by, action="trained", subject=f"model:{digest[:12]}", at=now,
                details={"codebook": str(book.version), "items": str(card.items)},
            )  # fmt: skip
        name = models.listed(session)[0]["model"] if new else (kept or {})["model"]
    return Trained(
        name, digest, book.version, new, card.items, card.scores.overall.macro_f1, card.keywords, card.not_learnt,
        card.notes,
    )  # fmt: skip


def listed(engine: Engine) -> list[Row]:
    """Return the models, the latest first: `model`, `digest`, `version`, `embedder`, `items`, `macro_f1`, `at`, `by`, `state`."""
    with Session(engine) as session:
        return models.listed(session)


def card(engine: Engine, wanted: str | None = None) -> Row:
    """Return the card of a model with when and by whom it was trained: of the latest one, or of that with such a hash.

    Raise `BadInput` where there is none, or several begin so.
    """
    with Session(engine) as session:
        rows = [row for row in models.listed(session) if wanted is None or row["digest"].startswith(wanted)]
        if not rows:
            none = "no model was trained yet; run `tracker suggest train`"
            raise BadInput(
                none if wanted is None else f"no model has a hash that begins with {wanted[:64]!r}"
            )
        if wanted and len({row["digest"] for row in rows}) > 1:
            raise BadInput(f"{len(rows)} models have a hash that begins with {wanted!r}; give more of it")
        row = rows[0]
        read = modelfiles.from_bytes(models.body(session, row))
    about = {name: row[name] for name in ("model", "digest", "state", "by")}
    return {**about, "trained_at": row["at"].isoformat(timespec="seconds"), **asdict(read.card)}


def suggester(engine: Engine) -> Suggester:
    """Return whose suggestions the lake holds: those of the model in use, and of the one before it under this codebook.

    None where the embedder of a model is not installed or another one: then the lake holds nothing of it.
    """
    with Session(engine) as session:
        rows = [row for row in models.listed(session) if row["state"] in (models.IN_USE, models.FORMER)][:2]
        if not rows:
            return NO_MODEL
        bodies = {row["model"]: models.body(session, row) for row in rows}
    usable = {name: modelfiles.from_bytes(body) for name, body in bodies.items()}
    loaded = {name: (model, found) for name, model in usable.items() if (found := _fitting(model))}
    if not loaded:
        return NO_MODEL
    shared = {found.name: found for _, found in loaded.values()}

    def judge(name: str, texts: Sequence[str]) -> list[list[Word]]:
        model, found = loaded[name]
        return _words(model, model.chances(texts, shared[found.name].embedder))

    return Suggester(tuple(loaded), judge)


@dataclass(frozen=True, slots=True)
class Judge:
    """The model in use, ready to judge; `name` is what stands beside its suggestions, `tops` the codes' top-level codes."""

    name: str
    model: CodeModel
    embedder: Embedder | None
    tops: Mapping[str, str]

    def suggest(self, text: str | None) -> tuple[Suggested, ...]:
        """Return what is suggested for a text, the likeliest first; of a top-level code and a finer one the finer."""
        chance = self.model.chances([text], self.embedder)[0]
        found = {
            (level, code): float(chance[place])
            for place, (level, code) in enumerate(self.model.variables)
            if chance[place] >= self.model.thresholds[place]
        }
        fine = {code: likely for (level, code), likely in found.items() if level == "fine"}
        held = {self.tops.get(code, code) for code in fine}
        tops = {
            code: likely for (level, code), likely in found.items() if level == "top" and code not in held
        }
        ranked = sorted((tops | fine).items(), key=lambda one: (-one[1], one[0]))
        return tuple(Suggested(code, likely) for code, likely in ranked)

    def margins(self, texts: Sequence[tuple[int, str]]) -> list[int]:
        """Return ids in the order in which the model would learn most from them, copies of a text left out.

        Of very many a part that chance drew is looked at. What holds no word comes last.
        """
        first: dict[str, int] = {}
        for item, text in texts:
            first.setdefault(embedders.prepared(text).casefold(), item)
        free = [(item, text) for text, item in first.items()]
        if len(free) > MARGIN_AMONG:
            drawn = np.random.default_rng(self.model.card.seed).permutation(len(free))[:MARGIN_AMONG]
            free = [free[place] for place in sorted(drawn.tolist())]
        distance = self.model.margins(self.model.chances([text for _, text in free], self.embedder))
        return [free[place][0] for place in np.argsort(distance, kind="stable")]


def name_in_use(engine: Engine) -> str | None:
    """Return the name of the model that was trained last under the codebook in force, or `None`."""
    with Session(engine) as session:
        row = _in_use(session)
    return row["model"] if row else None


def judge_in_use(engine: Engine) -> Judge | None:
    """Return the model that was trained under the codebook in force; `None` without one, or without its embedder."""
    with Session(engine) as session:
        row = _in_use(session)
        if row is None:
            return None
        model, tops = modelfiles.from_bytes(models.body(session, row)), rules.tops(newest(session))
    found = _fitting(model)
    return Judge(row["model"], model, found.embedder, tops) if found else None


def asked_judge(engine: Engine) -> Judge:
    """Return the model in use; raise `ConfigError` with what to do where there is none."""
    found = judge_in_use(engine)
    if found is None:
        raise ConfigError(
            "no model of the codebook in force can be used here: code a random sample first, then run `tracker suggest "
            "train` (with the extra that it learnt with)"
        )
    return found


@dataclass(slots=True)
class _Last:
    """An embedder that keeps the vectors of the last texts: two models that judge the same texts encode them once."""

    name: str
    version: str
    dim: int
    languages: frozenset[str]
    files: Mapping[str, str]
    _encode: Callable[[Sequence[str]], Vectors]
    _last: tuple[list[str], Vectors] | None = field(default=None)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `dim` numbers for each text."""
        if self._last is None or self._last[0] != list(texts):
            self._last = (list(texts), self._encode(texts))
        return self._last[1]


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    embedder: Embedder | None


def _fitting(model: CodeModel) -> _Found | None:
    """Return the embedder that a model learnt with; `None` where it is not installed, or is another one."""
    name = model.card.embedder
    try:
        make = embedders.BY_NAME.get(name)
        one = make() if make else None
        model.check(one)
    except ConfigError:
        return None
    if one is None:
        return _Found(name, None)
    return _Found(name, _Last(one.name, one.version, one.dim, one.languages, one.files, one.encode))


def _chosen(features: str | None) -> Embedder | None:
    if features == "tfidf" or (features is None and not embedders.installed()):
        return None
    return embedders.EMBEDDERS[features or "use"]()


def _in_use(session: Session) -> Row | None:
    return next((row for row in models.listed(session) if row["state"] == models.IN_USE), None)


def _said(session: Session, book: Codebook) -> tuple[dict[codings.Item, tuple[str, ...]], Source]:
    """Return the codes of the items that a model may learn from, and where they came from.

    These are items of samples, drawn by chance or chosen for training, on which people do not differ; what a third person
    settled comes first. An item of both kinds counts as chance drew it.
    """
    books, rulings = codebooks.kept(session), codings.rulings(session)
    drawn = {item: rows for item, rows in codings.heard(session).items() if _by_chance(rows)}
    chosen = {item: rows for item, rows in codings.heard(session, ("training",)).items() if item not in drawn}
    said: dict[codings.Item, tuple[str, ...]] = {}
    left_out: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    numbers: set[int] = set()
    for item, rows in sorted((drawn | chosen).items()):
        state = settling.settled(settling.voices(rows, books), settling.ruling(rulings.get(item), books))
        if state is None:
            left_out["to be recoded"] += 1
        elif state.how == "open":
            left_out["coders differ"] += 1
        elif state.state == "not_codable":
            left_out["not codable"] += 1
        else:
            said[item] = state.codes
            kinds["random" if item in drawn else "training"] += 1
            numbers |= {row["sample_id"] for row in rows if row["sample_id"] is not None}
    source = Source(
        book.version, rules.digest(book), tuple(sorted(numbers)), dict(sorted(kinds.items())),
        dict(sorted(left_out.items())),
    )  # fmt: skip
    return said, source


def _by_chance(rows: Sequence[Row]) -> bool:
    return any(row["selection"] == "random" for row in rows)


def _texts(session: Session, said: Mapping[codings.Item, object]) -> dict[codings.Item, str]:
    found: dict[codings.Item, str] = {}
    for item_type in ("ad", "post"):
        ids = [number for kind, number in said if kind == item_type]
        found |= {
            (item_type, number): text or ""
            for number, text in sorted(items.texts(session, item_type, ids).items())
        }
    return found


def _languages(settings: Settings, texts: Sequence[str]) -> list[str | None]:
    """Return the language of each text where that is told."""
    codes = settings.language_codes
    if not codes or not languages.installed():
        return [None] * len(texts)
    return [found.language for found in languages.Detector(codes).detect(texts)]


def _by_keywords(book: Codebook, given: Sequence[Given], codes: Sequence[str]) -> float | None:
    """Return the macro-F1 of the keyword rules on the same items, for the same top-level codes."""
    coder = KeywordCoder(book)
    found = [{match.parent for match in coder.code(one.text)} for one in given]
    gave = np.array([[code in one.top for code in codes] for one in given], dtype=np.bool_)
    said = np.array([[code in one for code in codes] for one in found], dtype=np.bool_)
    return macro(gave, said).macro_f1


def _words(model: CodeModel, chance: Floats) -> list[list[Word]]:
    """Return what is kept of the probabilities of each text; nothing of one without words."""
    found: list[list[Word]] = []
    for row in chance:
        words: list[Word] = [
            (level, code, round(float(row[place]), 4), bool(row[place] >= model.thresholds[place]))
            for place, (level, code) in enumerate(model.variables)
            if row[place] >= LEAST_KEPT
        ]
        spoken = not np.isnan(row).any()
        found.append(words if words or not spoken else [("top", None, None, False)])
    return found
