"""A language is told from words, with its certainty; what cannot be told is `und`, and nobody guesses."""

from datetime import date

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.languages import NOT_TOLD, Detector, spoken
from tracker.errors import ConfigError
from tracker.findings import parse_options, run

SENTENCES = {
    "en": "The government announced a new trade agreement with its neighbours this morning.",
    "fr": "Le gouvernement a annoncé ce matin un nouvel accord commercial avec ses voisins.",
    "zh": "政府今天上午宣布与邻国签署新的贸易协定。",
    "ar": "أعلنت الحكومة صباح اليوم عن اتفاقية تجارية جديدة مع جيرانها.",
    "ru": "Правительство сегодня утром объявило о новом торговом соглашении с соседями.",
}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(["ar", "en", "fr", "ru", "zh"])


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_told_with_a_high_certainty(detector: Detector, language: str) -> None:
    (found,) = detector.detect([SENTENCES[language]])

    assert found.language == language
    assert found.certainty is not None
    assert found.certainty > 0.8


def test_traditional_and_simplified_characters_are_one_language(detector: Detector) -> None:
    assert [
        one.language for one in detector.detect(["政府今天宣布新的貿易協定", "政府今天宣布新的贸易协定"])
    ] == ["zh", "zh"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "🙂🙃🎉",
        "https://example.org/the-new-port-of-our-city",
        "@one @two #three #four #five",
        "Good morning",
        "北京",
        "12 34 56 78",
    ],
)
def test_a_text_with_too_few_words_is_undetermined_without_a_certainty(
    detector: Detector, text: str | None
) -> None:
    assert detector.detect([text]) == [NOT_TOLD]


def test_a_language_that_is_not_configured_is_undetermined_when_none_is_likely(detector: Detector) -> None:
    (script, words) = detector.detect(["รัฐบาลประกาศข้อตกลงการค้าใหม่กับเพื่อนบ้าน", "Rząd ogłosił xqz wczoraj"])

    assert script.language == "und"
    assert words.certainty is None or words.certainty < 1
    assert NOT_TOLD.language == "und"


def test_of_a_very_long_text_the_beginning_is_read(detector: Detector) -> None:
    (found,) = detector.detect([SENTENCES["fr"] * 700])

    assert found.language == "fr"
    assert len(spoken(SENTENCES["fr"] * 700)) <= 500


@pytest.mark.parametrize(("codes", "said"), [(["en", "klingon"], "'klingon'"), (["en"], "one language only")])
def test_a_wrong_list_of_languages_is_named(codes: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Detector(codes)


def test_the_finding_counts_languages_and_what_the_platform_says_beside(make_lake: MakeLake) -> None:
    day = date(2024, 7, 1)
    lake = make_lake(
        posts=[
            {
                "day": day,
                "text": "a",
                "language": "zh",
                "language_certainty": 0.9,
                "stated_language": "zh-Hans",
            },
            {"day": day, "text": "b", "language": "zh", "language_certainty": 1.0, "stated_language": "en"},
            {"day": day, "text": "c", "language": "und", "language_certainty": None},
            {"day": day, "text": "d", "language": None},
        ]
    )

    found = run("languages", lake, parse_options("languages", {"items": "posts"}))

    told = [
        (row["language"], row["items"], row["n"], row["certainty"], row["stated"], row["stated_alike"])
        for row in found.rows
    ]
    assert told == [("zh", 2, 4, 0.95, 2, 1), (None, 1, 4, None, 0, 0), ("und", 1, 4, None, 0, 0)]
    assert [row["reason"] is None for row in found.rows] == [True, False, False]
    assert (found.coverage["undetermined"], found.coverage["not_looked_at"]) == (1, 1)


def test_near_copies_are_counted_once_among_the_texts_of_a_language(make_lake: MakeLake) -> None:
    said = "The harbour of the city is open to every guest who comes from abroad"
    lake = make_lake(
        ads=[
            *({"first_shown": date(2024, 7, 1), "language": "en", "text": f"{said} {end}"} for end in "abc"),
            *({"first_shown": date(2024, 7, 1), "creative_url": f"https://a.example/{end}"} for end in "ddd"),
            *({"first_shown": date(2024, 7, 1)} for _ in range(2)),
        ]
    )

    found = run("languages", lake, parse_options("languages", {}))

    assert [(row["language"], row["items"], row["texts"]) for row in found.rows] == [
        (None, 5, 3),
        ("en", 3, 1),
    ]
