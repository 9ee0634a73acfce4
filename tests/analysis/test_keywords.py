import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.analysis.keywords import KeywordCoder, Match, of_terms
from tracker.domain import Code, Codebook


def code(name: str, parent: str | None = None, **keywords: tuple[str, ...]) -> Code:
    return Code(name, name.title(), parent, "", "", "", (), keywords)


BOOK = Codebook(
    3,
    (
        code("politics", en=("election*", "US")),
        code("economy", en=("trade", "free trade zone"), zh=("经济", "人民币"), de=("Straße",)),
        code("culture", en=("opera",)),
        code(
            "taiwan",
            "politics",
            en=("Taiwan*",),
            zh=("台湾", "人民"),
            ar=("تايوان",),
            ru=("Тайван*",),
            th=("ไต้หวัน",),
        ),
        code("belt-and-road", "economy", en=("Belt and Road", "trade"), zh=("一带一路",)),
        code("straits", "taiwan", en=("strait",)),
    ),
)
CODER = KeywordCoder(BOOK)


def codes(text: str | None) -> list[str]:
    return [match.code for match in CODER.code(text)]


def test_the_coder_bears_the_version_of_its_codebook() -> None:
    assert CODER.coder == "keywords v3"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A night at the OPERA.", ["culture"]),
        ("operas", []),
        ("re-elections", ["politics"]),
        ("preelection", []),
        ("elect", []),
        ("#Election2024", ["politics"]),
        ("my_opera_post", ["culture"]),
        ("Taiwanese and taiwan", ["taiwan"]),
        ("the US, today", ["politics"]),
        ("bus", []),
        ("BELT\u00a0AND\nROAD", ["belt-and-road"]),
        ("belt and roads", []),
        ("STRASSE", ["economy"]),
        ("Ｔａｉｗａｎ", ["taiwan"]),
        ("Tai\x00wan", ["taiwan"]),
        ("Tai\u200bwan", ["taiwan"]),
        ("\ud800 opera \udfff", ["culture"]),
        ("Тайваньский", ["taiwan"]),
        ("دعم تايوان", ["taiwan"]),
        ("وبالتايوان", ["taiwan"]),
        ("", []),
        (None, []),
        ("   \n", []),
    ],
)
def test_words_of_spaced_scripts_match_whole_and_stems_match_beginnings(
    text: str | None, found: list[str]
) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("中国经济增长", ["economy"]),
        ("支持台湾opera节", ["culture", "taiwan"]),
        ("人民币升值", ["economy"]),
        ("人民生活", ["taiwan"]),
        ("ชาวไต้หวันวันนี้", ["taiwan"]),
        ("經濟", ["economy"]),
    ],
)
def test_words_of_unspaced_scripts_match_anywhere_the_longest_first(text: str, found: list[str]) -> None:
    assert codes(text) == found


def test_a_longer_keyword_takes_the_words_of_a_shorter_one() -> None:
    assert codes("the free trade zone") == ["economy"]
    assert codes("free trade") == ["belt-and-road", "economy"]


def test_a_match_names_its_code_its_top_level_code_and_its_words() -> None:
    assert CODER.code("Strait trade, fair TRADE; Taiwan and the Taiwanese") == (
        Match("belt-and-road", "economy", ("trade",)),
        Match("economy", "economy", ("trade",)),
        Match("straits", "politics", ("strait",)),
        Match("taiwan", "politics", ("taiwan", "taiwanese")),
    )


def test_many_texts_come_back_in_their_order() -> None:
    assert [[match.code for match in found] for found in CODER.code_many(["opera", None, "台湾"])] == [
        ["culture"],
        [],
        ["taiwan"],
    ]


def test_a_codebook_without_keywords_codes_nothing() -> None:
    assert (
        KeywordCoder(Codebook(1, (code("politics"), code("blank", en=("", "  "))))).code("anything 台湾")
        == ()
    )


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "台" * 1_000_000, "belt " * 200_000, "belt" + " " * 1_000_000]
)
def test_a_million_characters_that_almost_match_are_read_to_the_end(text: str) -> None:
    assert CODER.code(text) == ()
    assert "culture" in codes(f"{text} opera")


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert CODER.code(f"{text} opera") == CODER.code(f"{text} opera")
    assert "culture" in codes(f"{text} opera")


@pytest.mark.parametrize(
    ("terms", "text", "named"),
    [
        (("Russia",), "Russian oil", True),
        (("Russia",), "Prussia", False),
        (("US",), "the US and the EU", True),
        (("US",), "business as usual", False),
        (("台湾",), "关于台湾问题", True),
        (("tea", "Xi'an"), "Tea from Yunnan", True),
        (("culture*",), "culture", True),
        ((), "anything", False),
    ],
)
def test_terms_stand_for_the_words_that_begin_with_them_unless_they_are_short(
    terms: tuple[str, ...], text: str, named: bool
) -> None:
    assert bool(of_terms(terms).code(text)) is named


def test_traditional_and_simplified_characters_match_each_other() -> None:
    book = Codebook(1, (code("taiwan", zh=("台湾",)), code("port", zh=("港口開放",))))

    coder = KeywordCoder(book)

    assert [[match.code for match in coder.code(text)] for text in ("臺灣選舉", "台湾选举", "港口开放了", "咖啡")] == [
        ["taiwan"], ["taiwan"], ["port"], [],
    ]  # fmt: skip
