"""Whatever stands in a field of an answer, one record is kept apart or read, and the others are not lost."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.collect.lines import body
from tests.collect.test_snap_political import ROW
from tracker.collect import sources
from tracker.domain import Ad, Quarantined, Record, Scope

SCOPE = Scope({}, datetime(2026, 11, 1, tzinfo=UTC))
GOOD: dict[str, dict[str, Any]] = {
    "google_ads": body("google_ads", "creative_stats")[0],
    "microsoft_ads": body("microsoft_ads", "ad"),
    "snap_ads": body("snap_ads", "search")["ad_previews"][0],
    "snap_political": dict(ROW),
}
HOSTILE: list[Any] = [
    None, True, -5, 10**30, 1e300, float("nan"), float("inf"), "", " ", "x" * 3_000, "[", "{}", [], {}, [None],
    [5], ["x"], [[]], [{}], [{"a": None}], {"a": 1}, {"": ""}, {"surface_serving_stats": 7}, {"surface_serving_stats": [7]},
]  # fmt: skip


def spoilt(value: Any) -> Iterator[Any]:
    """Yield copies of a value in which one thing, however deep, is hostile."""
    yield from HOSTILE
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, one in inner:
        for wrong in spoilt(one):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[place] = wrong
            yield copy


@pytest.mark.parametrize("name", GOOD)
def test_a_hostile_value_spoils_no_more_than_its_own_record(name: str) -> None:
    source, good = sources.load(name), GOOD[name]
    wrong = [one for one in spoilt(good) if isinstance(one, dict)]

    for values in wrong:
        records = [Record(1, values), Record(2, {**good, **_other(good)})]
        items = [item for item in source.parse(records, SCOPE) if isinstance(item, Ad | Quarantined)]
        assert isinstance(items[-1], Ad), values
        assert items[-1].line == 2, values


@pytest.mark.parametrize("name", ["google_ads", "microsoft_ads", "snap_ads"])
def test_a_document_of_another_kind_is_refused_in_words(name: str) -> None:
    module = sources.load(name)
    records_in = sources.records_in(module)
    assert records_in is not None

    for text in (b"", b"7", b'"x"', b"[7]", b"[[]]", b"nonsense", b"<html>", b"\xff\xfe", b"[" * 5_000):
        with pytest.raises((sources.BadInput, ValueError)):
            list(records_in(text))


def _other(good: dict[str, Any]) -> dict[str, Any]:
    """Return the id of another ad."""
    ids = {"creative_id": "CR29999999999999999999", "AdId": 7, "id": "another", "ADID": "0f" * 32}
    return {field: value for field, value in ids.items() if field in good}


def test_the_bodies_are_json() -> None:
    assert json.loads(json.dumps(GOOD)) == GOOD
