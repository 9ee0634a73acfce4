"""Keys of platforms: read from the environment or `.env`, optional, and never shown."""

from pathlib import Path

import pytest

from tracker import settings
from tracker.errors import ConfigError

TOKEN = "EAAB-a-token-of-somebody"


def test_a_key_is_read_from_the_environment_and_from_the_file_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "TRACKER_FROM_FILE_TOKEN=of-the-file-1234\nTRACKER_BOTH_KEY=of-the-file-5678\n"
    )
    monkeypatch.setitem(settings.Settings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.setenv("TRACKER_BOTH_KEY", "of-the-environment")
    monkeypatch.setenv("TRACKER_BLANK_TOKEN", "  ")

    found = settings.credentials(["FROM_FILE_TOKEN", "BOTH_KEY", "BLANK_TOKEN", "MISSING_TOKEN"])

    assert found == {"FROM_FILE_TOKEN": "of-the-file-1234", "BOTH_KEY": "of-the-environment"}


@pytest.mark.parametrize(
    ("value", "words"),
    [("two words of it", "a blank"), ("clé-secrète", "outside ASCII"), ("a\nHost: evil", "a blank"), ("a1b2c3d", "too short")],
)  # fmt: skip
def test_a_key_that_cannot_be_sent_is_refused_by_name_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, value: str, words: str
) -> None:
    monkeypatch.setenv("TRACKER_ANY_TOKEN", value)

    with pytest.raises(ConfigError, match=rf"TRACKER_ANY_TOKEN: .*{words}") as refusal:
        settings.credentials(["ANY_TOKEN"])

    assert value not in str(refusal.value)


def test_the_id_of_a_project_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_ANY_PROJECT", "ads")

    assert settings.credentials(["ANY_PROJECT"]) == {"ANY_PROJECT": "ads"}
    assert [settings.is_secret(name) for name in ("ANY_PROJECT", "META_TOKEN", "CLIENT_KEY", "CLIENT_SECRET")] == [
        False, True, True, True,
    ]  # fmt: skip
