"""A part of an index of near-copies: sorted arrays that are searched, joined and kept, and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
_PAIRS_AT_ONCE = 200_000
_ARRAYS = ("words", "leader_of", "distance_of", "leaders", "keys", "owners")


@dataclass(frozen=True, slots=True)
class Shingles:
    """The distinct bigrams of texts as sorted numbers: those of text i are `numbers[starts[i]:starts[i + 1]]`."""

    starts: Ints
    numbers: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, text: Ints, numbers: Numbers, texts: int) -> "Shingles":
        """Sort the numbers (under 2**32) of each text, and leave out those that it has twice."""
        each = np.sort((text.astype(np.uint64) << np.uint64(32)) | numbers)
        each = each[np.concatenate([np.ones(min(1, each.size), dtype=np.bool_), each[1:] != each[:-1]])]
        lengths = np.bincount((each >> np.uint64(32)).astype(np.int64), minlength=texts)
        return cls(_starts(lengths), (each & np.uint64(0xFFFFFFFF)).astype(np.uint32))

    @property
    def lengths(self) -> Ints:
        """How many bigrams each text has."""
        return np.diff(self.starts)

    def set_of(self, row: int) -> frozenset[int]:
        """Return the bigrams of a text."""
        return frozenset(self.numbers[self.starts[row] : self.starts[row + 1]].tolist())

    def of_rows(self, rows: "Ints | list[int]") -> "Shingles":
        """Return those of some texts, in the order given."""
        chosen = np.asarray(rows, dtype=np.int64)
        lengths = self.lengths[chosen]
        return Shingles(_starts(lengths), self.numbers[_spread(self.starts[chosen], lengths)])


class _Leaders(Protocol):
    """Texts that lead a group, with their bands."""

    @property
    def places(self) -> Ints: ...
    @property
    def shingles(self) -> Shingles: ...
    @property
    def keys(self) -> Numbers: ...


@dataclass(frozen=True, slots=True)
class Segment:
    """Texts that were added together: `words` are the sorted hashes of the different ones, with leader and distance of each.

    `leaders` are places among all texts, `keys` the sorted bands of these leaders and `owners` whose they are.
    """

    NAMES: ClassVar = (*_ARRAYS, "texts", "starts", "numbers")
    """What `arrays` returns."""

    texts: int
    words: Numbers
    leader_of: Ints
    distance_of: npt.NDArray[np.float32]
    leaders: Ints
    shingles: Shingles
    keys: Numbers
    owners: npt.NDArray[np.int32]

    @classmethod
    def of(
        cls, texts: int, news: tuple[Numbers, Ints, npt.NDArray[np.float32]], leading: _Leaders
    ) -> "Segment":
        """Sort what was found of a block of texts."""
        words, leader_of, distance_of = news
        by_word = np.argsort(words, kind="stable")
        keys = leading.keys.ravel()
        owners = np.repeat(
            np.arange(leading.places.size, dtype=np.int32), leading.keys.shape[1] if keys.size else 0
        )
        by_key = np.argsort(keys, kind="stable")
        return cls(
            texts,
            words[by_word],
            leader_of[by_word],
            distance_of[by_word],
            leading.places,
            leading.shingles,
            keys[by_key],
            owners[by_key],
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "Segment":
        """Return the segment of these arrays; raise `KeyError` where one is missing."""
        shingles = Shingles(arrays["starts"], arrays["numbers"])
        return cls(int(arrays["texts"]), shingles=shingles, **{name: arrays[name] for name in _ARRAYS})

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays by name, to be kept."""
        kept = {name: getattr(self, name) for name in _ARRAYS}
        shingles = self.shingles
        return kept | {"texts": np.array(self.texts), "starts": shingles.starts, "numbers": shingles.numbers}

    def same(self, words: Numbers) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
        """Return which of the hashes are known here, with the leader and the distance of each."""
        place = np.searchsorted(self.words, words)
        inside = np.flatnonzero(place < self.words.size)
        found = inside[self.words[place[inside]] == words[inside]]
        return found, self.leader_of[place[found]], self.distance_of[place[found]]

    def may_be_alike(self, keys: Numbers) -> tuple[Ints, Ints]:
        """Return pairs of a row of `keys` and a leader here that share a band, each pair once."""
        order = np.argsort(keys, axis=None)  # sorted questions find their way through memory in one pass
        asked = keys.ravel()[order]
        left = np.searchsorted(self.keys, asked)
        there = np.flatnonzero(left < self.keys.size)
        there = there[self.keys[left[there]] == asked[there]]
        left = left[there]
        counts = np.searchsorted(self.keys, asked[there], side="right") - left
        rows = np.repeat(order[there] // max(1, keys.shape[1]), counts)
        owners = self.owners[_spread(left, counts)].astype(np.int64)
        pairs = np.unique(rows * max(1, self.leaders.size) + owners)
        found, whose = np.divmod(pairs, max(1, self.leaders.size))
        return found, whose


def joined(one: Segment, other: Segment) -> Segment:
    """Return both segments as one, as if their texts had been added together."""
    words = np.concatenate([one.words, other.words])
    keys = np.concatenate([one.keys, other.keys])
    owners = np.concatenate([one.owners, other.owners + np.int32(one.leaders.size)])
    by_word, by_key = (np.argsort(numbers, kind="stable") for numbers in (words, keys))
    return Segment(
        one.texts + other.texts,
        words[by_word],
        np.concatenate([one.leader_of, other.leader_of])[by_word],
        np.concatenate([one.distance_of, other.distance_of])[by_word],
        np.concatenate([one.leaders, other.leaders]),
        Shingles(
            np.concatenate([one.shingles.starts, one.shingles.starts[-1] + other.shingles.starts[1:]]),
            np.concatenate([one.shingles.numbers, other.shingles.numbers]),
        ),
        keys[by_key],
        owners[by_key],
    )


def alike(one: Shingles, rows: Ints, other: Shingles, places: Ints) -> npt.NDArray[np.float64]:
    """Return the Jaccard index of each pair of a text of `one` and a text of `other`."""
    found = [
        _alike(one.of_rows(rows[start:end]), other.of_rows(places[start:end]))
        for start in range(0, rows.size, _PAIRS_AT_ONCE)
        for end in (start + _PAIRS_AT_ONCE,)
    ]
    return np.concatenate([np.zeros(0), *found])


def _alike(one: Shingles, other: Shingles) -> npt.NDArray[np.float64]:
    """Return the index of the texts of both that stand in the same place."""
    pairs = one.lengths.size
    each = [
        (np.repeat(np.arange(pairs, dtype=np.uint64), side.lengths) << np.uint64(32))
        | side.numbers.astype(np.uint64)
        for side in (one, other)
    ]
    together = np.sort(np.concatenate(each), kind="stable")
    twice = together[1:][together[1:] == together[:-1]]
    both = np.bincount((twice >> np.uint64(32)).astype(np.int64), minlength=pairs)
    index: npt.NDArray[np.float64] = both / np.maximum(1, one.lengths + other.lengths - both)
    return index


def _starts(lengths: Ints) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])


def _spread(firsts: Ints, lengths: Ints) -> Ints:
    """Return the places from each first on, as many as its length."""
    ends = np.cumsum(lengths)
    within = np.arange(int(ends[-1]) if ends.size else 0) - np.repeat(ends - lengths, lengths)
    return np.repeat(firsts, lengths) + within
