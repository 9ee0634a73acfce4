from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tracker import desk
from tracker.domain import AccountRef, Brand, Claim, Document, Organisation, SeedAccount, Seeds
from tracker.errors import BadInput, SeedError
from tracker.registry.review import FormErrors
from tracker.store import claims, registry
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)
TYPED = {
    "address_or_handle": "@HarbourVoice",
    "platform": "x",
    "reason": "It posts the same clips as the city's media group.",
    "document_url": "https://example.org/report.pdf",
}


@pytest.fixture
def record(engine: Engine) -> Engine:
    """A record with one brand on X and on its own site, and the claim that a document makes of each."""
    seeds = Seeds(
        documents=(Document("press", "Example Press", "Who runs it", None, None, "B"),),
        organisations=(Organisation("harbour-icc", "Harbour ICC", "icc"),),
        brands=(Brand("harbour-voice", "Harbour Voice"),),
        accounts=(
            SeedAccount(AccountRef("x", "harbourvoice", handle="HarbourVoice", brand_id="harbour-voice"), "accepted"),
            SeedAccount(AccountRef("web", "news.harbour-port.example", brand_id="harbour-voice"), "accepted"),
        ),
        claims=(
            Claim("account", "x:harbourvoice", "operated_by", "organisation", "harbour-icc", "press", "p. 1", "Says so."),
            Claim("brand", "harbour-voice", "part_of", "organisation", "harbour-icc", "press", "p. 2", "Says so."),
        ),
    )  # fmt: skip
    with unit_of_work(engine) as session:
        registry.save_seeds(session, seeds, at=NOW)
    return engine


def names(rows: tuple[registry.Row, ...]) -> list[str]:
    return [row["account"] for row in rows]


def test_a_known_account_is_found_by_any_spelling(record):
    similar = desk.check_suspect(record, "https://mobile.twitter.com/HARBOURVOICE/?s=20")

    assert similar.known is not None
    assert similar.known["account"] == "x:harbourvoice"
    assert similar.lookalikes == ()


@pytest.mark.parametrize(
    ("typed", "platform"),
    [
        ("harbour_v0ice", "x"),
        ("HarbourVoice", "tiktok"),
        ("harbour.voice", "instagram"),
        ("harbοurvοice", "facebook"),
    ],
)
def test_a_look_alike_is_shown_with_the_name_that_it_can_be_mistaken_for(record, typed, platform):
    similar = desk.check_suspect(record, typed, platform=platform)

    assert similar.known is None
    assert names(similar.lookalikes)[-1] == "x:harbourvoice"
    assert similar.lookalikes[-1]["because"] == "HarbourVoice"
    assert similar.mixed_script is (platform == "facebook")


def test_an_address_on_a_known_site_is_shown_as_such(record):
    similar = desk.check_suspect(record, "https://www.harbour-port.example/about")

    assert similar.known is None
    assert names(similar.same_site) == ["web:news.harbour-port.example"]


def test_an_unrelated_account_is_like_nothing(record):
    similar = desk.check_suspect(record, "gardening", platform="x")

    assert (similar.known, similar.lookalikes, similar.same_site, similar.same_payer) == (None, (), (), ())


def test_a_suspect_that_was_added_is_found_again_and_listed(record):
    added = desk.add_suspect(record, {**TYPED, "address_or_handle": "harbourfun"}, now=NOW)

    again = desk.check_suspect(record, "x.com/HarbourFun")
    [listed] = desk.list_suspects(record)
    assert added.account["status"] == "suspected"
    assert added.before.known is None
    assert again.known == added.account
    assert (listed["id"], listed["account"], listed["submitted_at"]) == (
        added.suspect_id,
        "x:harbourfun",
        NOW,
    )


def test_a_suspicion_about_an_accepted_account_says_that_it_is_known(record):
    added = desk.add_suspect(record, TYPED, now=NOW)

    assert added.before.known is not None
    assert added.account["status"] == "accepted"


def test_the_same_suspect_from_two_browsers_is_one_account_with_two_suspicions(record):
    desk.add_suspect(record, {**TYPED, "address_or_handle": "harbourfun"}, now=NOW)
    desk.add_suspect(record, {**TYPED, "address_or_handle": "@HarbourFun/"}, now=NOW)

    assert names(tuple(desk.list_accounts(record))).count("x:harbourfun") == 1
    assert len(desk.list_suspects(record)) == 2


