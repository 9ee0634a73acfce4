"""What an item counts as when several people coded it, and how a sample is shared out among coders; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker.domain import Codebook, CodingState, Ruling, Settled, Voice
from tracker.registry.codebooks import carried


def voices(rows: Iterable[Mapping[str, Any]], books: Sequence[Codebook]) -> list[Voice]:
    """Return codings as the newest codebook reads them; those that it sends back to be recoded are left out."""
    read = [(row, carried(row["codes"], row["version"], books)) for row in rows]
    return [
        Voice(row["id"], row["coder"], row["first"], row["state"], codes)
        for row, codes in read
        if codes is not None
    ]


def ruling(row: Mapping[str, Any] | None, books: Sequence[Codebook]) -> Ruling | None:
    """Return a ruling as the newest codebook reads it; `None` for none, or for one that is to be made again."""
    codes = carried(row["codes"], row["version"], books) if row else None
    return None if row is None or codes is None else Ruling(row["state"], codes, frozenset(row["settles"]))


def settled(voices: Iterable[Voice], ruling: Ruling | None) -> Settled | None:
    """Return what an item counts as; `None` when nobody coded it.

    Whoever coded it first counts until a third person settles it: the first coder's word is the share *before*. Two
    who agree need nobody. A ruling stands while the codings that it was made between are the latest.
    """
    heard = sorted(voices, key=lambda voice: voice.first)
    if not heard:
        return None
    first = heard[0]
    before = _counted(first.state, first.codes)
    if ruling is not None and ruling.settles == {voice.coding_id for voice in heard}:
        return Settled("adjudicated", ruling.state, ruling.codes, before, len(heard))
    if any(voice.state == "unsure" for voice in heard) or _differ(heard):
        return Settled("open", first.state, before, before, len(heard))
    return Settled("agreed" if len(heard) > 1 else "alone", first.state, before, before, len(heard))


def shared_out(size: int, coders: Sequence[str], overlap: float) -> dict[str, list[int]]:
    """Return which places of a sample each coder gets: `overlap` of them two coders, the others one, in turn.

    A sample stands in the order of chance, so its first places are as random as any. Pairs of coders take turns; nobody
    can tell from the order which items are coded twice, because everybody's places are spread over the sample.
    """
    twice = round(size * overlap) if len(coders) > 1 else 0
    step = size / twice if twice else 0
    doubled = {int(number * step) for number in range(twice)}
    given: dict[str, list[int]] = {coder: [] for coder in coders}
    turn = pair = 0
    for place in range(size):
        if place in doubled:
            first = pair % len(coders)
            apart = 1 + (pair // len(coders)) % (len(coders) - 1)
            given[coders[first]].append(place)
            given[coders[(first + apart) % len(coders)]].append(place)
            pair += 1
        else:
            given[coders[turn % len(coders)]].append(place)
            turn += 1
    return given


def _differ(voices: Sequence[Voice]) -> bool:
    return len({(voice.state, frozenset(voice.codes)) for voice in voices}) > 1


def _counted(state: CodingState, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes that count: what a coder leans to while unsure does not."""
    return codes if state == "coded" else ()
