"""Criteria of ads as numbers: many ads share a set of criteria, so that a link of an ad to a criterion is never written out."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tracker.analysis import columns
from tracker.analysis.columns import Ints
from tracker.analysis.targeting import CRITERION

Name = tuple[str, str, str]
"""A kind, a value and a polarity."""


@dataclass(frozen=True, slots=True)
class Sets:
    """Which criteria each set has: those of set `ids[i]` are `criteria[starts[i]:starts[i + 1]]`, places among `names`."""

    ids: Ints
    starts: Ints
    criteria: Ints
    names: tuple[Name, ...]

    @classmethod
    def of(cls, used: pa.Table) -> "Sets":
        """Read `targeting_set_id`, `kind`, `value` and `polarity`; what a set has twice counts once."""
        names, criteria = named(used)
        ids, set_of_link = columns.numbered(columns.ints(used["targeting_set_id"]))
        each = np.sort(set_of_link * max(1, len(names)) + criteria, kind="stable")
        each = each[np.diff(each, prepend=-1) > 0]
        set_of_link, criteria = np.divmod(each, max(1, len(names)))
        starts = np.append(0, np.cumsum(np.bincount(set_of_link, minlength=ids.size)))
        return cls(ids, starts, criteria, names)

    def counts(self, groups: Ints, sets: Ints, ads: Ints) -> Ints:
        """Return groups x criteria: how many ads of each group have each criterion, given ads by group and known set."""
        from scipy.sparse import csr_array

        rows, size = int(groups.max(initial=-1)) + 1, len(self.names)
        if not rows or not size:
            return np.zeros((rows, size), dtype=np.int64)
        ads_of = csr_array((ads, (groups, columns.places(self.ids, sets))), shape=(rows, self.ids.size))
        have = csr_array(
            (np.ones(self.criteria.size, dtype=np.int64), self.criteria, self.starts),
            shape=(self.ids.size, size),
        )
        found: Ints = (ads_of @ have).toarray()
        return found


def named(used: pa.Table) -> tuple[tuple[Name, ...], Ints]:
    """Return the distinct criteria in order of their names, and for each row the place of its criterion."""
    parts = [columns.labels(used[name]) for name in CRITERION]
    code = np.zeros(used.num_rows, dtype=np.int64)
    for labels, places in parts:
        code = code * max(1, len(labels)) + places
    codes, inverse = columns.numbered(code)
    rows = np.zeros(codes.size, dtype=np.int64)
    rows[inverse] = np.arange(code.size)
    (kinds, kind), (values, value), (polarities, polarity) = parts
    found = [(kinds[kind[row]], values[value[row]], polarities[polarity[row]]) for row in rows.tolist()]
    order = sorted(range(len(found)), key=found.__getitem__)
    place = np.zeros(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    return tuple(found[number] for number in order), place[inverse]
