"""China's units at province level, by their codes in ISO 3166-2: names, and the one that a place lies in.

Only what is matched word for word counts. Taiwan is not among them: no body in the registry governs from there, and
ISO 3166-1 lists it apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

WHOLE = "China"
"""The place of a figure about the whole country."""


@dataclass(frozen=True, slots=True)
class Province:
    """A province, autonomous region, municipality or special administrative region."""

    id: str
    name: str
    native_name: str


PROVINCES: Mapping[str, Province] = {
    code: Province(code, name, native)
    for code, name, native in (
        ("CN-AH", "Anhui", "安徽省"), ("CN-BJ", "Beijing", "北京市"), ("CN-CQ", "Chongqing", "重庆市"),
        ("CN-FJ", "Fujian", "福建省"), ("CN-GD", "Guangdong", "广东省"), ("CN-GS", "Gansu", "甘肃省"),
        ("CN-GX", "Guangxi", "广西壮族自治区"), ("CN-GZ", "Guizhou", "贵州省"), ("CN-HA", "Henan", "河南省"),
        ("CN-HB", "Hubei", "湖北省"), ("CN-HE", "Hebei", "河北省"), ("CN-HI", "Hainan", "海南省"),
        ("CN-HK", "Hong Kong", "香港特别行政区"), ("CN-HL", "Heilongjiang", "黑龙江省"), ("CN-HN", "Hunan", "湖南省"),
        ("CN-JL", "Jilin", "吉林省"), ("CN-JS", "Jiangsu", "江苏省"), ("CN-JX", "Jiangxi", "江西省"),
        ("CN-LN", "Liaoning", "辽宁省"), ("CN-MO", "Macao", "澳门特别行政区"), ("CN-NM", "Inner Mongolia", "内蒙古自治区"),
        ("CN-NX", "Ningxia", "宁夏回族自治区"), ("CN-QH", "Qinghai", "青海省"), ("CN-SC", "Sichuan", "四川省"),
        ("CN-SD", "Shandong", "山东省"), ("CN-SH", "Shanghai", "上海市"), ("CN-SN", "Shaanxi", "陕西省"),
        ("CN-SX", "Shanxi", "山西省"), ("CN-TJ", "Tianjin", "天津市"), ("CN-XJ", "Xinjiang", "新疆维吾尔自治区"),
        ("CN-XZ", "Tibet", "西藏自治区"), ("CN-YN", "Yunnan", "云南省"), ("CN-ZJ", "Zhejiang", "浙江省"),
    )
}  # fmt: skip

_OTHER_NAMES = {"macau": "CN-MO", "xizang": "CN-XZ"}
_BY_NAME = {
    name.casefold(): one.id for one in PROVINCES.values() for name in (one.name, one.native_name)
} | _OTHER_NAMES


def province_of(place: str | None) -> str | None:
    """Return the code of the unit that a place ends with (`Wuhan, Hubei`), or `None` where it names none."""
    return _BY_NAME.get((place or "").rpartition(",")[2].strip().casefold())


def name_of(province: str | None) -> str | None:
    """Return the English name of a unit, the code itself where we do not know it, or `None`."""
    known = PROVINCES.get(province or "")
    return known.name if known else province
