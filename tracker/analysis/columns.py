"""Arrow columns as numpy arrays, without the detour over pandas that Arrow's own conversion takes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

_MARKED_AT_MOST = 20_000_000
_NONE: Ints = np.zeros(0, dtype=np.int64)


def ints(column: pa.ChunkedArray) -> Ints:
    """Return a column of integers without nulls."""
    return np.concatenate([_NONE, *(np.from_dlpack(chunk) for chunk in column.chunks)])


def days(column: pa.ChunkedArray) -> Days:
    """Return a column of dates without nulls."""
    return ints(column.cast(pa.date32()).cast(pa.int32())).astype("datetime64[D]")


def labels(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Return the distinct texts of a column, and for each row the place of its text among them."""
    if not column.num_chunks:
        return [], _NONE
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), np.from_dlpack(encoded.indices).astype(np.int64)


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """Return the distinct values in order, and for each value its place among them.

    Values that lie close together are marked in a table, which takes a tenth of the time of sorting them.
    """
    if not values.size:
        return _NONE, _NONE
    least = int(values.min())
    span = int(values.max()) - least + 1
    if span > _MARKED_AT_MOST:
        found, places = np.unique(values, return_inverse=True)
        return found, places
    marked = np.zeros(span, dtype=np.bool_)
    marked[values - least] = True
    return np.flatnonzero(marked) + least, (np.cumsum(marked) - 1)[values - least]


def places(known: Ints, values: Ints) -> Ints:
    """Return for each value its place among distinct values in order, -1 where it is none of them."""
    if not known.size or not values.size:
        return np.full(values.size, -1, dtype=np.int64)
    least, last = int(known[0]), int(known[-1])
    if last - least >= _MARKED_AT_MOST:
        found = np.minimum(np.searchsorted(known, values), known.size - 1)
        return np.where(known[found] == values, found, -1)
    table = np.full(last - least + 2, -1, dtype=np.int64)
    table[known - least] = np.arange(known.size)
    inside = (values >= least) & (values <= last)
    return table[np.where(inside, values - least, -1)]
