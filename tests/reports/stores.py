"""A store in whose week one suspect was accepted, one refused, a claim withdrawn and another objected to."""

from datetime import UTC, date, datetime
from pathlib import Path

from tracker import desk, mirror, reviewdesk
from tracker.collect.pipeline import import_file
from tracker.domain import AccountRef, Brand, Claim, Document, Organisation, SeedAccount, Seeds
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import migrate, open_record, unit_of_work

NOW = datetime(2024, 10, 2, 8, tzinfo=UTC)
SEEDS = Seeds(
    documents=(Document("press", "Example Press", "Who runs it", date(2024, 9, 1), None, "B"),
               Document("list", "Example List", "Another operator", date(2024, 9, 2), None, "C")),
    organisations=(Organisation("harbour-icc", "Harbour ICC", "icc"), Organisation("river", "River Group", "media")),
    brands=(Brand("harbour-voice", "Harbour Voice"),),
    accounts=(SeedAccount(AccountRef("x", "harbourvoice", handle="harbourvoice", brand_id="harbour-voice"), "accepted"),),
    claims=(
        Claim("brand", "harbour-voice", "operated_by", "organisation", "harbour-icc", "press", "p. 2", "Says so."),
        Claim("brand", "harbour-voice", "operated_by", "organisation", "river", "list", "row 7", "Says otherwise."),
        Claim("account", "x:harbourvoice", "part_of", "organisation", "river", "list", "row 8", "Says more."),
    ),
)  # fmt: skip
SUSPECT = {
    "platform": "x", "document_url": "https://example.org/report.pdf", "relation": "operated_by",
    "operator": "harbour ICC", "submitted_by": "Ana Reader", "document_publisher": "Example Watch",
}  # fmt: skip
REFUSED = "wrongly_suspected"
REASON = "It reports on the harbour; nothing says that it belongs to it."
WORDS = "We are not run by the River Group."


def decided(folder: Path) -> Path:
    """Make the store in a folder, with its lake."""
    engine, setup = open_record(f"sqlite:///{folder / 'record.db'}"), Settings(home=folder)
    migrate(engine)
    with unit_of_work(engine) as session:
        registry.save_seeds(session, SEEDS, at=NOW)
    export = folder / "export.csv"
    export.write_text(
        "Advertiser Name,Funding Entity,Targeted Segments,Creative,Start date,End Date\n"
        "Harbour Voice,Harbour Marketing,Keywords: harbour,https://x.com/harbourvoice/status/1,2024-09-30,2024-10-01\n"
    )
    scope = {"handle": "harbourvoice", "country": "FR", "from": "2024-09-01", "to": "2024-10-01", "exported_at": "2024-10-02"}  # fmt: skip
    import_file(engine, setup, "x_ads", path=export, scope=scope, now=lambda: NOW)
    for handle, reason in (
        ("HarbourFun", "It posts what the group posts."),
        (REFUSED, f"{REFUSED} likes it."),
    ):
        desk.add_suspect(engine, {**SUSPECT, "address_or_handle": handle, "reason": reason}, now=NOW)
    accepted = {"suspect": 1, "decision": "accepted", "by": "Ben Second", "rival": "A fan who copies it."}
    reviewdesk.review(engine, accepted, now=NOW)
    refused = {"suspect": 2, "decision": "rejected", "by": "Ben Second", "reason": f"@{REFUSED}: {REASON}"}
    reviewdesk.review(engine, refused, now=NOW)
    claims = {
        claim["document_id"] + claim["place"]: claim["id"]
        for claim in desk.claims_of(engine, "x:harbourvoice")
    }
    reviewdesk.withdraw_claim(
        engine,
        {"claim": claims["listrow 8"], "by": "Cid Editor", "reason": "The list took it back."},
        now=NOW,
    )
    objected = {"claim": claims["listrow 7"], "objector": "Harbour Voice Ltd", "words": WORDS,
                "received_on": "2024-10-01", "by": "Cid Editor"}  # fmt: skip
    reviewdesk.object_to_claim(engine, objected, now=NOW)
    mirror.refresh(engine, setup, progress=lambda _stage, _done, _total: None)
    engine.dispose()
    return folder
