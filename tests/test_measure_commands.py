"""Measures at the command line: what is printed, and how a hostile table is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.analysis.test_reliability import FOUR_BY_TWELVE, coded
from tracker import validating
from tracker.analysis.validation import Effort
from tracker.cli import cli
from tracker.errors import ConfigError
from tracker.settings import Settings

HEADER = "item,coder,variable,code\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    return Run(tmp_path)


class Run:
    """Runs a command on a table of a test's own."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(cli, words)

    def reliability(self, table: str | bytes, *words: str) -> Result:
        path = self.folder / "codings.csv"
        path.write_bytes(table.encode() if isinstance(table, str) else table)
        return self("reliability", str(path), *words)


def test_reliability_says_alpha_interval_and_agreement_for_each_variable(run: Run) -> None:
    rows = [f"{one.item},{one.coder},topic,{one.code}" for one in coded(FOUR_BY_TWELVE)]
    constant = [f"{item},{coder},tone,neutral" for item in (1, 2) for coder in "AB"]

    result = run.reliability(HEADER + "\n".join(rows + constant), "--format", "json")

    topic, tone = json.loads(result.stdout)
    assert result.exit_code == 0
    assert round(topic["alpha"], 3) == 0.743
    assert topic["lower"] < topic["alpha"] < topic["upper"]
    assert {name: topic[name] for name in ("variable", "items", "compared", "coders", "verdict", "reason")} == {
        "variable": "topic", "items": 12, "compared": 11, "coders": 4, "verdict": "tentative", "reason": None,
    }  # fmt: skip
    assert (tone["alpha"], tone["lower"], tone["upper"], tone["agreement"]) == (None, None, None, 1.0)
    assert "only one code" in tone["reason"]
    assert "seed" in result.stderr
    assert "flatters" in result.stderr


def test_columns_may_stand_in_any_order_and_case_and_codes_that_differ_by_case_are_named(run: Run) -> None:
    table = "\ufeffNote;Code;Variable;CODER;Item\r\nx;Politics;topic;A;1\r\ny;politics;topic;B;1\r\n"

    result = run.reliability(table, "--format", "json")

    (row,) = json.loads(result.stdout)
    assert (row["items"], row["agreement"], row["alpha"]) == (1, 0.0, 0.0)
    assert "Politics and politics count as different codes" in result.stderr


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "the file is empty"),
        ("item,coder,code\n1,A,x\n", "line 1: no column 'variable'"),
        (
            HEADER + "1,A,t,x\n2,A,t,x\n1,A,t,x\n",
            "line 4: coder 'A' codes item '1' for 't' again, after line 2",
        ),
        (HEADER + "1,A,t,x\n1,A,t,y\n", "line 3: coder 'A' codes item '1'"),
        (HEADER + "1, A ,t,x\n1,A,t,y\n", "line 3: coder 'A' codes item '1'"),
        (HEADER + "1,A,t,\n", "line 2, field 'code': the cell is empty"),
        (HEADER + "1,A,t\n", "line 2: 3 cells where the header names 4 columns"),
        (HEADER + f"1,A,t,{'x' * 5000}\n", "line 2, field 'code': 5,000 characters"),
        (
            HEADER + "".join(f"{n},A,t,code {n}\n" for n in range(1001)),
            "line 1002, field 'code': more than 1,000",
        ),
        (HEADER.encode() + b"1,A,t,\xff\n", "line 2: byte 0xFF is not UTF-8"),
        (b"<html><body>login</body></html>", "this is a web page"),
        (HEADER + '1,A,t,"x\n', "the CSV cannot be read here"),
        ("item,coder,variable,code,Code\n1,A,t,x,y\n", "two columns have the same name"),
    ],
)
def test_a_hostile_table_is_refused_with_its_line_and_nothing_is_printed(
    run: Run, table: str | bytes, said: str
) -> None:
    result = run.reliability(table, "--format", "json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("tracker: codings.csv")
    assert said in result.stderr


def test_a_table_without_a_row_has_nothing_to_show(run: Run) -> None:
    result = run.reliability(HEADER, "--format", "json")

    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert "holds no coding" in result.stderr


LABELLED = "text,label,language\n" + "".join(
    f"{words} {number},{label},en\n"
    for number in range(6)
    for words, label in (("a train on the railway", "rail"), ("a bowl of hot soup", "food"))
)


@pytest.mark.parametrize(("model", "named"), [((), "use-multilingual-v3"), (("--model", "tfidf"), "tf-idf")])
def test_suggest_evaluate_says_how_often_labels_are_met(
    run: Run, tmp_path: Path, model: tuple[str, ...], named: str
) -> None:
    (tmp_path / "train.csv").write_text(LABELLED)
    (tmp_path / "test.csv").write_text(
        "text,label\nthe railway and its train,rail\nhot soup in a bowl,food\n"
    )

    result = run(
        "suggest", "evaluate", "--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv"),
        "--format", "json", *model,
    )  # fmt: skip

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (found["macro_f1"], found["by_language"], found["n_train"], found["n_test"]) == (1.0, {}, 12, 2)
    assert found["texts_per_cpu_second"] > 0
    assert found["model"].startswith(named)


