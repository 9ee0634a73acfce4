"""What each public list says is read as its publisher's finding, in its publisher's words."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from tracker.domain import Notice, Quarantined, Record
from tracker.errors import BadInput
from tracker.registry import lists
from tracker.registry.lists._bodies import folded_name
from tracker.registry.lists._merging import Merge, Registry
from tracker.registry.lists._values import Item, Linked, Named, SetAside

CANIS_ROW = {
    "row_id": "canis0001", "name_en": "Harbour Voice", "owner_en": "Harbour Media Group (HMG)",
    "owner_zh": "港口传媒集团", "parent_en": "Harbour Committee", "parent_zh": "港口委员会",
    "region_of_focus": "Anglosphere", "language": "English", "person_flag_heuristic": "no",
}  # fmt: skip
ASD_ROW = {
    "row_id": "asd0001", "country": "Norway", "media_company": "Fjord Radio", "main_assets": "Fjord One",
    "typology": "ISFM",
}  # fmt: skip
DOMAIN_ROW = {
    "domain": "harbour-news.example", "network": "HARBOURWALL", "state": "China", "role": "operated",
    "reported_by": "Example Lab", "report_url": "https://lab.example/2024/02/07/harbourwall/",
    "origin_repo": "someone/compilation",
}  # fmt: skip
META_ROW = {
    "period": "Q2_2023", "network": "Q2 2023 Iran-based CIB network",
    "indicator_type": "0.6.2 Acquiring domains to support influence operations",
    "indicator": "harbour[.]example", "indicator_refanged": "harbour.example",
}  # fmt: skip


def parse(name: str, *rows: dict[str, Any]) -> list[Item]:
    return list(lists.load(name).parse([Record(line, row) for line, row in enumerate(rows, 2)]))


def named(name: str, *rows: dict[str, Any]) -> list[Named]:
    return [item for item in parse(name, *rows) if isinstance(item, Named)]


def merge_of(
    accounts: Iterable[dict[str, Any]] = (), claims: Iterable[dict[str, Any]] = (), **more: Any
) -> Merge:
    return Merge(
        Registry(accounts, more.get("organisations", ()), claims, frozenset(more.get("reviewed", ())))
    )


def account_row(key: str, status: str, *, platform: str = "x") -> dict[str, Any]:
    return {
        "id": 1, "platform": platform, "key": key, "native_id": None, "known_as": [], "brand_id": None,
        "status": status,
    }  # fmt: skip


def test_every_list_is_found_by_looking_in_the_folder() -> None:
    names = lists.names()

    assert names == ["asd_matrix", "canis", "cloaked_domains", "handles", "meta_indicators"]
    assert all(lists.load(name).name == name for name in names)


def test_an_unknown_list_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(BadInput, match="asd_matrix, canis"):
        lists.load("sites_of_concern")


def test_an_owner_in_canis_is_a_claim_with_the_row_and_the_words_of_the_list() -> None:
    row = {
        **CANIS_ROW,
        "x_handle": "@HarbourVoice/",
        "x_url": "https://mobile.twitter.com/HarbourVoice?lang=en",
        "x_followers": "1200",
    }

    [link, item] = parse("canis", row)

    assert isinstance(link, Linked)
    assert (link.subject.name, link.predicate, link.object.name) == (
        "Harbour Media Group (HMG)", "supervised_by", "Harbour Committee",
    )  # fmt: skip
    assert isinstance(item, Named)
    assert (item.ref.platform, item.ref.key, item.place, item.predicate, item.status) == (
        "x", "harbourvoice", "row 2 (canis0001)", "operated_by", "accepted",
    )  # fmt: skip
    assert item.says.startswith("Lists Harbour Voice as PRC state media, owner Harbour Media Group (HMG).")
    assert item.document.published_on == date(2023, 11, 3)
    assert item.followers is not None
    assert item.followers.lower == 1200


def test_a_likely_person_is_marked_and_nothing_more_is_said() -> None:
    row = {**CANIS_ROW, "x_handle": "someone", "x_url": "", "person_flag_heuristic": "likely"}

    [item] = named("canis", row)

    assert "a person in a public role" in item.says


def test_an_unknown_owner_names_no_operator() -> None:
    row = {**CANIS_ROW, "owner_en": "unknown", "parent_en": "unknown", "x_handle": "someone", "x_url": ""}

    items = parse("canis", row)

    assert [(item.predicate, item.object.id) for item in items if isinstance(item, Named)] == [
        ("part_of", "chinese-party-state")
    ]
    assert not any(isinstance(item, Linked) for item in items)


def test_a_follower_figure_that_is_no_number_is_left_out_with_a_warning() -> None:
    items = parse("canis", {**CANIS_ROW, "x_handle": "someone", "x_url": "", "x_followers": "many"})

    assert [item.followers for item in items if isinstance(item, Named)] == [None]
    assert Notice("row 2: x_followers is not a number and was left out") in items


def test_a_handle_beside_a_channel_number_is_a_name_the_channel_is_known_under() -> None:
    channel = "UC" + "a" * 22
    row = {
        **CANIS_ROW,
        "youtube_account": "HarbourTV",
        "youtube_url": f"https://www.youtube.com/channel/{channel}/about",
    }

    [item] = named("canis", row)

    assert (item.ref.key, item.ref.native_id, item.ref.known_as) == (channel, channel, ("harbourtv",))


def test_a_handle_that_differs_from_its_address_is_said_and_the_address_counts() -> None:
    items = parse("canis", {**CANIS_ROW, "x_handle": "harbour_old", "x_url": "https://x.com/harbour_new"})

    [item] = [item for item in items if isinstance(item, Named)]
    assert item.ref.key == "harbour_new"
    assert "'harbour_old'" in item.says
    assert Notice("1 handles differ from the address beside them; the address was taken") in items


@pytest.mark.parametrize(
    ("kind", "status", "relation"),
    [("SC", "accepted", "operated_by"), ("CaPu", "accepted", "operated_by"), ("CaPr", "accepted", "operated_by"),
     ("ISFM", "control", "part_of"), ("ISF", "control", "part_of"), ("ISM", "control", "part_of"),
     ("IP", "control", "part_of"), ("ISFM?", "unassessed", "part_of"), ("", "unassessed", "part_of")],
)  # fmt: skip
def test_an_independent_outlet_is_never_marked_as_controlled(kind: str, status: str, relation: str) -> None:
    [item] = named("asd_matrix", {**ASD_ROW, "typology": kind, "url": "https://www.fjord.example/en/"})

    assert (item.ref.key, item.status, item.predicate) == ("fjord.example", status, relation)
    assert f"({kind})" in item.says


def test_the_words_of_a_control_type_stand_in_the_claim() -> None:
    [item] = named("asd_matrix", {**ASD_ROW, "url": "https://fjord.example"})

    assert item.says == (
        "Lists Fjord One of Fjord Radio (Norway) as Independent State-Funded and State-Managed Media (ISFM)."
    )


def test_a_cell_that_names_no_account_is_quarantined_with_line_field_and_reason() -> None:
    items = parse(
        "asd_matrix",
        {**ASD_ROW, "twitter_link": "https://twitter.com/hashtag/fjord", "url": "https://10.0.0.1/"},
    )

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [
        (2, "url"), (2, "twitter_link"),
    ]  # fmt: skip
    assert all(item.reason for item in items if isinstance(item, Quarantined))


def test_an_x_handle_with_a_dot_is_kept_as_printed_without_an_address() -> None:
    items = parse("asd_matrix", {**ASD_ROW, "twitter_link": "https://www.twitter.com/Fjord.One"})

    [item] = [item for item in items if isinstance(item, Named)]
    assert (item.ref.key, item.ref.handle, item.ref.url) == ("fjord.one", "Fjord.One", None)
    assert any(isinstance(item, Notice) and "1 X handles hold a dot" in item.message for item in items)


def test_a_row_of_the_long_table_speaks_for_its_own_list() -> None:
    rows = [
        {"list": "canis", "list_row": "canis0001", "entity": "Harbour Voice", "country": "China", "owner": "Harbour Media Group (HMG)", "platform": "x", "handle_as_listed": "HarbourVoice", "url": "https://twitter.com/HarbourVoice"},
        {"list": "asd", "list_row": "asd0001", "entity": "Fjord One", "country": "Norway", "owner": "Fjord Radio", "platform": "facebook", "handle_as_listed": "", "url": "https://www.facebook.com/profile.php?id=100000000000001"},
        {"list": "chc", "list_row": "EmbHarbour", "entity": "Embassy", "country": "China", "owner": "", "platform": "x", "handle_as_listed": "EmbHarbour", "url": ""},
        {"list": "elsewhere", "platform": "x", "url": "https://x.com/someone"},
    ]  # fmt: skip

    items = parse("handles", *rows)

    assert [
        (item.ref.key, item.document.id, item.predicate, item.status, item.repeats)
        for item in items
        if isinstance(item, Named)
    ] == [
        ("harbourvoice", "canis-prc-state-media", "operated_by", "accepted", True),
        ("100000000000001", "asd-state-media-matrix-2024", "part_of", "unassessed", True),
        ("embharbour", "chc-prc-diplomats-and-media-x", "part_of", "accepted", False),
    ]
    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(5, "list")]


def test_a_republisher_is_never_said_to_be_operated_by_anyone() -> None:
    row = {**DOMAIN_ROW, "role": "republisher (third party; ownership not alleged)", "state": "Russia"}

    [item] = named("cloaked_domains", row)

    assert (item.status, item.predicate, item.object.name) == ("unassessed", "relays", "RT")
    assert "ownership is not alleged" in item.says


@pytest.mark.parametrize("role", ["redirect", "infrastructure"])
def test_a_redirect_or_infrastructure_domain_is_part_of_an_operation_and_says_so(role: str) -> None:
    [item] = named("cloaked_domains", {**DOMAIN_ROW, "role": role})

    assert (item.status, item.predicate) == ("unassessed", "part_of")
    assert role in item.says


def test_an_operated_domain_is_attributed_by_its_report() -> None:
    [item] = named("cloaked_domains", {**DOMAIN_ROW, "target_country": "KR", "identified": "2024-01-02"})

    assert (item.ref.key, item.status, item.predicate, item.object.id) == (
        "harbour-news.example", "accepted", "operated_by", "operation-harbourwall",
    )  # fmt: skip
    assert (item.document.publisher, item.document.published_on, item.document.reliability) == (
        "Example Lab", date(2024, 2, 7), "C",
    )  # fmt: skip
    assert "Target country KR. Identified 2024-01-02." in item.says


def test_an_unknown_role_and_a_pattern_in_place_of_a_domain_are_quarantined() -> None:
    items = parse(
        "cloaked_domains", {**DOMAIN_ROW, "role": "owned"}, {**DOMAIN_ROW, "domain": r"(^|\.)gab\.example$"}
    )

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [
        (2, "role"),
        (3, "domain"),
    ]


def test_what_meta_reports_names_network_quarter_and_base_and_is_left_unassessed() -> None:
    [item] = named("meta_indicators", META_ROW)

    assert (item.ref.key, item.status, item.predicate) == ("harbour.example", "unassessed", "operated_by")
    assert item.says.startswith(
        "Names it under Q2 2023 Iran-based CIB network, period Q2 2023. Based in, as Meta states: Iran."
    )


def test_the_same_network_of_meta_has_one_document_and_one_name_in_both_lists() -> None:
    row = {**DOMAIN_ROW, "network": f"Meta CIB: {META_ROW['network']}", "reported_by": "Meta threat research"}

    [one] = named("meta_indicators", META_ROW)
    [other] = named("cloaked_domains", row)

    assert (one.document, one.object) == (other.document, other.object)
    assert other.status == "unassessed"


def test_a_tactic_or_an_address_on_a_shared_host_names_no_account() -> None:
    items = parse(
        "meta_indicators",
        {**META_ROW, "indicator_type": "1.5.1 Impersonating news website", "indicator_refanged": "famous.example"},
        {**META_ROW, "indicator_type": "0.9.8 Acquiring accounts on online forums", "indicator_refanged": "https://forum.example/user/7"},
        {**META_ROW, "indicator_type": "0.9.1 Acquiring Facebook assets", "indicator_refanged": "63 accounts"},
    )  # fmt: skip

    assert [type(item) for item in items] == [SetAside, SetAside, SetAside]


def test_two_bodies_with_one_name_are_one_within_a_country_and_two_across() -> None:
    rows = [
        {**ASD_ROW, "typology": "SC", "country": country, "media_company": company, "url": f"https://{host}.example"}
        for country, company, host in (("Kuwait", "State TV", "a"), ("Oman", "State TV", "b"), ("Kuwait", "The State TV (STV)", "c"))
    ]  # fmt: skip
    merge = merge_of()

    for item in named("asd_matrix", *rows):
        merge.add(item)

    assert Counter(claim.object for claim in merge.claims)["state-tv"] == 2
    assert len(merge.organisations) == 2


def test_another_operator_conflicts_unless_one_stands_above_the_other() -> None:
    known = {
        "subject_type": "account",
        "subject": "x:harbourvoice",
        "predicate": "operated_by",
        "document_id": "press",
        "withdrawn": False,
    }
    row = {**CANIS_ROW, "x_handle": "HarbourVoice", "x_url": ""}
    other = merge_of([account_row("harbourvoice", "accepted")], [{**known, "object": "somebody-else"}])
    above = merge_of(
        [account_row("harbourvoice", "accepted")],
        [
            {**known, "object": "harbour-committee"},
            {"subject_type": "organisation", "subject": "harbour-media-group", "predicate": "supervised_by",
             "object": "harbour-committee", "document_id": "press", "withdrawn": False},
        ],
    )  # fmt: skip

    outcomes = [merge.add(named("canis", row)[0]) for merge in (other, above)]

    assert outcomes == ["conflicting", "merged"]
    assert [len(merge.claims) for merge in (other, above)] == [1, 1]


def test_a_withdrawn_claim_is_no_other_operator_and_is_not_made_again() -> None:
    item = named("canis", {**CANIS_ROW, "x_handle": "HarbourVoice", "x_url": ""})[0]
    gone = {
        "subject_type": "account",
        "subject": "x:harbourvoice",
        "predicate": "operated_by",
        "withdrawn": True,
    }
    other = merge_of(
        [account_row("harbourvoice", "accepted")], [{**gone, "object": "else", "document_id": "press"}]
    )
    same = {**gone, "object": "harbour-media-group", "document_id": item.document.id}
    body = {
        "id": "harbour-media-group",
        "name": "Harbour Media Group",
        "native_name": None,
        "aliases": [],
        "country": "CN",
        "kind": "media_group",
    }
    again = merge_of([account_row("harbourvoice", "accepted")], [same], organisations=[body])

    outcomes = [merge.add(item) for merge in (other, again)]

    assert outcomes == ["merged", "known"]
    assert again.claims == []


def test_what_the_same_document_says_of_the_brand_is_not_said_again_of_its_account() -> None:
    item = named("canis", {**CANIS_ROW, "x_handle": "HarbourVoice", "x_url": ""})[0]
    said = {
        "subject_type": "brand", "subject": "harbour-voice", "predicate": "operated_by",
        "object": "harbour-media-group", "document_id": item.document.id, "withdrawn": False,
    }  # fmt: skip
    body = {
        "id": "harbour-media-group",
        "name": "Harbour Media Group",
        "native_name": None,
        "aliases": [],
        "country": "CN",
        "kind": "media_group",
    }
    account = {**account_row("harbourvoice", "accepted"), "brand_id": "harbour-voice"}
    merge = merge_of([account], [said], organisations=[body])

    assert merge.add(item) == "known"
    assert merge.claims == []


def test_a_body_that_nobody_names_contradicts_none() -> None:
    item = named("canis", {**CANIS_ROW, "x_handle": "HarbourVoice", "x_url": ""})[0]
    said = {
        "subject_type": "account", "subject": "x:harbourvoice", "predicate": "operated_by", "object": "somebody",
        "document_id": "press", "withdrawn": False,
    }  # fmt: skip
    body = {
        "id": "somebody",
        "name": "The state",
        "native_name": None,
        "aliases": [],
        "country": "CN",
        "kind": "unnamed",
    }
    merge = merge_of([account_row("harbourvoice", "accepted")], [said], organisations=[body])

    assert merge.add(item) == "merged"


def test_rows_that_disagree_on_control_leave_an_outlet_unassessed() -> None:
    merge = merge_of()
    for item in named(
        "asd_matrix",
        *({**ASD_ROW, "typology": kind, "url": "https://fjord.example"} for kind in ("CaPr", "ISFM")),
    ):
        merge.add(item)

    assert [status for _, status in merge.new_accounts()] == ["unassessed"]


@pytest.mark.parametrize(
    "status", ["suspected", "under_review", "accepted", "rejected", "withdrawn", "control"]
)
def test_a_status_that_somebody_gave_is_left(status: str) -> None:
    merge = merge_of([account_row("harbourvoice", status)])

    merge.add(named("canis", {**CANIS_ROW, "x_handle": "HarbourVoice", "x_url": ""})[0])

    assert merge.raised() == {}


def test_an_unassessed_account_is_raised_unless_a_person_reviewed_it() -> None:
    row = {**CANIS_ROW, "x_handle": "HarbourVoice", "x_url": ""}
    free = merge_of([account_row("harbourvoice", "unassessed")])
    decided = merge_of([account_row("harbourvoice", "unassessed")], reviewed=["x:harbourvoice"])
    for merge in (free, decided):
        merge.add(named("canis", row)[0])

    assert (free.raised(), decided.raised()) == ({1: "accepted"}, {})


def test_a_name_that_hides_letters_or_runs_on_is_cut_to_what_can_be_shown() -> None:
    row = {
        **CANIS_ROW,
        "name_en": "Harbour\u202e\x00\n Voice" + "x" * 1000,
        "x_handle": "someone",
        "x_url": "",
    }

    [item] = named("canis", row)

    assert item.ref.name is not None
    assert item.ref.name.startswith("Harbour Voicex")
    assert len(item.ref.name) == 300


def test_names_of_bodies_are_compared_without_brackets_article_and_case() -> None:
    assert folded_name("The Harbour Media Group (HMG)") == folded_name("Harbour media group")
    assert folded_name("港口传媒集团") == "港口传媒集团"
