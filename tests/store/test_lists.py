"""Public lists in the record: evidence first, claims of their publishers, and the second time nothing changes."""

import csv
import gzip
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlmodel import Session

from tracker import desk, listdesk
from tracker.cli import cli
from tracker.domain import AccountRef, Document
from tracker.errors import BadInput
from tracker.listdesk import ListReport
from tracker.registry.handles import account_ref
from tracker.settings import Settings
from tracker.store import claims, evidence, lists, registry, suspects
from tracker.store.engine import unit_of_work

AT = datetime(2024, 10, 1, 8, tzinfo=UTC)
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "accounts"
FILES = {
    "canis": "prc_state_media_canis_2023-11-03.csv", "asd_matrix": "state_media_matrix_asd_2024-02-07.csv",
    "handles": "state_linked_handles_long.csv.gz", "cloaked_domains": "cloaked_domains.csv.gz",
    "meta_indicators": "meta_cib_indicators_2022_2026.csv.gz",
}  # fmt: skip
real = pytest.mark.skipif(not DATA.exists(), reason="the shared data of public lists is not here")
DOMAINS = """domain,network,state,target_country,role,reported_by,report_url,identified
www.Harbour-News.example,HARBOURWALL,China,KR,operated,Example Lab,https://lab.example/2024/02/07/wall/,2024-02-07
relay.example,laundry,Russia,,republisher (ownership not alleged),Example Fund,https://fund.example/paper,
go.example,HARBOURWALL,China,,redirect,Example Lab,https://lab.example/2024/02/07/wall/,
harbour-news.example,SECONDWALL,China,,operated,Other Lab,https://other.example/r,
not a domain,HARBOURWALL,China,,operated,Example Lab,https://lab.example/2024/02/07/wall/,
"""


@pytest.fixture
def domains(tmp_path: Path) -> Path:
    path = tmp_path / "domains.csv"
    path.write_text(DOMAINS)
    return path


def bring(engine: Engine, name: str, path: Path) -> ListReport:
    return listdesk.import_list(engine, Settings(home=path.parent), name, path=path, now=lambda: AT)


def counts(report: ListReport) -> dict[str, int]:
    names = ("read", "named", "new", "known", "merged", "conflicting", "quarantined", "set_aside", "claims")
    return {name: getattr(report, name) for name in names}


def everything(engine: Engine) -> dict[str, list[Any]]:
    tables = {"account": "id", "organisation": "id", "document": "id", "claim": "id", "follower_count": "id"}
    with engine.connect() as connection:
        return {
            table: list(connection.execute(text(f"SELECT * FROM {table} ORDER BY {key}")))
            for table, key in tables.items()
        }


def statuses(engine: Engine) -> dict[str, str]:
    with Session(engine) as session:
        return {row["account"]: row["status"] for row in registry.accounts(session)}


def test_a_list_is_brought_in_once_and_the_second_time_nothing_changes(
    engine_of: Engine, domains: Path
) -> None:
    first = bring(engine_of, "cloaked_domains", domains)
    before = everything(engine_of)

    second = bring(engine_of, "cloaked_domains", domains)

    assert counts(first) == {
        "read": 5, "named": 4, "new": 3, "known": 0, "merged": 0, "conflicting": 1, "quarantined": 1,
        "set_aside": 0, "claims": 4,
    }  # fmt: skip
    assert counts(second) == {
        "read": 5, "named": 4, "new": 0, "known": 4, "merged": 0, "conflicting": 0, "quarantined": 1,
        "set_aside": 0, "claims": 0,
    }  # fmt: skip
    assert everything(engine_of) == before
    assert statuses(engine_of) == {
        "web:harbour-news.example": "accepted", "web:relay.example": "unassessed", "web:go.example": "unassessed",
    }  # fmt: skip


def test_two_reports_that_name_two_operators_both_stand(engine_of: Engine, domains: Path) -> None:
    report = bring(engine_of, "cloaked_domains", domains)

    shown = desk.show_account(engine_of, "web:harbour-news.example")["claims"]

    assert {(row["publisher"], row["object_name"]) for row in shown} == {
        ("Example Lab", "HARBOURWALL"), ("Other Lab", "SECONDWALL"),
    }  # fmt: skip
    assert report.conflicts == (
        {
            "line": 5,
            "account": "web:harbour-news.example",
            "operator": "SECONDWALL",
            "others": ["HARBOURWALL"],
        },
    )


