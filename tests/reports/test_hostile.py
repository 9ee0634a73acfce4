"""Texts from outside are text in every form of the report, whatever they try to be."""

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pymupdf
import pytest

from tests.reports import lakes
from tracker.reports import fonts, words
from tracker.reports.content import Column
from tracker.reports.exports import csv as csv_form
from tracker.reports.exports import pdf, xlsx

LONG_WORD = "w" * 400


class Page(HTMLParser):
    """The elements, the attributes and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.pieces: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.pieces).split())


@pytest.fixture(scope="module")
def page(report: Path) -> Page:
    return Page((report / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pdf_text(report: Path) -> str:
    with pymupdf.open(report / "report.pdf") as document:
        return "".join("".join(page.get_text() for page in document).replace("\u200b", "").split())


AS_SHOWN = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "#evil [x] $a$ *b* `c` \\ @ref //",
    "nul[U+0000] bell[U+0007] escape[U+001B]",
    "[U+202E]gnp.exe [U+2067]x",
    "{{ 7 * 7 }}{% raw %}",
    "![x](http://evil.example/pixel.png)",
]


@pytest.mark.parametrize("text", AS_SHOWN)
def test_a_hostile_text_is_text_on_the_page(page: Page, text: str) -> None:
    assert text in page.text


@pytest.mark.parametrize("text", [*AS_SHOWN, "中国互联网新闻中心", LONG_WORD[:300]])
def test_a_hostile_text_is_text_in_the_pdf(pdf_text: str, text: str) -> None:
    assert "".join(text.split()) in pdf_text


def test_the_page_runs_nothing_and_asks_for_nothing(page: Page) -> None:
    asked = [
        value
        for name, value in page.attributes
        if name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset")
        and not value.startswith("#")
    ]

    assert asked == []
    assert not page.tags & {"script", "iframe", "object", "embed", "link", "form", "img"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_the_styles_of_the_page_ask_for_nothing(report: Path) -> None:
    text = (report / "report.html").read_text(encoding="utf-8")

    assert set(re.findall(r"url\(([^)]{0,5})", text)) <= {
        "data:",
        *(found[:5] for found in re.findall(r"url\((#[^)]*)\)", text)),
    }
    assert "@import" not in text


def test_ids_on_the_page_are_unique(page: Page) -> None:
    ids = [value for name, value in page.attributes if name == "id"]

    assert len(ids) == len(set(ids))


def test_a_character_that_no_packaged_font_has_is_named_in_the_pdf(pdf_text: str) -> None:
    assert "[grinningface]" in pdf_text
    assert fonts.drawable("中国 العربية Русский é") == "中国 العربية Русский é"


def test_the_pdf_uses_packaged_fonts_and_has_no_links(report: Path) -> None:
    with pymupdf.open(report / "report.pdf") as document:
        used = {font[3].split("+")[-1] for page in document for font in page.get_fonts()}
        links = [link for page in document for link in page.get_links()]

    assert {name.split("-")[0] for name in used} <= {
        "Inter", "SourceSerif4Roman", "NotoSans", "NotoSansArabic", "NotoSansSC", "NotoSerifSC", "DejaVuSansMono",
    }  # fmt: skip
    assert links == []


def test_the_workbook_has_no_formula_and_no_link(report: Path) -> None:
    book = openpyxl.load_workbook(report / "data.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [cell.hyperlink.target for cell in cells if cell.hyperlink] == []
    assert '=HYPERLINK("http://evil.example","x")' in {
        cell.value for cell in cells if cell.data_type in ("s", "inlineStr")
    }


def test_the_workbook_has_a_sheet_for_each_table_and_says_the_notice(report: Path) -> None:
    book = openpyxl.load_workbook(report / "data.xlsx")

    assert book.sheetnames[0] == "read me"
    assert set(book.sheetnames[1:]) == {file.stem for file in (report / "data").iterdir()}
    assert lakes.NOTICE in {cell.value for row in book["read me"].iter_rows() for cell in row}


def test_no_cell_of_a_csv_runs_as_a_formula(report: Path) -> None:
    cells = [
        cell
        for file in (report / "data").iterdir()
        for row in csv.reader(file.read_text(encoding="utf-8").splitlines())
        for cell in row
    ]

    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert '\'=HYPERLINK("http://evil.example","x")' in cells


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("plain", "plain"), (-1, "-1"), (-0.5, "-0.5"), (None, ""), (0, "0"), ("nul\x00", "nul[U+0000]"),
    ],
)  # fmt: skip
def test_a_csv_cell_is_guarded_when_it_is_text_and_only_then(value: object, written: str) -> None:
    assert csv_form.cell(value) == written


def test_a_text_longer_than_a_cell_says_that_it_was_cut() -> None:
    fitted = xlsx.fitting("x" * 40_000)

    assert len(fitted) == xlsx.LONGEST_CELL
    assert fitted.endswith("the CSV has the whole text]")


def test_a_missing_value_is_never_zero_in_words() -> None:
    assert words.shown(None, Column("payer", "payer")) == "not published"
    assert words.shown(0, Column("ads", "ads", "count")) == "0"


def test_a_long_run_gets_places_to_break_and_keeps_its_letters() -> None:
    broken = pdf.breakable(f"see {LONG_WORD} end")

    assert broken.replace("\u200b", "") == f"see {LONG_WORD} end"
    assert max(len(run) for run in broken.split("\u200b")) < 20


def test_half_a_character_becomes_a_replacement_sign() -> None:
    assert words.visible("a\ud83d") == "a\ufffd"
