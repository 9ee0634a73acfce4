"""A registry made by hand whose every text tries to be more than text: disputed, withdrawn, objected to, reviewed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.dashboard.lakes import HOSTILE
from tracker import desk, mirror, reviewdesk
from tracker.domain import (
    AccountRef,
    Brand,
    Claim,
    Document,
    LabelSeen,
    Organisation,
    SeedAccount,
    Seeds,
)
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import migrate, open_record, unit_of_work

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)
HASH = "ab" * 32
HARBOUR = AccountRef("x", "harbourvoice", handle="HarbourVoice", brand_id="harbour-voice")
TYPED = {
    "address_or_handle": "https://x.com/RiverVoice", "reason": f"It posts the clips of the centre. {HOSTILE}",
    "document_url": "https://example.org/report.pdf", "document_title": f"Who runs it {HOSTILE}",
    "document_publisher": "Example Press", "document_date": "2024-09-01", "relation": "operated_by",
    "operator": "Harbour ICC", "submitted_by": "Ana Reader",
}  # fmt: skip


def _claim(subject: str, predicate: str, thing: str, document: str, **more: Any) -> Claim:
    kind = "brand" if subject == "harbour-voice" else "organisation"
    said: dict[str, Any] = {"place": f"page 3 {HOSTILE}", "says": f"Says so. {HOSTILE}", **more}
    return Claim(kind, subject, predicate, "organisation", thing, document, **said)  # type: ignore[arg-type]


def seeds(claims: int = 0) -> Seeds:
    """Return a brand with two operators, a withdrawn third, a payer, labels, and as many further claims as asked."""
    more = tuple(
        _claim("harbour-voice", "part_of", "harbour-icc", "press", place=f"page {number}")
        for number in range(claims)
    )
    return Seeds(
        documents=(
            Document("press", f"Example Press {HOSTILE}", HOSTILE, date(2024, 9, 1), "https://evil.example/a", "B"),
            Document("list", "Example List", "A public list", date(2023, 5, 2), None, "C"),
        ),
        organisations=(
            Organisation("harbour-icc", "Harbour ICC", "icc", native_name="海港国际传播中心", level="city"),
            Organisation("harbour-media", f"Harbour Media {HOSTILE}", "media_group"),
            Organisation("city-office", "City Office", "state_organ"),
            Organisation("wrong-body", "Wrong Body", "icc"),
            Organisation("clip-firm", "Clip Firm", "firm"),
        ),
        brands=(Brand("harbour-voice", "Harbour Voice"), Brand("alone", "Alone")),
        accounts=(
            SeedAccount(
                HARBOUR, "accepted", labels=(LabelSeen(HARBOUR, "none", date(2024, 3, 1), "press", HOSTILE),)
            ),
            SeedAccount(AccountRef("facebook", "harbourvoicefb", brand_id="harbour-voice"), "accepted"),
        ),
        claims=(
            _claim("harbour-voice", "operated_by", "harbour-icc", "press", rival=f"A contractor. {HOSTILE}"),
            _claim("harbour-voice", "operated_by", "harbour-media", "list", kind="technical", credibility=2, evidence=HASH),
            _claim("harbour-voice", "operated_by", "wrong-body", "list", place="row 9"),
            _claim("harbour-icc", "supervised_by", "city-office", "press"),
            Claim("organisation", "clip-firm", "pays_for", "brand", "harbour-voice", "press", "p. 1", "Pays."),
            Claim("brand", "alone", "operated_by", "organisation", "harbour-icc", "press", "p. 2", "Says so."),
            *more,
        ),
    )  # fmt: skip


def registry_at(folder: Path, *, claims: int = 0) -> Path:
    """Write the record and its lake: one claim withdrawn, one objected to, one suspicion waiting, one rejected."""
    engine, setup = open_record(f"sqlite:///{folder / 'record.db'}"), Settings(home=folder)
    migrate(engine)
    with unit_of_work(engine) as session:
        registry.save_seeds(session, seeds(claims), at=NOW)
    numbers = {row["object"]: row["id"] for row in desk.claims_of(engine, "harbour-voice")}
    withdrawal = {"claim": numbers["wrong-body"], "by": "Ben Second", "reason": f"Another account. {HOSTILE}"}
    reviewdesk.withdraw_claim(engine, withdrawal, now=NOW)
    objection = {
        "claim": numbers["harbour-media"], "objector": f"Harbour Media {HOSTILE}", "received_on": "2024-09-30",
        "words": f"We do not run it. {HOSTILE}", "by": "Ben Second", "document_title": f"Our answer {HOSTILE}",
        "document_publisher": "Harbour Media", "document_url": "https://example.org/answer",
    }  # fmt: skip
    reviewdesk.object_to_claim(engine, objection, now=NOW)
    desk.add_suspect(engine, TYPED, now=NOW)
    fan = desk.add_suspect(engine, {**TYPED, "address_or_handle": "https://x.com/RiverFan"}, now=NOW)
    rejected = {
        "suspect": fan.suspect_id,
        "decision": "rejected",
        "by": "Ben Second",
        "reason": f"A fan. {HOSTILE}",
    }
    reviewdesk.review(engine, rejected, now=NOW)
    mirror.refresh(engine, setup, progress=lambda _stage, _done, _total: None)
    engine.dispose()
    return folder
