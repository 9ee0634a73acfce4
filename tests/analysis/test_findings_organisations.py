from datetime import date
from typing import Any

from tests.analysis.lakes import MakeLake
from tracker.findings import parse_options, run


def body(name: str, **values: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("accounts", "accepted_accounts", "accounts_below", "accepted_below"), 0)
    return {"organisation_id": name, "name": name.title(), "kind": "icc", "country": "CN", **counts, **values}


def claim(subject: str, predicate: str, thing: str, document: str, **values: Any) -> dict[str, Any]:
    return {
        "subject_type": "organisation", "subject": subject, "predicate": predicate, "object_type": "organisation",
        "object": thing, "object_name": thing.title(), "document_id": document, **values,
    }  # fmt: skip


def figure(number: int, counted: str, place: str, level: str, words: str) -> dict[str, Any]:
    return {
        "figure_id": number, "counted": counted, "place": place, "level": level, "as_published": words,
        "document_id": "press", "publisher": "Example Press", "title": "Who runs it", "published_on": date(2024, 9, 1),
        "where": "page 4", "says": "Counts.",
    }  # fmt: skip


CENTRES = [
    body("big", level="province", place="Zhejiang", province="CN-ZJ"),
    body("city", level="city", place="Hangzhou, Zhejiang", province="CN-ZJ"),
    body("ward", level="district", place="Yuhang, Hangzhou, Zhejiang", province="CN-ZJ"),
    body("other", level="city", place="Hangzhou, Zhejiang", province="CN-ZJ"),
    body("far", level="county", place="Jing'an, Yichun, Jiangxi", province="CN-JX"),
    body("office", kind="party_organ", level="province", place="Zhejiang", province="CN-ZJ"),
]


def test_a_body_says_who_stands_above_it_and_how_many_documents_speak_of_it(make_lake: MakeLake) -> None:
    lake = make_lake(
        organisations=[body("city", accounts=3, accepted_accounts=2), body("organ"), body("group")],
        claims=[
            claim("city", "supervised_by", "organ", "press", withdrawn=False),
            claim("city", "part_of", "group", "lab", withdrawn=False),
            claim("city", "supervised_by", "organ", "lab", withdrawn=False),
            claim("city", "operated_by", "gone", "paper", withdrawn=True),
            claim("city", "same_as", "group", "press", withdrawn=None),
        ],
    )

    found = run("organisations", lake)

    rows = {row["id"]: (row["supervised_by"], row["documents"]) for row in found.rows}
    assert rows == {"city": ("Group; Organ", 2), "group": (None, 2), "organ": (None, 2)}
    assert (found.n, found.rows[0]["accounts"], found.rows[0]["accepted_accounts"]) == (3, 3, 2)
    assert found.coverage["without_founding"] == 3


def test_only_the_kinds_asked_for_are_listed(make_lake: MakeLake) -> None:
    lake = make_lake(organisations=CENTRES)

    found = run("organisations", lake, parse_options("organisations", {"kinds": "party_organ"}))

    assert [row["id"] for row in found.rows] == ["office"]


def test_a_published_figure_stands_beside_what_the_registry_knows_of_the_same_thing(
    make_lake: MakeLake,
) -> None:
    lake = make_lake(
        organisations=CENTRES,
        figures=[
            figure(1, "icc", "China", "", "over 70"),
            figure(2, "icc", "Zhejiang", "below_province", "16"),
            figure(3, "icc", "China", "province", "29"),
            figure(4, "icc", "Yichun, Jiangxi", "", "the third"),
            figure(5, "icc", "Hunan", "", "5"),
            figure(6, "cities_with_icc", "China", "city", "dozens"),
            figure(7, "provinces_with_icc", "China", "", "nearly every"),
            figure(8, "cloaked_accounts", "China", "", "hundreds"),
        ],
    )

    found = run("figures", lake)

    known = {(row["counted"], row["place"], row["level"]): row["known"] for row in found.rows}
    assert known == {
        ("icc", "China", ""): 5,
        ("icc", "Zhejiang", "below_province"): 3,
        ("icc", "China", "province"): 1,
        ("icc", "Yichun, Jiangxi", ""): 1,
        ("icc", "Hunan", ""): 0,
        ("cities_with_icc", "China", "city"): 1,
        ("provinces_with_icc", "China", ""): 2,
        ("cloaked_accounts", "China", ""): None,
    }
    assert found.rows[0]["document"] == "press"
    assert found.rows[0]["published_on"] == "2024-09-01"
