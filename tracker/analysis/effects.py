"""Whether something changed with a dated event, beyond what changed for others at the same time: difference in differences.

Periods before the event and after it are compared for the accounts in question and for a control group; what moved for both is
no effect. Chance deals whole periods, of both groups together, to before and after (Ernst 2004, Statistical Science 19), so that
periods that differ by themselves make no effect.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 1999
SEED = 20240701
FEWEST_DEALINGS = 100
FEWEST_PERIODS = 2
FEWEST_PLACEBOS, FEWEST_ACCOUNTS = 20, 19
"""Periods and accounts from which on one in all of them is as rare as 0.05."""
BAND = (2.5, 97.5)
_ROUNDING = 1e-12

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
Scale = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Group:
    """What is compared of one group: for each period a count, and what it is out of (votes, or days asked about)."""

    counts: Floats
    bases: Floats


@dataclass(frozen=True, slots=True)
class Effect:
    """The change of the group less that of the control, and how often chance gives as much on either side.

    For shares it is a difference (0.1: ten points), for volumes a ratio (2: twice as many). `band_lower` to `band_upper` holds
    95 % of what chance gives. `p_placebo` is p over all other dates of the event, `p_accounts` over the accounts of the control;
    `None` where these are too few to tell.
    """

    effect: float
    p: float
    band_lower: float
    band_upper: float
    p_placebo: float | None = None
    p_accounts: float | None = None


def of_share(
    group: Group, control: Group, after: Marks, *, apart: Sequence[Group] = (), permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Effect | None:  # fmt: skip
    """Return the effect on a share; `None` where a side of a group has nothing to share. `apart` are the accounts of the control."""
    if not _told(group, control, after):
        return None
    found, chance = _held_against(group, control, after, np.asarray, permutations, seed)
    others = _placebos(group, control, after, np.asarray), _of_accounts(found, apart, after, np.asarray)
    return Effect(found, *_judged(found, chance), *others)


def of_volume(
    group: Group, control: Group, after: Marks, *, apart: Sequence[Group] = (), permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Effect | None:  # fmt: skip
    """Return the effect on a rate, as a ratio; `None` where a side of a group was not asked about."""
    if not _told(group, control, after):
        return None
    found, chance = _held_against(group, control, after, np.log, permutations, seed, added=0.5)
    p, lower, upper = _judged(found, chance)
    others = (
        _placebos(group, control, after, np.log, added=0.5),
        _of_accounts(found, apart, after, np.log, added=0.5),
    )
    return Effect(math.exp(found), p, math.exp(lower), math.exp(upper), *others)


def dealings(after: Marks) -> int:
    """Return in how many ways the periods can be dealt to before and after."""
    return math.comb(after.size, int(after.sum()))


def _told(group: Group, control: Group, after: Marks) -> bool:
    return all(side.bases[part].sum() > 0 for side in (group, control) for part in (after, ~after))


def _held_against(
    group: Group,
    control: Group,
    after: Marks,
    scale: Scale,
    permutations: int,
    seed: int,
    *,
    added: float = 0.0,
) -> tuple[float, Floats]:
    """Return the difference in differences on a scale, and those of random dealings that leave no side empty."""
    draw = np.random.default_rng(seed).random((permutations, after.size))
    order = np.argsort(draw, axis=1)
    dealt = np.concatenate([after[None], after[order]]).astype(np.float64)
    moved = _moved(group, dealt, scale, added) - _moved(control, dealt, scale, added)
    return float(moved[0]), moved[1:][np.isfinite(moved[1:])]


def _placebos(
    group: Group, control: Group, after: Marks, scale: Scale, *, added: float = 0.0
) -> float | None:
    """Return p over all dates that the event could be moved to; periods keep their order, the last is followed by the first."""
    if after.size < FEWEST_PLACEBOS:
        return None
    moved_to = np.stack([np.roll(after, step) for step in range(after.size)]).astype(np.float64)
    moved = _moved(group, moved_to, scale, added) - _moved(control, moved_to, scale, added)
    return _p(float(moved[0]), moved[1:][np.isfinite(moved[1:])])


def _of_accounts(
    found: float, apart: Sequence[Group], after: Marks, scale: Scale, *, added: float = 0.0
) -> float | None:
    """Return p over the accounts of the control, each taken for the account and held against the others."""
    once = after[None].astype(np.float64)
    moved = []
    for place, one in enumerate(apart if len(apart) >= FEWEST_ACCOUNTS else ()):
        rest = [*apart[:place], *apart[place + 1 :]]
        others = _added(rest)
        if _told(one, others, after):
            moved.append(float((_moved(one, once, scale, added) - _moved(others, once, scale, added))[0]))
    return _p(found, np.array(moved)) if len(moved) >= FEWEST_ACCOUNTS else None


def _added(groups: Sequence[Group]) -> Group:
    return Group(
        np.sum([group.counts for group in groups], axis=0), np.sum([group.bases for group in groups], axis=0)
    )


def _p(found: float, chance: Floats) -> float:
    return (1 + int((np.abs(chance) >= abs(found) - _ROUNDING).sum())) / (1 + chance.size)


def _moved(side: Group, dealt: Floats, scale: Scale, added: float) -> Floats:
    values = []
    for marks in (dealt, 1 - dealt):
        bases = marks @ side.bases
        rate = np.divide(marks @ side.counts + added, bases, out=np.full_like(bases, np.nan), where=bases > 0)
        values.append(scale(rate))
    moved: Floats = values[0] - values[1]
    return moved


def _judged(found: float, chance: Floats) -> tuple[float, float, float]:
    lower, upper = np.percentile(chance, BAND) if chance.size else (found, found)
    return _p(found, chance), float(lower), float(upper)
