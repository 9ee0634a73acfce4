"""Names of payers against names of bodies: what resolves, what is a candidate, what is nothing; and disguised words."""

import csv
from pathlib import Path

import pytest

from tracker.registry.lookalikes import mixed_words
from tracker.registry.payers import Body, Match, as_written, matches, spelling
from tracker.registry.seedlist import load_seeds

META = Path(__file__).parents[2].parent / "shared" / "data" / "ads" / "meta"
BODIES = (
    Body("harbour", ("Harbour Light Marketing",), {"lumen": "a claim of grade low says so"}),
    Body("lumen", ("Lumen", "上海洋芝市场营销策划有限公司")),
    Body("yangzhi", ("Shanghai Yangzhi Marketing",)),
    Body("medja", ("Студия Медведь",)),
)
PLACES = ("Shanghai",)
NAMES_ONLY = "a match of names only: no register entry was compared"


@pytest.mark.parametrize(
    ("payer", "found"),
    [
        ("Harbour Light Marketing", [("harbour", "alias", 1.0), ("lumen", "same_as", 0.5)]),
        ("HARBOUR  LIGHT, Marketing", [("harbour", "alias", 1.0), ("lumen", "same_as", 0.5)]),
        ("Harbour Light Marketing Co., Ltd.", [("harbour", "folded", 0.9)]),
        ("Marketing Harbour Light S.A.R.L.", [("harbour", "folded", 0.9)]),
        ("GmbH Harbour Light", [("harbour", "transliterated", 0.5)]),
        ("上海洋芝市场营销策划有限公司", [("lumen", "alias", 1.0), ("yangzhi", "transliterated", 0.6)]),
        ("上海洋芝营销策划", [("lumen", "transliterated", 0.7), ("yangzhi", "transliterated", 0.6)]),
        ("Studiya Medved OOO", [("medja", "transliterated", 0.7)]),
        ("Нarbour Light Marketing", [("harbour", "look_alike", 0.5)]),
        ("Shanghai Marketing", []),
        ("Marketing Ltd", []),
        ("Somebody Else", []),
        ("", []),
    ],
)
def test_a_payer_resolves_only_by_the_same_letters(payer: str, found: list[tuple[str, str, float]]) -> None:
    matched = matches(payer, BODIES, places=PLACES)

    assert [(one.body, one.by, one.score) for one in matched] == found
    assert [one.resolved for one in matched] == [by == "alias" for _, by, _ in found]


def test_a_claim_resolves_an_exact_name_and_only_speaks_for_another() -> None:
    exact = matches("Shanghai Yangzhi Marketing", BODIES, paying={"yangzhi"}, places=PLACES)
    other = matches("Shanghai Yangzhi Marketing Ltd", BODIES, paying={"yangzhi"}, places=PLACES)

    said = "a claim says that the body pays for the account"
    assert (exact[0].body, exact[0].by, exact[0].resolved) == ("yangzhi", "claim", True)
    assert (other[0].by, other[0].resolved, other[0].reasons[-1]) == ("folded", False, said)


def test_reasons_and_doubts_stand_with_a_candidate() -> None:
    (found,) = matches("Yangzhi Marketing GmbH", [Body("b", ("Yangzhi Advertising Inc",))])

    assert found == Match(
        "b", "transliterated", 0.5, ("in Latin letters the same name as 'Yangzhi Advertising Inc': yangzhi",),
        ("another legal form: limited and shares", "only one of the two names says: advertising, marketing", NAMES_ONLY),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rest", "forms"),
    [
        ("ООО «Студия»", "студия", {"limited"}),
        ("Müller & Söhne GmbH", "müller and söhne", {"limited"}),
        ("株式会社ミライ", "ミライ", {"shares"}),
        ("Ltd", "ltd", set()),
        ("Coca-Cola", "coca cola", set()),
    ],
)
def test_a_name_is_taken_apart(name: str, rest: str, forms: set[str]) -> None:
    assert (spelling(name).folded, spelling(name).forms) == (rest, forms)


def test_width_case_and_punctuation_are_not_part_of_a_name() -> None:
    assert as_written("ＹＡＮＧＺＨＩ\u3000Marketing.") == "yangzhi marketing"


def test_the_seeds_resolve_the_firm_of_the_report_and_its_chinese_name() -> None:
    seeds = load_seeds(Path(__file__).parents[2] / "seeds")
    bodies = [Body(one.id, (one.name, one.native_name or "", *one.aliases)) for one in seeds.organisations]
    places = [one.place for one in seeds.organisations if one.place]

    english = matches("Shanghai Yangzhi Marketing", bodies, places=places)
    chinese = matches("上海洋芝市场营销策划有限公司", bodies, places=places)

    assert [(one.body, one.by) for one in english] == [
        ("shanghai-yangzhi-marketing", "alias"), ("socialydia", "transliterated"),
    ]  # fmt: skip
    assert [(one.body, one.by) for one in chinese] == [
        ("socialydia", "alias"), ("shanghai-yangzhi-marketing", "transliterated"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Hовости Дня", ["Hовости"]),
        ("Globаl News", ["Globаl"]),
        ("Wiаdоmоśсi krаjоwе", ["Wiаdоmоśсi", "krаjоwе"]),
        ("DW українською", []),
        ("VIPы и DJи", []),
        ("USB-кабель", []),
        ("Ümmet Vakfı وقف", []),
        ("10 μm", []),
    ],
)
def test_a_word_is_disguised_when_one_script_is_there_only_by_look_alikes(
    name: str, words: list[str]
) -> None:
    assert mixed_words(name) == words


@pytest.mark.skipif(not META.exists(), reason="the shared data sets are not beside this checkout")
def test_the_disguised_page_names_of_a_year_are_flagged_and_no_others() -> None:
    with (META / "derived_mixed_script_page_names_CH_2023.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = set()
    for path in (META / "ad_library_report_CH_2023").glob("*_advertisers.csv"):
        with path.open(encoding="utf-8-sig") as file:
            names |= {row[1] for row in csv.reader(file)}

    flagged = {name for name in names if mixed_words(name)}

    assert len(rows) == 16
    assert len(names) > 3_000
    assert flagged == {row["page_name"] for row in rows}
