"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

from tracker import settings
from tracker.errors import ConfigError


def test_everything_lies_under_the_home_unless_it_is_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.delenv("TRACKER_LAKE_URL", raising=False)
    monkeypatch.delenv("TRACKER_RECORD_URL", raising=False)

    found = settings.load()

    assert (found.record, found.lake, found.reports) == (
        f"sqlite:///{tmp_path}/record.db", tmp_path / "lake", tmp_path / "reports",
    )  # fmt: skip


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_PORT", "eighty")

    with pytest.raises(ConfigError, match="TRACKER_PORT"):
        settings.load()


def test_an_address_for_the_lake_is_refused_and_not_made_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_LAKE_URL", "s3://bucket/lake")

    with pytest.raises(ConfigError, match="TRACKER_LAKE_URL"):
        _ = settings.load().lake
