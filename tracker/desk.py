"""What a person does at the desk: load the seed list, look an account or its evidence up, bring in a suspect.

The dashboard and the command line both come through here. The clock is an argument.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import codebooks
from tracker.domain import Seeds
from tracker.errors import BadInput, SeedError
from tracker.nearby import Similar, check_suspect, named_account, similar
from tracker.registry import claims as rules
from tracker.registry import seedlist
from tracker.registry.review import validate
from tracker.store import claims, evidence, identity, items, passages, profiles, registry, snapshots, suspects
from tracker.store import review as reviews
from tracker.store.engine import unit_of_work
from tracker.store.registry import Row, SeedCounts

__all__ = ["Similar", "check_suspect"]
_SNAPSHOT = re.compile(r"(ad|listing|post|profile|standing)-([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Added:
    """A suspect as it was stored, and what was known before."""

    suspect_id: int
    account: Row
    before: Similar


def load_seeds(engine: Engine, folder: Path, *, now: datetime) -> SeedCounts:
    """Check the seed folder and write it to the record; raise `SeedError` with every problem, and write nothing.

    What the folder cannot know is checked here: what is dated after today, and a circle that its claims close with
    those of the record. The codebook beside the seeds is kept too, as a version of its own.
    """
    seeds = seedlist.load_seeds(folder)
    _refuse_tomorrow(seeds, now.date().isoformat())
    if (folder / "codebook.yml").exists():
        codebooks.load(engine, folder / "codebook.yml", now=now)
    with unit_of_work(engine) as session:
        counts = registry.save_seeds(session, seeds, at=now)
        live = claims.links(session, ())
        stated = {(claim.subject, claim.predicate, claim.object) for claim in seeds.claims}
        for link in live:
            if (link.subject[1], link.predicate, link.object[1]) in stated:
                rules.refuse_circle(link, live)
        return counts


def _refuse_tomorrow(seeds: Seeds, today: str) -> None:
    """Refuse a document, a founding or a figure dated after today; a year or a month is late when all of it is."""
    late = {
        ("documents.yml", "date"): [one.id for one in seeds.documents if str(one.published_on or "") > today],
        ("organisations.yml", "founded"): [
            one.id for one in seeds.organisations if (one.founded or "") > today
        ],
        ("figures.yml", "on"): [one.as_published for one in seeds.figures if str(one.on or "") > today],
    }
    for (file, field), names in late.items():
        if names:
            raise SeedError(f"dated after today: {', '.join(names)}", file=file, field=field)


def add_suspect(engine: Engine, raw: Mapping[str, str], *, now: datetime) -> Added:
    """Store what the form holds as a suspicion; raise `FormErrors` with the words for every wrong field."""
    form = validate(raw, today=now.date())
    with unit_of_work(engine) as session:
        before = similar(session, form.ref, operator=form.operator)
        suspect_id = suspects.add_suspect(
            session, form.ref, form.document, reason=form.reason, submitted_by=form.submitted_by,
            predicate=form.predicate, operator=form.operator, rival=form.rival, at=now,
        )  # fmt: skip
        account_id = registry.find_account(session, form.ref) or 0
        account = registry.account(session, registry.standing(session, account_id))
    return Added(suspect_id, account or {}, before)


def list_suspects(engine: Engine) -> list[Row]:
    """Return what people brought in, latest first: the columns of `suspects.suspects`."""
    with Session(engine) as session:
        return suspects.suspects(session)


def list_claims(engine: Engine) -> list[Row]:
    """Return the latest wording of every claim: the columns of `claims.claims_of`."""
    with Session(engine) as session:
        return claims.all_claims(session)


def claims_of(engine: Engine, name: str) -> list[Row]:
    """Return the claims about an account or a brand, with what they rest on and what became of them."""
    stated: list[Row] = show_account(engine, name)["claims"]
    return stated


def list_accounts(engine: Engine) -> list[Row]:
    """Return all accounts by platform and key: the columns of `registry.accounts`."""
    with Session(engine) as session:
        return registry.accounts(session)


def show_account(engine: Engine, name: str) -> dict[str, Any]:
    """Return an account (`x:chinasays`) or a brand by its id, with its accounts and claims.

    Keys: `account` (a row, `None` for a brand), `brand` (a row or `None`), `accounts` (rows), `claims` (those about
    the account under any of its names, then those about its brand), `chain` (the ids of the claims that lead upwards
    and their `confidence`), `audit` (who did what), `names` (by which handles, names and ids it was seen), `looks` (at
    its profiles), `identity` (merges and splits). Raise `BadInput` when nothing is called so.
    """
    with Session(engine) as session:
        account = named_account(session, name)
        brand = registry.brand(session, (account["brand_id"] or "") if account else name)
        if account is None and brand is None:
            raise BadInput(
                f"no account and no brand is called {name[:80]!r}; expected PLATFORM:HANDLE or the id of a brand",
                field="account",
            )
        stated = _claims_about(session, account) if account else []
        if brand:
            stated += claims.claims_of(session, "brand", brand["id"])
        rows = registry.accounts(session, brand_id=brand["id"]) if brand else [account]
        chain = _chain(session, account, brand)
        named = [row["account"] for row in ([account] if account else rows) if row]
        ids = [
            one
            for row in ([account] if account else rows)
            if row
            for one in identity.ids_of(session, row["id"])
        ]
        over_time = {
            "names": profiles.names_of(session, ids), "looks": profiles.looks_of(session, ids),
            "identity": identity.steps_of(session, ids),
        }  # fmt: skip
        audit = reviews.trail(session, *named, *(f"claim:{claim['id']}" for claim in stated))
    return {
        "account": account, "brand": brand, "accounts": rows, "claims": stated, "chain": chain, "audit": audit,
        **over_time,
    }  # fmt: skip


def show_snapshot(engine: Engine, name: str) -> dict[str, Any]:
    """Return what one observation said and all that stands behind it; nothing is written and no lock is taken.

    `name` is as a change gives it: `ad-179`, `post-12`, `listing-6`, `profile-3` or `standing-9`. Keys: `snapshot`, `kind`, `observed_at`,
    `subject`, `account`, `values` as published by field, `extra` (columns that the source does not know), `metrics`,
    `targets`, `listing`, `query`, `evidence`, `line` and `others` (the snapshots of the same item). Raise `BadInput` when nothing is called so.
    """
    wanted = _SNAPSHOT.fullmatch(name)
    if wanted is None:
        raise BadInput(
            f"{name[:40]!r} names no snapshot; expected ad-, post-, listing-, profile- or standing-NUMBER"
        )
    read = {
        "ad": snapshots.ad, "listing": snapshots.listing, "post": snapshots.post, "profile": snapshots.profile,
        "standing": snapshots.standing,
    }[wanted[1]]  # fmt: skip
    with Session(engine) as session:
        found = read(session, int(wanted[2]))
    if found is None:
        raise BadInput(f"no snapshot is called {name}; the record here does not hold it")
    return {"snapshot": name, **found}


def snapshots_of(engine: Engine, item_type: str, item_ids: Iterable[int]) -> dict[int, str]:
    """Return the latest snapshot of each ad or post that the record holds, as `show_snapshot` takes it."""
    with Session(engine) as session:
        found = {number: items.item(session, item_type, number) for number in item_ids}
    return {number: row["snapshot"] for number, row in found.items() if row is not None}


def evidence_line(engine: Engine, sha256: str, line: int) -> str:
    """Return the whole record at a line of a kept file, as it was published; nothing is written and no lock is taken.

    Raise `BadInput` when no evidence has this SHA-256 or there is no such line number.
    """
    if line < 1:
        raise BadInput(f"lines count from 1, found {line}")
    with Session(engine) as session:
        evidence_id = evidence.find(session, sha256)
        if evidence_id is None:
            raise BadInput(f"no evidence has the SHA-256 {sha256[:80]!r}")
        return passages.record_at(evidence.read(session, evidence_id), line)


def evidence_bytes(engine: Engine, sha256: str, *, most: int) -> bytes:
    """Return kept bytes, exactly as they came; raise `BadInput` when there are none of this SHA-256, or more than `most`."""
    with Session(engine) as session:
        evidence_id = evidence.find(session, sha256)
        if evidence_id is None:
            raise BadInput(f"no evidence has the SHA-256 {sha256[:80]!r}")
        body = bytearray()
        for block in evidence.read(session, evidence_id):
            body += block
            if len(body) > most:
                raise BadInput(f"the evidence is larger than {most:,} bytes")
        return bytes(body)


def _chain(session: Session, account: Row | None, brand: Row | None) -> dict[str, Any]:
    """Return the chain of live claims upwards: `claims` (ids, from the account to the organ) and `confidence`."""
    names = (
        [f"{account['platform']}:{key}" for key in (account["key"], *account["known_as"])] if account else []
    )
    start = [("account", name) for name in names] + ([("brand", brand["id"])] if brand else [])
    chain = rules.chain(start, claims.links(session, names))
    return {"claims": [link.id for link in chain.links], "confidence": chain.confidence}


def _claims_about(session: Session, account: Row) -> list[Row]:
    names = [f"{account['platform']}:{key}" for key in (account["key"], *account["known_as"])]
    return claims.claims_of(session, "account", *names)