def test_a_claim_rests_on_the_bytes_of_its_list_and_a_republisher_on_quotation_alone(
    engine_of: Engine, domains: Path
) -> None:
    report = bring(engine_of, "cloaked_domains", domains)

    [relays] = desk.show_account(engine_of, "web:relay.example")["claims"]
    [part] = desk.show_account(engine_of, "web:go.example")["claims"]
    operated = desk.show_account(engine_of, "web:harbour-news.example")["claims"]

    assert [(row["predicate"], row["grade"], row["items"][0]["kind"]) for row in (relays, part, operated[0])] == [
        ("relays", "low", "quotation"), ("part_of", "low", "contextual"), ("operated_by", "moderate", "documented"),
    ]  # fmt: skip
    assert {row["items"][0]["evidence"] for row in (relays, part, *operated)} == {report.sha256}
    assert [row["disputed"] for row in operated] == [True, True]


def test_a_claim_that_a_person_withdrew_is_not_made_again(engine_of: Engine, domains: Path) -> None:
    bring(engine_of, "cloaked_domains", domains)
    [claim] = desk.show_account(engine_of, "web:go.example")["claims"]
    with unit_of_work(engine_of) as session:
        claims.withdraw(session, claim["id"], by="an editor", reason="Hijacked", at=AT)

    report = bring(engine_of, "cloaked_domains", domains)

    [after] = desk.show_account(engine_of, "web:go.example")["claims"]
    assert (report.claims, report.known) == (0, 4)
    assert after["withdrawn"]["reason"] == "Hijacked"


def test_the_bytes_of_a_list_are_evidence_and_what_could_not_be_read_is_kept_with_them(
    engine_of: Engine, domains: Path
) -> None:
    report = bring(engine_of, "cloaked_domains", domains)

    with Session(engine_of) as session:
        kept = evidence.find(session, report.sha256)
        assert kept is not None
        whole = b"".join(evidence.read(session, kept))
        faults = list(evidence.verify(session))
        refused = session.execute(text("SELECT line, field, raw FROM quarantined")).one()
        asked = session.execute(text("SELECT source, evidence_id FROM query")).one()
    assert whole == domains.read_bytes()
    assert faults == []
    assert (refused.line, refused.field, json.loads(refused.raw)["domain"]) == (6, "domain", "not a domain")
    assert tuple(asked) == ("list:cloaked_domains", kept)
    assert report.refused[0]["reason"]


def test_a_file_of_another_kind_leaves_nothing_behind(engine: Engine, domains: Path) -> None:
    with pytest.raises(BadInput, match="without the columns name_en"):
        bring(engine, "canis", domains)

    assert all(rows == [] for rows in everything(engine).values())


def test_what_people_suspect_keeps_its_status_and_the_claim_of_the_list_stands_beside_it(
    engine_of: Engine, domains: Path
) -> None:
    paper = Document("paper", "Example Press", "On it", date(2024, 1, 1), None, "B")
    with unit_of_work(engine_of) as session:
        suspects.add_suspect(
            session, account_ref("harbour-news.example"), paper, reason="Looks odd", submitted_by="a reader",
            predicate=None, operator=None, rival=None, at=AT,
        )  # fmt: skip

    report = bring(engine_of, "cloaked_domains", domains)

    shown = desk.show_account(engine_of, "web:harbour-news.example")
    assert shown["account"]["status"] == "suspected"
    assert len(shown["claims"]) == 2
    assert "1 accounts wait for a review as suspected and keep that status" in report.warnings


def test_a_status_is_raised_only_where_nobody_judged(engine_of: Engine) -> None:
    refs = [AccountRef("web", f"{word}.example") for word in ("open", "rejected")]
    with unit_of_work(engine_of) as session:
        lists.add_accounts(session, [(refs[0], "unassessed"), (refs[1], "rejected")], at=AT)
        lists.raise_statuses(session, {row["id"]: "accepted" for row in lists.known_accounts(session)})

    assert statuses(engine_of) == {"web:open.example": "accepted", "web:rejected.example": "rejected"}


def test_a_channel_number_that_a_list_pairs_with_a_known_handle_is_the_same_account(
    engine_of: Engine, tmp_path: Path
) -> None:
    channel = "UC" + "a" * 22
    path = tmp_path / "canis.csv"
    path.write_text(
        "name_en,owner_en,parent_en,x_handle,x_url,facebook_page,facebook_url,youtube_account,youtube_url\n"
        f"Harbour TV,Harbour Media Group,Harbour Committee,,,,,HarbourTV,https://www.youtube.com/channel/{channel}\n"
    )
    with unit_of_work(engine_of) as session:
        lists.add_accounts(session, [(account_ref("HarbourTV", "youtube"), "suspected")], at=AT)

    first = bring(engine_of, "canis", path)
    before = everything(engine_of)
    second = bring(engine_of, "canis", path)

    [row] = desk.list_accounts(engine_of)
    assert (row["key"], row["native_id"], row["known_as"], row["status"]) == (
        "harbourtv", channel, [channel], "suspected",
    )  # fmt: skip
    assert (first.merged, first.new, second.known) == (1, 0, 1)
    assert everything(engine_of) == before


