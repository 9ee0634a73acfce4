"""A model of codes as a file of JSON: numbers, words and nothing that could run, the same bytes for the same model."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from tracker.analysis.characters import MOST, Characters
from tracker.analysis.codemodels import Card, CodeModel, Part
from tracker.analysis.crossfitting import FOLDS, Line, Singles
from tracker.analysis.modelscores import Variable
from tracker.errors import ConfigError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class _Part:
    weights: str
    bias: str
    terms: tuple[str, ...]
    idf: str


@dataclass(frozen=True, slots=True)
class _File:
    format: Literal[1]
    card: Card
    variables: tuple[Variable, ...]
    thresholds: tuple[float, ...]
    parts: tuple[_Part, ...]


_READER = TypeAdapter(_File)


def to_bytes(model: CodeModel) -> bytes:
    """Return a model as JSON; coefficients are 32-bit numbers, little end first, in base 64."""
    file = {
        "format": FORMAT,
        "card": asdict(model.card),
        "variables": model.variables,
        "thresholds": model.thresholds,
        "parts": [asdict(_kept(part)) for part in model.parts],
    }
    return json.dumps(file, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def from_bytes(body: bytes) -> CodeModel:
    """Read what `to_bytes` wrote; raise `ConfigError` for anything else. Nothing in it is ever run."""
    try:
        file = _READER.validate_json(body)
        parts = tuple(_part(part, len(file.variables)) for part in file.parts)
    except (ValidationError, ValueError, binascii.Error) as error:
        raise ConfigError(f"this is no model of codes: {_first_line(error)}") from error
    if len(parts) != FOLDS or len(file.thresholds) != len(file.variables) or not file.variables:
        raise ConfigError("this is no model of codes: its parts do not fit together")
    return CodeModel(file.card, file.variables, file.thresholds, parts)


def card_of(body: bytes) -> dict[str, Any]:
    """Return the card of a model as values that JSON can hold."""
    return asdict(from_bytes(body).card)


def _kept(part: Part) -> _Part:
    characters = part.characters
    return _Part(
        weights=_text(part.line.weights),
        bias=_text(part.line.bias),
        terms=characters.terms if characters else (),
        idf=_text(characters.idf) if characters else "",
    )


def _part(part: _Part, variables: int) -> Part:
    bias, weights = _numbers(part.bias), _numbers(part.weights)
    if bias.size != variables or weights.size % variables:
        raise ValueError(f"{bias.size} and {weights.size} numbers for {variables} codes")
    line = Line(weights.reshape(variables, -1), bias)
    if not part.terms:
        return Part(line)
    idf = _numbers(part.idf)
    if len(part.terms) > MOST or not len(part.terms) == idf.size == line.weights.shape[1]:
        raise ValueError(f"{len(part.terms)} terms for {line.weights.shape[1]} features")
    return Part(line, Characters(part.terms, idf))


def _text(numbers: Singles) -> str:
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode("ascii")


def _numbers(text: str) -> Singles:
    found = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float32)
    if not np.isfinite(found).all():
        raise ValueError("a number that is none")
    return found


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
