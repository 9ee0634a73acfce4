"""Which texts are near-copies of which: an index that new texts join without the old ones being looked at again.

Bigrams of words, and of characters in scripts that put no spaces between words, become numbers at once; MinHash (Broder 1997)
in bands finds who may be alike, and the exact Jaccard index decides. All hashes are the same on every machine, so that an
index may be kept.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from tracker.analysis.hanzi import simplified
from tracker.analysis.segments import Numbers, Segment, Shingles, alike, joined

LEAST_ALIKE = 0.5
"""Jaccard index of the bigrams from which on two texts are near-copies."""
FEWEST_BIGRAMS = 6
"""A text of fewer bigrams is a copy only when it is the same: an index over so few says nothing."""
BANDS, ROWS = 25, 5
"""Two texts are compared when all rows of a band agree: 0.55 of pairs at an index of 0.5, 0.99 at 0.7, 0.06 at 0.3."""
METHOD = f"2: {LEAST_ALIKE} of bigrams, from {FEWEST_BIGRAMS} on; {BANDS} x {ROWS}"
"""Names the method: groups of another one are not these."""
_BLOCK = 40_000
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|@\w+")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_MOST_TOKENS = 1_000_000
_RANDOM = np.random.Generator(np.random.PCG64(7))
_FACTORS = _RANDOM.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_ADDED = _RANDOM.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
_BAND_FACTORS = _RANDOM.integers(1, 2**63, (BANDS, ROWS), dtype=np.uint64) | np.uint64(1)
_BAND_ADDED = _RANDOM.integers(0, 2**63, BANDS, dtype=np.uint64)
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a text belongs: the place of the first text of its group, and how far it is from that one (0 to 1)."""

    leader: int
    distance: float


class Index:
    """Texts in the order in which they came. A group is what is like its first text, and no chain of likenesses."""

    def __init__(self, segments: Sequence[Segment] = ()) -> None:
        self._segments = list(segments)
        self._hash_of: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many texts were added."""
        return sum(segment.texts for segment in self._segments)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What the index consists of; a segment never changes."""
        return tuple(self._segments)

    def add(self, texts: Sequence[str]) -> list[Placed]:
        """Add texts, and return the group of each; places count on from those added before."""
        placed: list[Placed] = []
        for start in range(0, len(texts), _BLOCK):
            placed += self._add_block(texts[start : start + _BLOCK])
        return placed

    def _add_block(self, texts: Sequence[str]) -> list[Placed]:
        first = len(self)
        tokens = [_tokens(text) for text in texts]
        words = np.array(
            [_hash(" ".join(found) or text) for found, text in zip(tokens, texts, strict=True)],
            dtype=np.uint64,
        )
        known = self._known(words)
        fresh = [place for place in _first_of_each(words) if place not in known]
        shingles = self._shingles([tokens[place] for place in fresh])
        decided, leading = self._decided(first, fresh, shingles)
        of_words = {int(words[place]): placed for place, placed in (*known.items(), *decided.items())}
        placed = [of_words[word] for word in words.tolist()]
        news = {word: of_words[word] for word in words[fresh].tolist()}
        self._keep(Segment.of(len(texts), news_of(news), leading))
        return placed

    def _keep(self, segment: Segment) -> None:
        """Add a segment, and join those that are not much larger than the ones behind them."""
        self._segments.append(segment)
        while len(self._segments) > 1 and self._segments[-2].texts < 2 * self._segments[-1].texts:
            last = self._segments.pop()
            self._segments.append(joined(self._segments.pop(), last))

    def _known(self, words: Numbers) -> dict[int, Placed]:
        """Return, by their places in the block, the texts that came word for word before."""
        found = {}
        for segment in self._segments:
            places, leaders, distances = segment.same(words)
            for place, leader, distance in zip(
                places.tolist(), leaders.tolist(), distances.tolist(), strict=True
            ):
                found[place] = Placed(leader, round(distance, 3))
        return found

    def _shingles(self, tokens: Sequence[Sequence[str]]) -> Shingles:
        """Return the distinct bigrams of each text as numbers."""
        if len(self._hash_of) > _MOST_TOKENS:
            self._hash_of.clear()
        known = self._hash_of
        numbers: list[int] = []
        for found in tokens:
            for token in found:
                if token not in known:
                    known[token] = _hash(token)
            numbers += [known[token] for token in found]
        lengths = np.array([len(found) for found in tokens], dtype=np.int64)
        hashes, text = np.array(numbers, dtype=np.uint64), np.repeat(np.arange(lengths.size), lengths)
        together = text[1:] == text[:-1]
        mixed = _mixed(hashes[:-1] * _FIRST + hashes[1:] * _SECOND)[together]
        return Shingles.of(text[:-1][together], mixed >> _HALF, lengths.size)

    def _decided(
        self, first: int, fresh: Sequence[int], shingles: Shingles
    ) -> tuple[dict[int, Placed], "_Leading"]:
        """Return where each new text belongs, and those that lead a group from now on."""
        keys = _band_keys(shingles)
        long = shingles.lengths >= FEWEST_BIGRAMS
        best = self._best(keys, shingles, long)
        met = _met_again(keys, long)
        buckets: defaultdict[int, list[int]] = defaultdict(list)
        decided: dict[int, Placed] = {}
        rows: list[int] = []
        for row, place in enumerate(fresh):
            index, leader = best.get(row, (0.0, 0))
            shared = met.get(row, [])
            for other in sorted({other for key in shared for other in buckets.get(key, ())}):
                likeness = jaccard(shingles.set_of(row), shingles.set_of(other))
                if likeness > index:
                    index, leader = likeness, first + fresh[other]
            if index >= LEAST_ALIKE:
                decided[place] = Placed(leader, round(1 - index, 3))
                continue
            decided[place] = Placed(first + place, 0.0)
            if long[row]:
                rows.append(row)
                for key in shared:
                    buckets[key].append(row)
        places = np.array([first + fresh[row] for row in rows], dtype=np.int64)
        return decided, _Leading(places, shingles.of_rows(rows), keys[rows])

    def _best(
        self, keys: Numbers, shingles: Shingles, long: npt.NDArray[np.bool_]
    ) -> dict[int, tuple[float, int]]:
        """Return for rows that are like an earlier leader the highest index and the first leader that has it."""
        best: dict[int, tuple[float, int]] = {}
        asked = np.flatnonzero(long)
        for segment in self._segments:
            rows, owners = segment.may_be_alike(keys[asked])
            rows = asked[rows]
            index = alike(shingles, rows, segment.shingles, owners)
            for row, value, leader in zip(
                rows.tolist(), index.tolist(), segment.leaders[owners].tolist(), strict=True
            ):
                if (value, -leader) > (best[row][0], -best[row][1]) if row in best else value >= LEAST_ALIKE:
                    best[row] = (value, leader)
        return best


