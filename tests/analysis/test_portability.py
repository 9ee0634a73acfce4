"""Every question is asked in a form that the other engines can run too."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pytest
from ibis.config import Config

from tests.analysis.lakes import MakeLake
from tracker.findings import NAMES, parse_options, run

GIVEN = {
    "since": "2024-01", "until": "2024-09", "account": "x:chinasays", "source": "x_ads", "country": "DE",
    "payer": "Socialydia", "code": "politics", "text": "strait", "kinds": "keyword", "polarity": "include",
    "periods": "2024-01..2024-06,2024-07..2024-09", "level": "fine", "status": "accepted",
    "event": "2024-07-01", "control": "x:lakevoice",
}  # fmt: skip


class SparkOptions(Config):
    """What Spark's compiler reads, which exists only once PySpark is loaded."""

    treat_nan_as_null: bool = False


class Listening:
    """An engine that remembers what it was asked."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.asked = engine, []

    def add(self, name: str, files: Sequence[Path]) -> None:
        raise NotImplementedError

    def run(self, expression: ibis.Table) -> Any:
        self.asked.append(expression)
        return self.engine.run(expression)


@pytest.mark.parametrize("dialect", ["pyspark", "postgres"])
@pytest.mark.parametrize("name", NAMES)
def test_every_question_can_be_put_to_another_engine(
    make_lake: MakeLake, monkeypatch: pytest.MonkeyPatch, name: str, dialect: str
) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    lake = make_lake(
        accounts=[{"account_id": 1, "account": "x:chinasays"}, {"account_id": 2, "account": "x:lakevoice"}]
    )
    engine = Listening(lake._engine)
    options = {key: GIVEN[key] for key in NAMES[name].options if key in GIVEN}
    run(name, replace(lake, _engine=engine), parse_options(name, options))

    asked = [str(ibis.to_sql(expression, dialect=dialect)) for expression in engine.asked]

    assert len(asked) >= 3
    assert all(query.lstrip().startswith(("SELECT", "WITH")) for query in asked)
