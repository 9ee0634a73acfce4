"""The page Collection tells who fell silent from whom we stopped seeing, and names the fields that came or went."""

from datetime import UTC, datetime
from pathlib import Path

from tests.alerting.records import changed, fill
from tests.dashboard import lakes
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of
from tracker.alerting import raising
from tracker.store.engine import migrate, open_record

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def test_silence_and_blindness_stand_apart_with_their_day_and_accounts(
    home: Path, open_page: OpenPage
) -> None:
    record = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(record)
    ids = fill(record)
    changed(
        record,
        ("silence", ids["state"], NOW),
        ("silence", ids["other"], NOW),
        ("blindness", ids["critic"], NOW),
    )
    raising.raise_new(record, NOW)
    record.dispose()

    text = html_of(open_page("collection"))

    assert (
        'it-badge blue">fell silent</span></td><td class="" data-label="accounts" dir="auto">x:riverdaily, x:lakedaily<'
        in text
    )
    assert (
        'it-badge red">we see nothing</span></td><td class="" data-label="accounts" dir="auto">x:critic<'
        in text
    )
    assert "5 Oct 2026" in text


def test_a_field_that_came_is_named_as_text_with_its_first_answer(home: Path, open_page: OpenPage) -> None:
    drift = {"source": "feeds", "shape": "entry", "at": NOW, "answers": 3, "evidence": "b" * 64}
    lakes.write(
        home,
        as_of="2026-10-05T12:00:00+00:00",
        drifts=[
            {**drift, "field": "<b>mood</b>", "what": "new"},
            {**drift, "field": "author", "what": "lost"},
        ],
    )

    text = html_of(open_page("collection"))

    assert '<span class="it-badge ochre">new</span> &lt;b&gt;mood&lt;/b&gt;' in text
    assert '<span class="it-badge red">lost</span> author' in text
    assert f"snapshot?sha256={'b' * 64}" in text


def test_where_nothing_stopped_and_no_field_came_it_is_said(home: Path, open_page: OpenPage) -> None:
    text = html_of(open_page("collection"))

    assert "Nothing stopped" in text
    assert "No field came or went" in text
