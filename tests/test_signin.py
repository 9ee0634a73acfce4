"""How the dashboard may be reached is decided from the settings alone, and half a sign-in is none."""

from pathlib import Path

import pytest

from tracker import processes, signin
from tracker.errors import ConfigError
from tracker.settings import Settings

FULL = {
    "public_url": "https://tracker.example.org",
    "oidc_issuer": "https://login.example.org",
    "oidc_client_id": "tracker",
    "oidc_client_secret": "never to be seen",
}


def setup(tmp_path: Path, **given: str) -> Settings:
    return Settings(home=tmp_path, _env_file=None, **given)  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("listen", ["127.0.0.1", "::1", "localhost", "127.0.0.2", "::ffff:127.0.0.1"])
def test_without_sign_in_the_dashboard_may_listen_on_this_machine(listen: str, tmp_path: Path):
    assert signin.check_listen(setup(tmp_path, listen=listen)) is None


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "fe80::1"])
def test_without_sign_in_any_other_address_is_refused_and_the_settings_are_named(listen: str, tmp_path: Path):
    with pytest.raises(ConfigError, match="TRACKER_PUBLIC_URL, TRACKER_OIDC_ISSUER, TRACKER_OIDC_CLIENT_ID"):
        signin.check_listen(setup(tmp_path, listen=listen))


def test_with_sign_in_the_dashboard_may_listen_elsewhere(tmp_path: Path):
    assert signin.check_listen(setup(tmp_path, listen="0.0.0.0", **FULL)) is None


@pytest.mark.parametrize("listen", ["tracker.example.org", "127.0.0.1:80", "", "0"])
def test_what_is_no_address_cannot_be_listened_on(listen: str, tmp_path: Path):
    with pytest.raises(ConfigError, match="TRACKER_LISTEN"):
        signin.check_listen(setup(tmp_path, listen=listen, **FULL))


@pytest.mark.parametrize("missing", FULL)
def test_half_a_sign_in_is_refused_and_says_what_is_missing(missing: str, tmp_path: Path):
    given = {name: value for name, value in FULL.items() if name != missing}

    with pytest.raises(ConfigError, match=f"missing: TRACKER_{missing.upper()}"):
        signin.provider(setup(tmp_path, **given))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "http://tracker.example.org"),
        ("public_url", "tracker.example.org"),
        ("public_url", "https://tracker.example.org/path"),
        ("public_url", "https://tracker.example.org?x=1"),
        ("public_url", "https://me@tracker.example.org"),
        ("public_url", "javascript:alert(1)"),
        ("public_url", "https://tracker.example.org:99999"),
        ("oidc_issuer", "http://login.example.org"),
        ("oidc_issuer", "ftp://login.example.org"),
    ],
)
def test_an_address_that_cannot_be_trusted_is_named(name: str, value: str, tmp_path: Path):
    with pytest.raises(ConfigError, match=f"TRACKER_{name.upper()}"):
        signin.provider(setup(tmp_path, **(FULL | {name: value})))


def test_the_address_of_the_metadata_is_taken_for_the_issuer(tmp_path: Path):
    given = FULL | {"oidc_issuer": "https://login.example.org/.well-known/openid-configuration"}

    found = signin.provider(setup(tmp_path, **given))

    assert found is not None
    assert (found.issuer, found.metadata_url, found.redirect_uri) == (
        "https://login.example.org",
        "https://login.example.org/.well-known/openid-configuration",
        "https://tracker.example.org/oauth2callback",
    )


def test_the_client_secret_is_in_no_words_about_the_settings(tmp_path: Path):
    found = setup(tmp_path, **FULL)

    assert "never to be seen" not in f"{found!r} {found} {signin.provider(found)!r}"


def test_the_key_of_the_cookies_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    first = signin.cookie_secret(tmp_path)

    assert signin.cookie_secret(tmp_path) == first
    assert len(first) == 64
    assert (tmp_path / "cookie-secret").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_or_that_is_empty_is_refused(tmp_path: Path):
    (tmp_path / "cookie-secret").touch(mode=0o600)

    with pytest.raises(ConfigError, match="too short"):
        signin.cookie_secret(tmp_path)
    (tmp_path / "cookie-secret").chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        signin.cookie_secret(tmp_path)


def test_without_sign_in_no_key_is_made(tmp_path: Path):
    assert signin.streamlit_secrets(setup(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("127.0.0.1:8501", "127.0.0.1"),
        ("LOCALHOST", "localhost"),
        ("[::1]:8501", "::1"),
        ("tracker.example.org.", "tracker.example.org"),
        ("evil.example/127.0.0.1", None),
        ("evil@127.0.0.1", None),
        ("", None),
    ],
)
def test_a_host_header_gives_a_name_or_nothing(header: str, name: str | None):
    assert signin.host_name(header) == name


@pytest.mark.parametrize(
    "host", ["localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "2130706433", None]
)
def test_what_only_looks_like_this_machine_is_not(host: str | None):
    assert not signin.is_loopback(host)


def test_the_command_of_the_dashboard_holds_no_secret_and_names_our_hosts(tmp_path: Path):
    command = processes._dashboard(8501, setup(tmp_path, **FULL))

    assert "never to be seen" not in " ".join(command)
    assert "--server.address=127.0.0.1" in command
    assert [word.partition("=")[2] for word in command if "allowedHosts" in word] == [
        "127.0.0.1", "localhost", "::1", "tracker.example.org",
    ]  # fmt: skip


def test_it_is_said_who_can_open_the_dashboard(tmp_path: Path):
    assert "only this machine can open it" in processes._reached_at(8501, setup(tmp_path))
    assert "https://tracker.example.org" in processes._reached_at(8501, setup(tmp_path, **FULL))
