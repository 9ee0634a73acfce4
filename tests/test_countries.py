import pytest

from tracker import countries


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany", "DEU"), ("  germany ", "DEU"), ("DE", "DEU"), ("DEU", "DEU"), ("Niger", "NER"), ("Nigeria", "NGA"),
        ("Kosovo", "XKX"), ("Serbia", "SRB"), ("Côte d’Ivoire", "CIV"), ("Ivory Coast", "CIV"), ("Türkiye", "TUR"),
        ("Turkey", "TUR"), ("Bosnia and Herzegovina", "BIH"), ("Bosnia & Herzegovina", "BIH"), ("St. Lucia", "LCA"),
        ("Hong Kong", "HKG"), ("Taiwan", "TWN"), ("Myanmar", "MMR"), ("Burma", "MMR"), ("Yemen", "YEM"),
        ("United States", "USA"), ("USA", "USA"), ("Russian Federation", "RUS"), ("Czech Republic", "CZE"),
        ("North Korea", "PRK"), ("Republic of Korea", "KOR"), ("Republic of the Congo", "COG"), ("Malta", "MLT"),
    ],
)  # fmt: skip
def test_a_published_country_name_is_one_code(name: str, code: str):
    assert countries.a3(name) == code


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nigera",
        "Korea",
        "Congo",
        "California",
        "united_states:Chicago",
        "all",
        "Europe",
        "de",
        "ZZ",
        "DDR",
        "zzz",
    ],
)
def test_a_name_that_is_not_exactly_a_country_is_none_and_never_a_guess(name: str):
    assert countries.a3(name) is None


def test_unknown_names_are_listed_each_once():
    assert countries.unknown(["France", "Texas", "Texas", "Atlantis"]) == ["Atlantis", "Texas"]


def test_the_european_union_has_27_members_that_all_have_names():
    assert len(countries.EUROPEAN_UNION) == 27
    assert {
        countries.a3(countries.name_of(code)) for code in countries.EUROPEAN_UNION
    } == countries.EUROPEAN_UNION