def test_a_wrong_form_stores_nothing(record):
    with pytest.raises(FormErrors):
        desk.add_suspect(
            record, {**TYPED, "address_or_handle": "harbourfun", "document_date": "2024-10-02"}, now=NOW
        )

    assert desk.list_suspects(record) == []
    assert "x:harbourfun" not in names(tuple(desk.list_accounts(record)))


@pytest.mark.parametrize("name", ["x:harbourvoice", "x:@HarbourVoice", "twitter:HarbourVoice"])
def test_an_account_is_shown_with_the_claims_about_it_and_its_brand(record, name):
    shown = desk.show_account(record, name)

    assert shown["account"]["account"] == "x:harbourvoice"
    assert [claim["predicate"] for claim in shown["claims"]] == ["operated_by", "part_of"]


def test_a_brand_is_shown_with_its_accounts(record):
    shown = desk.show_account(record, "harbour-voice")

    assert shown["account"] is None
    assert names(shown["accounts"]) == ["web:news.harbour-port.example", "x:harbourvoice"]
    assert [claim["predicate"] for claim in shown["claims"]] == ["part_of"]


@pytest.mark.parametrize("name", ["x:nobody", "nobody", "x:../etc", "myspace:x", ""])
def test_what_is_not_in_the_registry_is_said_in_words(record, name):
    with pytest.raises(BadInput, match="no account and no brand is called"):
        desk.show_account(record, name)


def test_a_seed_folder_with_a_problem_writes_nothing(record, tmp_path: Path):
    (tmp_path / "brands").mkdir()

    with pytest.raises(SeedError):
        desk.load_seeds(record, tmp_path, now=NOW)

    assert len(desk.list_accounts(record)) == 2


def write_seeds(folder: Path, *, date: str = "2024-09-30", above: str = "") -> Path:
    """Write a seed folder with one document and two bodies, the second above the first."""
    (folder / "brands").mkdir(parents=True)
    (folder / "documents.yml").write_text(
        f"press:\n  publisher: Example Press\n  title: Who runs it\n  date: {date}\n  reliability: B\n"
    )
    claim = (
        "  claims:\n    - {{predicate: part_of, object: {}, document: press, place: p. 3, says: Says so.}}\n"
    )
    (folder / "organisations.yml").write_text(
        "harbour-icc:\n  name: Harbour ICC\n  kind: icc\n"
        + (claim.format(above) if above else "")
        + "city-office:\n  name: City Office\n  kind: state_organ\n"
    )
    return folder


def test_a_seed_document_dated_tomorrow_is_refused(record, tmp_path: Path):
    with pytest.raises(SeedError, match="dated after today: press"):
        desk.load_seeds(record, write_seeds(tmp_path / "s", date="2024-10-02"), now=NOW)


@pytest.mark.parametrize("founded", ["2024-10-02", "2024-11", "2025"])
def test_a_body_founded_after_today_is_refused(record, tmp_path: Path, founded: str):
    folder = write_seeds(tmp_path / "s")
    with (folder / "organisations.yml").open("a") as file:
        file.write(f"  founded: {founded}\n  founded_document: press\n")

    with pytest.raises(SeedError, match=r"founded.*dated after today: city-office"):
        desk.load_seeds(record, folder, now=NOW)


def test_a_body_founded_this_month_or_year_is_taken(record, tmp_path: Path):
    folder = write_seeds(tmp_path / "s")
    with (folder / "organisations.yml").open("a") as file:
        file.write("  founded: 2024-10\n  founded_document: press\n")

    assert desk.load_seeds(record, folder, now=NOW).organisations.new == 1


def test_a_seed_claim_that_closes_a_circle_with_the_record_is_refused_and_nothing_is_written(
    record, tmp_path: Path
):
    back = Claim(
        "organisation", "city-office", "part_of", "organisation", "harbour-icc", "press", "p. 9", "Says so."
    )
    desk.load_seeds(record, write_seeds(tmp_path / "first"), now=NOW)
    with unit_of_work(record) as session:
        claims.save_claims(session, [back], at=NOW)
    before = len(desk.list_claims(record))

    with pytest.raises(BadInput, match="makes a circle: harbour-icc → city-office → harbour-icc"):
        desk.load_seeds(record, write_seeds(tmp_path / "second", above="city-office"), now=NOW)

    assert len(desk.list_claims(record)) == before