@pytest.mark.parametrize(
    ("train", "test", "said"),
    [
        ("text,label\na,x\nb,x\n", "text,label\na,x\n", "one label only, 'x'"),
        ("text,label\n,x\n🙂,y\n", "text,label\na,x\n", "no text with words"),
        ("text,label\na,x\nb,y\n", "text,label\n", "no text to suggest a label for"),
        ("text,labels\na,x\n", "text,label\na,x\n", "train.csv, line 1: no column 'label'"),
        ("text,label\na,x\nb,y\n", "text,label\na,\n", "test.csv, line 2, field 'label': the cell is empty"),
        (
            "text,label\n" + "".join(f"text {n},label {n}\n" for n in range(1001)),
            "text,label\na,x\n",
            "train.csv, line 1002, field 'label': more than 1,000",
        ),
    ],
)
def test_tables_that_teach_nothing_are_refused(
    run: Run, tmp_path: Path, train: str, test: str, said: str
) -> None:
    (tmp_path / "train.csv").write_text(train)
    (tmp_path / "test.csv").write_text(test)

    result = run(
        "suggest", "evaluate", "--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv")
    )

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_nearly_as_many_labels_as_texts_are_learnt_without_a_warning_of_the_library(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "train.csv").write_text(
        "text,label\n" + "".join(f"text number {n},label {n % 20}\n" for n in range(30))
    )

    result = run(
        "suggest", "evaluate", "--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "train.csv"),
        "--format", "json", "--model", "tfidf",
    )  # fmt: skip

    assert (result.exit_code, json.loads(result.stdout)["n_test"]) == (0, 30)
    assert "regression problem" not in result.stderr


def test_a_text_of_50_000_characters_and_one_of_emoji_are_evaluated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(LABELLED)
    (tmp_path / "test.csv").write_text(f"text,label\n{'railway ' * 6250},rail\n🙂🙂,food\n,food\n")

    result = run(
        "suggest", "evaluate", "--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv"),
        "--format", "json", "--model", "tfidf",
    )  # fmt: skip

    assert json.loads(result.stdout)["n_test"] == 3
    assert "2 test texts hold no word" in result.stderr


def test_validate_prints_each_promise_beside_what_was_seen_and_keeps_the_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validating, "QUICK", Effort(4, 19))

    result = run("validate", "--quick", "--format", "json")

    printed = json.loads(result.stdout)
    kept = validating.latest(Settings(home=run.folder / "home"))
    assert kept is not None
    assert kept.to_dict() == printed
    assert (printed["trials"], printed["seed"]) == (4, 20240701)
    assert {(line["measure"], line["least"], line["most"]) for line in printed["lines"]} >= {
        ("false alarms", None, 0.05), ("coverage", 0.92, 0.98),
    }  # fmt: skip
    assert all(line["lower"] <= line["rate"] <= line["upper"] for line in printed["lines"])
    assert result.exit_code == (0 if printed["holds"] else 1)
    assert "seed 20240701" in result.stderr


def test_a_damaged_run_is_named_with_the_way_out(tmp_path: Path) -> None:
    for body in ("{", '{"at": 3}', "[]", '{"at": "2024-01-01", "version": "1"}'):
        (tmp_path / "validation.json").write_text(body)

        with pytest.raises(ConfigError, match="run `tracker validate`"):
            validating.latest(Settings(home=tmp_path))
