"""A codebook may change; no coding is lost by it, and none is carried on by guessing."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from tests.coding.records import NOW, write_codebook
from tracker import codebooks
from tracker.cli import cli
from tracker.domain import Code, Codebook
from tracker.errors import SeedError
from tracker.registry import codebooks as rules
from tracker.registry.seedlist import load_codebook
from tracker.settings import ROOT
from tracker.store import codings
from tracker.store.engine import unit_of_work


def coded(engine: Engine, item: int, *codes: str, version: int = 1) -> None:
    values = {
        "item_type": "ad", "item_id": item, "coder": "Ana", "coder_key": "ana", "seq": 1, "version": version,
        "state": "coded", "codes": list(codes), "selection": "random", "at": NOW,
    }  # fmt: skip
    with unit_of_work(engine) as session:
        codings.add(session, values)


def book(version: int, *names: str, **mapping: str) -> Codebook:
    codes = tuple(Code(name, name, None, "", "", "", (), {}) for name in names)
    return Codebook(version, codes, mapping)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (("a<b", "b<a"), "line 3, field 'codes.a': is its own parent: a > b > a"),
        (("a<a",), "is its own parent: a > a"),
        (("a<b", "b<c", "c<b"), "field 'codes.b': is its own parent: b > c > b"),
        (("a<nowhere",), "has no parent; expected a code 'nowhere'"),
    ],
)
def test_a_codebook_whose_parents_run_in_a_circle_is_refused(
    tmp_path: Path, codes: tuple[str, ...], words: str
) -> None:
    path = write_codebook(tmp_path, 1, codes)

    with pytest.raises(SeedError) as refused:
        load_codebook(path)

    assert words in str(refused.value)


def test_a_parent_may_be_named_whatever_the_id_of_the_code(tmp_path: Path) -> None:
    made = load_codebook(
        write_codebook(
            tmp_path,
            1,
            (
                "power",
                "trade",
                "tariffs<trade",
                "trade.steel<tariffs",
            ),
        )
    )

    assert rules.tops(made) == {
        "power": "power",
        "trade": "trade",
        "tariffs": "trade",
        "trade.steel": "trade",
    }


def test_a_version_that_is_loaded_twice_is_kept_once(engine_of: Engine, tmp_path: Path) -> None:
    path = write_codebook(tmp_path, 1, ("a",))

    first, second = (codebooks.load(engine_of, path, now=NOW) for _ in range(2))

    assert (first.new, second.new) == (True, False)
    assert [row["version"] for row in codebooks.versions(engine_of)] == [1]


def test_a_version_that_says_something_else_than_before_is_refused(engine_of: Engine, tmp_path: Path) -> None:
    codebooks.load(engine_of, write_codebook(tmp_path, 1, ("a",)), now=NOW)

    with pytest.raises(SeedError, match=r"version 1 is in the record with other words.*number 2"):
        codebooks.load(
            engine_of,
            write_codebook(
                tmp_path,
                1,
                (
                    "a",
                    "b",
                ),
            ),
            now=NOW,
        )

    assert [code.id for code in codebooks.in_force(engine_of).codes] == ["a"]


def test_an_older_version_does_not_follow_a_newer_one(engine_of: Engine, tmp_path: Path) -> None:
    codebooks.load(engine_of, write_codebook(tmp_path, 3, ("a",)), now=NOW)

    with pytest.raises(SeedError, match="version 2 does not follow version 3"):
        codebooks.load(engine_of, write_codebook(tmp_path, 2, ("a",)), now=NOW)


def test_a_code_in_use_may_not_vanish_without_a_word(engine_of: Engine, tmp_path: Path) -> None:
    codebooks.load(
        engine_of,
        write_codebook(
            tmp_path,
            1,
            (
                "a",
                "b",
                "unused",
            ),
        ),
        now=NOW,
    )
    coded(engine_of, 1, "b")
    coded(engine_of, 2, "a", "b")

    with pytest.raises(SeedError, match=r"gone, but in use: b \(2 codings\); say under `mapping`"):
        codebooks.load(engine_of, write_codebook(tmp_path, 2, ("a",)), now=NOW)

    assert codebooks.in_force(engine_of).version == 1


def test_a_removed_code_whose_codings_are_to_be_recoded_is_taken_when_the_file_says_so(
    engine_of: Engine, tmp_path: Path
) -> None:
    codebooks.load(
        engine_of,
        write_codebook(
            tmp_path,
            1,
            (
                "a",
                "b",
            ),
        ),
        now=NOW,
    )
    coded(engine_of, 1, "b")
    coded(engine_of, 2, "a")

    loaded = codebooks.load(
        engine_of, write_codebook(tmp_path, 2, ("a",), mapping="b: to be recoded"), now=NOW
    )

    assert (loaded.codings, loaded.to_recode) == (2, 1)
    assert [(row["version"], row["codings"]) for row in codebooks.versions(engine_of)] == [(1, 2), (2, 0)]


def test_a_mapping_from_a_code_that_was_never_there_is_refused(engine_of: Engine, tmp_path: Path) -> None:
    codebooks.load(engine_of, write_codebook(tmp_path, 1, ("a",)), now=NOW)

    with pytest.raises(SeedError, match="version 1 has no code typo"):
        codebooks.load(engine_of, write_codebook(tmp_path, 2, ("a",), mapping="typo: a"), now=NOW)


def test_a_mapping_to_a_code_that_is_not_there_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write_codebook(tmp_path, 2, ("a",), mapping="b: nowhere")

    with pytest.raises(SeedError, match=r"line 10, field 'mapping.b': 'nowhere' is no code of this version"):
        load_codebook(path)


def test_codes_are_carried_through_every_version_between() -> None:
    books = [
        book(1, "old", "stays"),
        book(2, "middle", "stays", old="middle"),
        book(3, "new", "stays", middle="new"),
    ]

    assert rules.carried(["old", "stays"], 1, books) == ("new", "stays")
    assert rules.carried(["middle"], 2, books) == ("new",)
    assert rules.carried([], 1, books) == ()


def test_two_codes_that_become_one_are_one() -> None:
    books = [book(1, "a", "b"), book(2, "ab", a="ab", b="ab")]

    assert rules.carried(["a", "b"], 1, books) == ("ab",)


def test_what_no_mapping_carries_is_to_be_recoded_and_stays_so() -> None:
    books = [book(1, "a", "b"), book(2, "b", a=rules.RECODE), book(3, "a", "b")]

    assert rules.carried(["a", "b"], 1, books) is None
    assert rules.carried(["b"], 1, books) == ("b",)


def test_a_kept_version_is_read_as_it_was_written() -> None:
    shipped = load_codebook(ROOT / "seeds" / "codebook.yml")

    assert rules.read(rules.plain(shipped)) == shipped


def test_a_bad_codebook_ends_a_command_in_exit_2_with_its_reason(tmp_path: Path) -> None:
    path = write_codebook(
        tmp_path,
        1,
        (
            "a<b",
            "b<a",
        ),
    )

    results = [
        CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), "codebook", command, str(path)])
        for command in ("check", "load")
    ]

    assert [result.exit_code for result in results] == [2, 2]
    assert all("is its own parent: a > b > a" in result.stderr for result in results)


def test_a_refused_version_is_named_by_its_own_file(engine: Engine, tmp_path: Path) -> None:
    codebooks.load(engine, write_codebook(tmp_path, 1, ("culture", "economy")), now=NOW)
    coded(engine, 1, "culture")
    later = write_codebook(tmp_path, 2, ("economy",)).rename(tmp_path / "autumn.yml")

    with pytest.raises(
        SeedError, match=r"autumn\.yml, field 'mapping': gone, but in use: culture \(1 codings\)"
    ):
        codebooks.load(engine, later, now=NOW)
