"""What the form says at once about an account: known, look-alike, on one site, paid by one payer."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tracker import desk, nearby
from tracker.collect.pipeline import import_file
from tracker.domain import AccountRef, Brand, Claim, Document, Organisation, SeedAccount, Seeds
from tracker.settings import Settings
from tracker.store import lists, registry
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)


def bring_ads(engine: Engine, folder: Path, handle: str, payer: str) -> None:
    path = folder / f"{handle}.csv"
    row = {"Advertiser Name": handle, "Funding Entity": payer, "Creative": f"https://example.org/{handle}",
           "Start date": "2024-07-01", "End Date": "2024-07-30", "Targeted Segments": "Keywords: harbour"}  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    scope = {
        "handle": handle,
        "country": "FR",
        "from": "2024-07-01",
        "to": "2024-07-31",
        "exported_at": "2024-08-01",
    }
    import_file(engine, Settings(home=folder), "x_ads", path=path, scope=scope, now=lambda: NOW)


def accounts(rows: tuple[registry.Row, ...]) -> list[tuple[str, str]]:
    return [(row["account"], row["because"]) for row in rows]


def test_accounts_whose_ads_one_payer_paid_are_named_with_the_payer(engine_of: Engine, tmp_path: Path):
    for handle, payer in (
        ("RiverNews", "Harbour Marketing"),
        ("GateNews", "Harbour Marketing"),
        ("SkyNews1", "Other"),
    ):
        bring_ads(engine_of, tmp_path, handle, payer)

    near = nearby.check_suspect(engine_of, "@rivernews", platform="x")

    assert accounts(near.same_payer) == [("x:gatenews", "Harbour Marketing")]


def test_a_body_that_the_form_suggests_is_looked_for_among_the_payers(engine_of: Engine, tmp_path: Path):
    bring_ads(engine_of, tmp_path, "RiverNews", "Harbour Marketing")

    near = nearby.check_suspect(engine_of, "@quite_unknown", platform="x", operator=" Harbour Marketing ")

    assert near.known is None
    assert accounts(near.same_payer) == [("x:rivernews", "Harbour Marketing")]


def test_a_payer_that_documents_name_counts_as_one_that_a_repository_prints(engine_of: Engine):
    refs = [AccountRef("x", name, handle=name) for name in ("rivernews", "gatenews")]
    seeds = Seeds(
        documents=(Document("press", "Example Press", "Who pays", None, None, "B"),),
        organisations=(Organisation("marketing", "Harbour Marketing", "marketing_firm"),),
        brands=(),
        accounts=tuple(SeedAccount(ref, "accepted") for ref in refs),
        claims=tuple(
            Claim(
                "organisation",
                "marketing",
                "pays_for",
                "account",
                f"x:{ref.key}",
                "press",
                "p. 1",
                "Says so.",
            )
            for ref in refs
        ),
    )
    with unit_of_work(engine_of) as session:
        registry.save_seeds(session, seeds, at=NOW)

    near = nearby.check_suspect(engine_of, "@rivernews", platform="x")

    assert accounts(near.same_payer) == [("x:gatenews", "Harbour Marketing")]


def test_an_account_that_came_in_by_a_list_is_found_by_its_other_names_and_its_site(engine_of: Engine):
    ref = AccountRef(
        "youtube",
        "UCabcdefghijklmnopqrstuv",
        native_id="UCabcdefghijklmnopqrstuv",
        known_as=("riverchannel",),
    )
    site = AccountRef("web", "news.river.example", handle="news.river.example")
    with unit_of_work(engine_of) as session:
        lists.add_accounts(session, [(ref, "accepted"), (site, "accepted")], at=NOW)

    by_name = nearby.check_suspect(engine_of, "https://www.youtube.com/@RiverChannel")
    on_site = nearby.check_suspect(engine_of, "https://www.river.example/about")
    alike = nearby.check_suspect(engine_of, "r1ver", platform="tiktok")

    assert (by_name.known or {})["account"] == "youtube:UCabcdefghijklmnopqrstuv"
    assert [row["account"] for row in on_site.same_site] == ["web:news.river.example"]
    assert accounts(alike.lookalikes) == [("web:news.river.example", "news.river.example")]


def test_a_name_that_a_list_adds_later_is_found_at_once(engine_of: Engine):
    with unit_of_work(engine_of) as session:
        lists.add_accounts(session, [(AccountRef("x", "rivernews", handle="RiverNews"), "accepted")], at=NOW)
        known = registry.find_account(session, AccountRef("x", "rivernews"))

        lists.add_names(session, [(known or 0, AccountRef("x", "rivernews", known_as=("oldriver",)))])

    assert (nearby.check_suspect(engine_of, "@OldRiver", platform="x").known or {})[
        "account"
    ] == "x:rivernews"


def test_a_renamed_brand_is_found_by_its_new_name(engine: Engine):
    def seeds(name: str) -> Seeds:
        account = SeedAccount(
            AccountRef("x", "rn_official", handle="RN_official", brand_id="river"), "accepted"
        )
        return Seeds((), (), (Brand("river", name),), (account,), ())

    for name in ("River News", "Harbour Voice"):
        with unit_of_work(engine) as session:
            registry.save_seeds(session, seeds(name), at=NOW)

    assert (
        accounts(nearby.check_suspect(engine, "harbour_voice", platform="x").lookalikes)[0][0]
        == "x:rn_official"
    )


@pytest.mark.parametrize("count", [10, 1000])
def test_a_check_asks_the_record_as_little_of_many_accounts_as_of_few(engine: Engine, count: int):
    with unit_of_work(engine) as session:
        refs = [
            (AccountRef("x", f"river{number}x", handle=f"River{number}x"), "accepted")
            for number in range(count)
        ]
        lists.add_accounts(session, refs, at=NOW)  # type: ignore[arg-type]
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    near = desk.check_suspect(engine, "@river7x", platform="x")

    assert (near.known or {})["account"] == "x:river7x"
    assert len(asked) <= 10
