"""Country names as published, to ISO 3166 alpha-3: exact after folding, or not at all.

Names come from the Unicode CLDR through babel. Nothing is matched by likeness: Niger would become Nigeria.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

ALIASES: Mapping[str, str] = {
    "america": "USA", "bolivia plurinational state of": "BOL", "burma": "MMR", "cape verde": "CPV",
    "cote d ivoire": "CIV", "czech republic": "CZE", "democratic republic of the congo": "COD",
    "east timor": "TLS", "great britain": "GBR", "holland": "NLD", "hong kong": "HKG",
    "hong kong sar": "HKG", "iran islamic republic of": "IRN", "ivory coast": "CIV",
    "korea republic of": "KOR", "kosovo": "XKX", "lao pdr": "LAO", "macau": "MAC", "macao": "MAC",
    "macedonia": "MKD", "moldova republic of": "MDA", "myanmar": "MMR", "palestine": "PSE",
    "republic of ireland": "IRL", "republic of korea": "KOR", "republic of the congo": "COG",
    "russian federation": "RUS", "slovak republic": "SVK", "swaziland": "SWZ",
    "syrian arab republic": "SYR", "taiwan": "TWN", "tanzania united republic of": "TZA",
    "the bahamas": "BHS", "the gambia": "GMB", "the netherlands": "NLD", "turkey": "TUR", "turkiye": "TUR",
    "uae": "ARE", "uk": "GBR", "united states of america": "USA", "us": "USA", "usa": "USA",
    "vatican": "VAT", "venezuela bolivarian republic of": "VEN", "viet nam": "VNM",
}  # fmt: skip

FORMER = frozenset(
    {
        "AAA", "ASC", "BUR", "CPT", "DDR", "DGA", "FXX", "QUU", "SUN", "TAA", "XAA", "XBB", "YMD", "ZAR", "ZZZ",
    }
)  # fmt: skip
"""Codes that CLDR still knows for states and areas that ISO 3166 no longer, or never, lists."""

EUROPEAN_UNION = frozenset(
    {
        "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN",
        "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
    }
)  # fmt: skip


def a3(name: str) -> str | None:
    """Return the alpha-3 code of a country named in English or by its alpha-2 or alpha-3 code, else `None`."""
    stripped = name.strip()
    if re.fullmatch(r"[A-Z]{2}", stripped):
        return _alpha3_of_alpha2().get(stripped)
    if re.fullmatch(r"[A-Z]{3}", stripped) and stripped in _names():
        return stripped
    folded = _folded(stripped)
    return ALIASES.get(folded) or _codes().get(folded)


def a2(name: str) -> str | None:
    """Return the alpha-2 code of a country, named as for `a3`, else `None`."""
    code = a3(name)
    return (
        next((short for short, long in _alpha3_of_alpha2().items() if long == code), None) if code else None
    )


def name_of(code: str) -> str:
    """Return the English name of an alpha-3 code, or the code itself when CLDR has none."""
    return _names().get(code, code)


def every() -> frozenset[str]:
    """Return the alpha-3 codes of all countries and territories of the CLDR."""
    return frozenset(_names())


def count() -> int:
    """Return how many countries and territories there are in the CLDR."""
    return len(_names())


def unknown(names: Iterable[str]) -> list[str]:
    """Return the names that are no country we know, sorted, each once: a region, a city, a misspelling."""
    return sorted({name for name in names if a3(name) is None})


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("&", " and ").replace("st.", "saint"))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.findall(r"\w+", letters))


@cache
def _alpha3_of_alpha2() -> Mapping[str, str]:
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    today = {"XK": "XKX"}
    for code, targets in aliases.items():
        if re.fullmatch(r"[A-Z]{3}", code) and len(targets) == 1 and code not in FORMER:
            today.setdefault(targets[0], code)
    return today


@cache
def _names() -> Mapping[str, str]:
    territories = Locale("en").territories
    return {
        alpha3: territories[alpha2]
        for alpha2, alpha3 in _alpha3_of_alpha2().items()
        if alpha2 in territories and re.fullmatch(r"[A-Z]{2}", alpha2)
    }


@cache
def _codes() -> Mapping[str, str]:
    return {_folded(name): code for code, name in _names().items()}
