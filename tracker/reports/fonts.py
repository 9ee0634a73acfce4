"""The packaged fonts: where they lie, and which characters they can draw."""

import struct
import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

PACKAGES = {
    "fontpkg_inter": "files",
    "fontpkg_source_serif_4": "files",
    "fontpkg_noto_sans": "files",
    "fontpkg_noto_sans_arabic": "files",
    "pylopdf_fonts_zh_cn": "",
}
UNICODE_SUBTABLES = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}
INVISIBLE = {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"}


def folders() -> list[Path]:
    """List the folders: Latin, Cyrillic and Greek, Arabic, Chinese with kana; none of the machine's fonts."""
    return [Path(str(files(package))) / folder for package, folder in PACKAGES.items()]


def drawable(text: str) -> str:
    """Name the characters that no packaged font can draw, as in `[grinning face]`: never a box."""
    if text.isascii():
        return text
    covered = _covered()
    return "".join(
        character
        if ord(character) in covered or unicodedata.category(character) in INVISIBLE
        else f"[{unicodedata.name(character, f'U+{ord(character):04X}').lower()}]"
        for character in text
    )


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    files = (
        file for folder in folders() for file in sorted(folder.iterdir()) if file.suffix in {".ttf", ".otf"}
    )
    return frozenset().union(*(_characters(file.read_bytes()) for file in files))


def _characters(font: bytes) -> set[int]:
    """Read the character map (OpenType, table `cmap`, formats 4 and 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * number)
        if (platform, encoding) in UNICODE_SUBTABLES:
            found |= _subtable(font, start + offset)
    return found


def _subtable(font: bytes, start: int) -> set[int]:
    layout = struct.unpack_from(">H", font, start)[0]
    if layout == 12:
        groups = struct.unpack_from(">L", font, start + 12)[0]
        spans = [struct.unpack_from(">LL", font, start + 16 + 12 * number) for number in range(groups)]
    elif layout == 4:
        segments = struct.unpack_from(">H", font, start + 6)[0] // 2
        ends = struct.unpack_from(f">{segments}H", font, start + 14)
        starts = struct.unpack_from(f">{segments}H", font, start + 16 + 2 * segments)
        spans = list(zip(starts, ends, strict=True))
    else:
        return set()
    return {character for first, last in spans for character in range(first, last + 1)}
