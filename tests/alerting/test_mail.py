"""E-mail goes over TLS that was checked, or it waits in the outbox with the reason; the password is nowhere."""

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session

from tests.alerting.inbox import PASSWORD, USER, Authority, Dripping, Inbox
from tests.alerting.records import NOW, changed, fill
from tracker.alerting import desk, mail, rules
from tracker.errors import ConfigError
from tracker.settings import Settings
from tracker.store import alerts

HERE = "127.0.0.1"
Sends = Callable[..., dict[str, Any]]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def sends(engine: Engine, tmp_path: Path) -> Sends:
    """Send one alert through a server at a port of loopback; return what was done."""
    ids = fill(engine)
    rule = rules.read(email="desk@example.org", webhook=None, pace="now", kinds=(), about=())
    desk.add_rule(engine, rule, by="A", now=NOW)
    changed(engine, ("renamed", ids["state"], NOW))

    def send(port: int, trust: mail.Trust, *, seconds: float = 30, **given: Any) -> dict[str, Any]:
        told = {"smtp_user": USER, "smtp_password": SecretStr(PASSWORD), "smtp_security": "starttls"} | given
        settings = Settings(home=tmp_path, smtp_host=HERE, smtp_port=port, smtp_from="t@example.org", **told)
        way = mail.sender(settings, trust=trust, seconds=seconds)
        return desk.send(engine, settings, now=lambda: NOW, ways={"email": way})

    return send


def reason(engine: Engine) -> str:
    """Return why the message waits, as the record says it; nothing of the record holds the password."""
    with Session(engine) as session:
        (row,) = alerts.messages(session, sent=False)
        assert PASSWORD not in repr(row)
    return str(row["error"])


def starttls(context: ssl.SSLContext) -> dict[str, Any]:
    return {"tls_context": context, "require_starttls": True, "auth_required": True}


def implicit(context: ssl.SSLContext) -> dict[str, Any]:
    return {"ssl_context": context, "auth_require_tls": False}


WAYS: Mapping[str, Callable[[ssl.SSLContext], dict[str, Any]]] = {"starttls": starttls, "tls": implicit}


@pytest.fixture(params=WAYS)
def security(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def inbox(authority: Authority, security: str) -> Iterator[Inbox]:
    with Inbox(**WAYS[security](authority.serves(HERE))) as box:
        yield box


def test_a_letter_goes_over_tls_under_a_login(
    sends: Sends, inbox: Inbox, authority: Authority, security: str
) -> None:
    done = sends(inbox.port, authority.trust, smtp_security=security)

    assert (done["sent"], done["waiting"]) == (1, 0)
    assert inbox.logins == [(USER, PASSWORD)]
    (letter,) = inbox.letters
    assert letter["Subject"] == "renamed: x:riverdaily, 2026-10-05"
    assert PASSWORD not in letter.as_string()


def test_a_certificate_of_another_host_or_of_nobody_gets_neither_login_nor_letter(
    engine: Engine, sends: Sends, authority: Authority, security: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")

    with Inbox(**WAYS[security](authority.serves("mail.example.org"))) as inbox:
        other_host = sends(inbox.port, authority.trust, smtp_security=security)
        why = reason(engine)
    with Inbox(**WAYS[security](authority.serves(HERE))) as beside, Session(engine) as session:
        alerts.mark_failed(session, 1, try_at=NOW, error="")
        session.commit()
        of_nobody = sends(beside.port, stranger.trust, smtp_security=security)

    assert [done["failed"] for done in (other_host, of_nobody)] == [1, 1]
    assert "certificate is not to be trusted: IP address mismatch" in why
    assert "certificate is not to be trusted: unable to get local issuer certificate" in reason(engine)
    assert (inbox.letters, inbox.logins, beside.letters, beside.logins) == ([], [], [], [])


def test_a_refused_login_keeps_the_letter_and_not_the_password(
    engine: Engine, sends: Sends, inbox: Inbox, authority: Authority, security: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG, logger="tracker")
    wrong = "a-password-that-is-wrong"

    done = sends(inbox.port, authority.trust, smtp_security=security, smtp_password=SecretStr(wrong))

    assert (done["failed"], done["waiting"], inbox.letters) == (1, 1, [])
    assert reason(engine) == f"RetryLater: {HERE}: refused the login of {USER} (535)"
    assert "refused the login" in caplog.text
    assert wrong not in reason(engine) + caplog.text


def test_a_server_without_starttls_gets_no_login_and_no_letter_where_it_was_asked_for(
    engine: Engine, sends: Sends, authority: Authority
) -> None:
    with Inbox(auth_require_tls=False) as plain:
        done = sends(plain.port, authority.trust)

    assert (done["failed"], plain.logins, plain.letters) == (1, [], [])
    assert "offers no STARTTLS" in reason(engine)


def test_a_plain_server_where_tls_was_asked_for_gets_nothing(
    engine: Engine, sends: Sends, authority: Authority
) -> None:
    with Inbox(auth_require_tls=False) as plain:
        done = sends(plain.port, authority.trust, smtp_security="tls")

    assert (done["failed"], plain.logins, plain.letters) == (1, [], [])
    assert "SSL" in reason(engine)


def test_a_server_that_repeats_the_password_does_not_bring_it_into_the_record(
    engine: Engine, sends: Sends, inbox: Inbox, authority: Authority, security: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    inbox.answer = f"554 not from {USER} with {PASSWORD}"

    done = sends(inbox.port, authority.trust, smtp_security=security)

    assert done["failed"] == 1
    assert "not from tracker with REDACTED" in reason(engine)
    assert PASSWORD not in caplog.text


def test_a_letter_that_was_taken_is_not_sent_again_for_a_bad_goodbye(
    sends: Sends, inbox: Inbox, authority: Authority, security: str
) -> None:
    inbox.goodbye = "421 no goodbye"

    done = sends(inbox.port, authority.trust, smtp_security=security)

    assert (done["sent"], done["waiting"], len(inbox.letters)) == (1, 0, 1)


def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_the_worker(
    engine: Engine, sends: Sends, authority: Authority, security: str
) -> None:
    with Dripping() as server:
        done = sends(server.port, authority.trust, smtp_security=security, seconds=0.3)

    assert done["failed"] == 1
    assert "did not take the letter within 0.3 seconds" in reason(engine) or "SSL" in reason(engine)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_user": USER}, "TRACKER_SMTP_USER and TRACKER_SMTP_PASSWORD"),
        ({"smtp_password": SecretStr(PASSWORD)}, "TRACKER_SMTP_USER and TRACKER_SMTP_PASSWORD"),
        ({"smtp_user": USER, "smtp_password": SecretStr("pässword")}, "TRACKER_SMTP_PASSWORD"),
        ({"smtp_from": "nobody"}, "TRACKER_SMTP_FROM"),
        ({"smtp_from": "a@b.example\nBcc: c@d.example"}, "TRACKER_SMTP_FROM"),
    ],
)
def test_settings_that_cannot_be_meant_are_named_before_anything_is_sent(
    tmp_path: Path, given: dict[str, Any], named: str
) -> None:
    told = {"smtp_host": HERE, "smtp_from": "t@example.org"} | given
    settings = Settings(home=tmp_path, **told)

    with pytest.raises(ConfigError, match=named) as error:
        mail.check(settings)

    assert "pässword" not in str(error.value)
