"""What a reader is shown of one account beside its claims: who stands above it, its labels, how it was reviewed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.registry.claims import Node
from tracker.store import identity, particulars, suspects
from tracker.store import review as reviews


def standing(engine: Engine, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands around what `desk.show_account` returned; nothing is written.

    Keys: `ids` (of the accounts and of those merged into them), `ways` (each with `claims`, whole rows from the account to the organ, and `confidence`; the best first, one
    more for each other operator that a disputed claim names), `bodies` (rows of organisations by id), `labels` and
    `followers` as documents gave them, `suspicions` and `steps` of their review, oldest first.
    """
    stated = {claim["id"]: claim for claim in shown["claims"]}
    disputed = {number for number, claim in stated.items() if claim["disputed"]}
    rows = [row for row in shown["accounts"] if row]
    own = [shown["account"]] if shown["account"] else rows
    with Session(engine) as session:
        stands_as = {one: row["id"] for row in own for one in identity.ids_of(session, row["id"])}
        numbers = list(stands_as)
        chains, above = particulars.ways(session, _start(shown), disputed)
        known = stated | {claim["id"]: claim for claim in above}
        sides = {claim[side] for claim in known.values() for side in ("subject", "object")}
        return {
            "ids": numbers,
            "ways": [
                {"claims": [known[link.id] for link in chain.links], "confidence": chain.confidence}
                for chain in chains
            ],
            "bodies": particulars.bodies(session, sides),
            "labels": [_of(row, stands_as) for row in particulars.labels(session, numbers)],
            "followers": [_of(row, stands_as) for row in particulars.followers(session, numbers)],
            "suspicions": [
                one for number in numbers for one in reversed(suspects.suspects(session, account_id=number))
            ],
            "steps": [step for number in numbers for step in reviews.steps_of(session, number)],
        }


def _of(row: Mapping[str, Any], stands_as: Mapping[int, int]) -> dict[str, Any]:
    """Return a row of an account as one of the account that it was merged into."""
    return {**row, "account_id": stands_as[row["account_id"]]}


def _start(shown: Mapping[str, Any]) -> list[Node]:
    """Return under which names claims speak of what is shown: the account under each of its own, and the brand."""
    account, brand = shown["account"], shown["brand"]
    keys = (account["key"], *account["known_as"]) if account else ()
    names: list[Node] = [("account", f"{account['platform']}:{key}") for key in keys]
    return [*names, ("brand", brand["id"])] if brand else names