def test_an_account_that_is_there_is_not_added_again(engine_of: Engine) -> None:
    ref = AccountRef("web", "open.example", name="Open")
    with unit_of_work(engine_of) as session:
        lists.add_accounts(session, [(ref, "accepted")], at=AT)
        lists.add_accounts(session, [(replace(ref, name="Other"), "unassessed")], at=AT)

    with Session(engine_of) as session:
        assert [row["name"] for row in registry.accounts(session)] == ["Open"]


def test_the_command_reports_in_json_and_refuses_an_unknown_list(tmp_path: Path, domains: Path) -> None:
    home = ["--home", str(tmp_path / "home")]

    done = CliRunner().invoke(
        cli, [*home, "accounts", "import", "cloaked_domains", str(domains), "--format", "json"]
    )
    refused = CliRunner().invoke(cli, [*home, "accounts", "import", "sites_of_concern", str(domains)])

    report = json.loads(done.stdout)
    assert {name: report[name] for name in ("read", "new", "known", "merged", "conflicting", "quarantined")} == {
        "read": 5, "new": 3, "known": 0, "merged": 0, "conflicting": 1, "quarantined": 1,
    }  # fmt: skip
    assert refused.exit_code == 2
    assert "asd_matrix, canis, cloaked_domains, handles, meta_indicators" in refused.stderr


@real
def test_every_list_comes_in_with_the_counts_that_its_readme_gives_and_then_changes_nothing(
    engine: Engine,
) -> None:
    first = {name: bring_real(engine, name) for name in FILES}
    before = everything(engine)
    second = {name: bring_real(engine, name) for name in FILES}

    platforms = {name: {one["platform"]: one for one in report.platforms} for name, report in first.items()}
    assert {name: report.read for name, report in first.items()} == {
        "canis": 758, "asd_matrix": 1156, "handles": 2631, "cloaked_domains": 8511, "meta_indicators": 8613,
    }  # fmt: skip
    assert {name: one["named"] for name, one in platforms["canis"].items()} == {
        "x": 573, "facebook": 326, "youtube": 159, "instagram": 139, "tiktok": 121, "threads": 35,
    }  # fmt: skip
    assert platforms["handles"]["x"] == {"platform": "x", "named": 849, "distinct": 724}
    assert platforms["cloaked_domains"]["web"]["distinct"] + first["cloaked_domains"].quarantined == 8027
    assert everything(engine) == before
    for name, report in second.items():
        assert (report.new, report.merged, report.conflicting, report.claims) == (0, 0, 0, 0)
        assert (report.known, report.quarantined) == (first[name].named, first[name].quarantined)


@real
def test_no_republisher_is_shown_as_state_run(engine: Engine) -> None:
    bring_real(engine, "cloaked_domains")
    rows = [row for row in read_real("cloaked_domains.csv.gz") if row["role"].startswith("republisher")]

    shown = statuses(engine)
    with Session(engine) as session:
        said = lists.known_claims(session)
    hosts = {f"web:{row['domain'].removeprefix('www.')}" for row in rows} & set(shown)
    assert len(hosts) == 67
    assert {shown[host] for host in hosts} == {"unassessed"}
    assert {claim["predicate"] for claim in said if claim["subject"] in hosts} == {"relays"}


@real
def test_every_paperwall_domain_is_found_by_the_form(engine: Engine, tmp_path: Path) -> None:
    rows = [row for row in read_real("cloaked_domains.csv.gz") if row["network"] == "PAPERWALL"]
    path = tmp_path / "paperwall.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    bring(engine, "cloaked_domains", path)
    confirmed = [row for row in rows if row["role"] == "operated"]

    found = [desk.check_suspect(engine, f"https://www.{row['domain']}/about").known for row in confirmed]

    assert Counter(bool(row["target_country"]) for row in confirmed) == {True: 119, False: 4}
    assert [(row or {}).get("status") for row in found] == ["accepted"] * 123


@real
def test_of_the_control_domains_exactly_those_on_a_cloaked_list_hit(engine: Engine) -> None:
    bring_real(engine, "cloaked_domains")
    control = {row["domain"] for row in read_real("control_news_domains_by_country.csv.gz")}
    listed = {row["domain"] for row in read_real("cloaked_domains.csv.gz")}

    with Session(engine) as session:
        known = {row["key"] for row in lists.known_accounts(session)}
    hits = {domain for domain in control if account_ref(domain, "web").key in known}

    assert hits == control & listed
    assert len(hits) == 27


def bring_real(engine: Engine, name: str) -> ListReport:
    return listdesk.import_list(engine, Settings(), name, path=DATA / FILES[name], now=lambda: AT)


def read_real(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", newline="") as file:
        return list(csv.DictReader(file))