@dataclass(frozen=True, slots=True)
class _Leading:
    """The leaders of a block: their places among all texts, their bigrams and their bands."""

    places: npt.NDArray[np.int64]
    shingles: Shingles
    keys: Numbers


def news_of(placed: dict[int, Placed]) -> tuple[Numbers, npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the hashes of texts with the leader of each and the distance from it."""
    return (
        np.array(list(placed), dtype=np.uint64),
        np.array([one.leader for one in placed.values()], dtype=np.int64),
        np.array([one.distance for one in placed.values()], dtype=np.float32),
    )


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of what two sets hold together that both hold."""
    both = len(one & other)
    together = len(one) + len(other) - both
    return both / together if together else 0.0


def _met_again(keys: Numbers, long: npt.NDArray[np.bool_]) -> dict[int, list[int]]:
    """Return for each row those of its bands that another row of the block has as well."""
    asked = np.flatnonzero(long)
    flat = keys[asked].ravel()
    order = np.argsort(flat, kind="stable")
    same = flat[order][1:] == flat[order][:-1]
    again = np.zeros(flat.size, dtype=np.bool_)
    again[order[1:][same]] = True
    again[order[:-1][same]] = True
    found: defaultdict[int, list[int]] = defaultdict(list)
    places = np.flatnonzero(again)
    rows = asked[places // BANDS]
    for row, key in zip(rows.tolist(), flat[places].tolist(), strict=True):
        found[row].append(key)
    return found


def _first_of_each(words: Numbers) -> Iterator[int]:
    seen: set[int] = set()
    for place, word in enumerate(words.tolist()):
        if word not in seen:
            seen.add(word)
            yield place


def _tokens(text: str) -> list[str]:
    """Return what is compared of a text: its words, or characters where no spaces part them; no address, no mention."""
    plain = _LEFT_OUT.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    return _TOKEN.findall(simplified(plain))


def _hash(words: str) -> int:
    return int.from_bytes(blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mixed(numbers: Numbers) -> Numbers:
    """Spread numbers over all bits (the last steps of MurmurHash3)."""
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    return numbers ^ (numbers >> _HALF)


def _band_keys(shingles: Shingles) -> Numbers:
    """Return texts x bands: what two texts have in common when all the MinHashes of a band agree."""
    keys = np.zeros((shingles.lengths.size, BANDS), dtype=np.uint64)
    spoken = np.flatnonzero(shingles.lengths)
    if not spoken.size:
        return keys
    numbers, starts = shingles.numbers.astype(np.uint64), shingles.starts[:-1][spoken]
    for band in range(BANDS):
        key = np.full(spoken.size, _BAND_ADDED[band], dtype=np.uint64)
        for row in range(ROWS):
            permutation = band * ROWS + row
            hashed = (numbers * _FACTORS[permutation] + _ADDED[permutation]) >> _HALF
            key += np.minimum.reduceat(hashed, starts) * _BAND_FACTORS[band, row]
        keys[spoken, band] = _mixed(key)
    return keys
