"""What changed is told by the rules: once, to whom it concerns, and never lost."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session as RecordSession

from tests.alerting.inbox import Inbox
from tests.alerting.records import NOW, changed, fill
from tests.collect.servers import FakeTime, FaultServer, Told, client_of
from tracker.alerting import desk, hook, mail, rules
from tracker.alerting.outbox import Message
from tracker.collect.redaction import Redactor
from tracker.errors import BadInput, ConfigError, RetryLater
from tracker.settings import Settings
from tracker.store import alerts

KEY = "a-key-of-the-webhook"


@dataclass
class Box:
    """A channel that keeps what it was given, or fails for as long as `broken` says why."""

    sent: list[Message] = field(default_factory=list)
    broken: BaseException | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, message: Message) -> None:
        if self.broken is not None:
            raise self.broken
        with self.lock:
            self.sent.append(message)


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return Settings(home=tmp_path, webhook_secret=SecretStr(KEY), public_url="https://tracker.example.org")


def rule(
    engine: Engine, *, at: datetime = NOW, pace: str = "now", kinds: tuple[str, ...] = (), **about: str
) -> int:
    wanted = rules.read(
        email="desk@example.org", webhook=None, pace=pace, kinds=kinds,
        about=list(about.items()),
    )  # fmt: skip
    return int(desk.add_rule(engine, wanted, by="A", now=at)["id"])


def send(
    engine: Engine, settings: Settings, box: Callable[[Message], None], at: datetime = NOW
) -> dict[str, Any]:
    return desk.send(engine, settings, now=lambda: at, ways={"email": box, "webhook": box})


def titles(box: Box) -> list[list[str]]:
    return [[one.title for one in message.told] for message in box.sent]


def test_a_change_is_told_once_and_only_what_came_after_the_rule(
    engine_of: Engine, settings: Settings
) -> None:
    ids, box = fill(engine_of), Box()
    changed(engine_of, ("label_gone", ids["state"], NOW))
    send(engine_of, settings, box)
    rule(engine_of)
    changed(
        engine_of,
        ("renamed", ids["state"], NOW),
        ("renamed", ids["state"], NOW),
        ("renamed", ids["other"], NOW),
    )

    first = send(engine_of, settings, box)
    second = send(engine_of, settings, box)

    assert titles(box) == [["renamed: x:riverdaily (2), 2026-10-05", "renamed: x:lakedaily, 2026-10-05"]]
    assert [(done["raised"], done["put"], done["sent"]) for done in (first, second)] == [(2, 1, 1), (0, 0, 0)]


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({}, {"x:riverdaily", "x:lakedaily", "x:critic", "x:somebody"}),
        ({"account": "x:lakedaily"}, {"x:lakedaily"}),
        ({"operator": "river-media"}, {"x:riverdaily"}),
        ({"operator": "River Media Group"}, {"x:riverdaily"}),
        ({"list": "lab-2026"}, {"x:riverdaily", "x:critic"}),
        ({"group": "others"}, {"x:somebody"}),
        ({"kinds": ("label_gone",)}, set()),
    ],
)
def test_a_rule_tells_of_whom_it_names_and_of_the_types_it_names(
    engine: Engine, settings: Settings, limits: dict[str, Any], told: set[str]
) -> None:
    ids, box = fill(engine), Box()
    rule(engine, **limits)
    changed(engine, *(("renamed", number, NOW) for number in ids.values()))

    send(engine, settings, box)

    assert {account for message in box.sent for one in message.told for account in one.accounts} == told


def test_a_critic_is_never_called_an_operator_and_a_suspect_is_attributed_to_nobody(
    engine: Engine, settings: Settings
) -> None:
    ids, box = fill(engine), Box()
    rule(engine)
    changed(
        engine,
        *(("renamed", number, NOW) for number in ids.values()),
        after="=cmd()\r\nBcc: x@example.org\x00",
    )

    send(engine, settings, box)
    (message,) = box.sent
    text = {one.accounts[0]: "\n".join(one.lines) for one in message.told}

    assert "River Media Group" in text["x:riverdaily"]
    assert "by Example Lab: Who runs River Daily?, 2026-03-01" in text["x:riverdaily"]
    assert "operated" not in text["x:critic"] + text["x:somebody"] + text["x:lakedaily"]
    assert "River Media" not in text["x:critic"]
    assert "suspected; nothing is said here of who stands behind it" in text["x:somebody"]
    assert "https://tracker.example.org/snapshot?before=profile-1&id=profile-2" in text["x:riverdaily"]
    assert "n = 1 observed changes" in text["x:riverdaily"]
    assert "Bcc" not in mail.letter(message, Settings(home=settings.home, smtp_from="a@b.example"))


def test_a_failing_channel_loses_nothing_and_is_tried_ever_later(
    engine_of: Engine, settings: Settings
) -> None:
    ids, box = fill(engine_of), Box(broken=RetryLater("mail.example.org: connection refused"))
    rule(engine_of)
    changed(engine_of, ("renamed", ids["state"], NOW))

    tried = [
        send(engine_of, settings, box, NOW + timedelta(minutes=minute))["failed"] for minute in range(40)
    ]
    with RecordSession(engine_of) as session:
        (row,) = alerts.rules(session)
    box.broken = None
    done = send(engine_of, settings, box, NOW + timedelta(days=3))

    assert [minute for minute, failed in enumerate(tried) if failed] == [0, 5, 15, 35]
    assert (row["waiting"], row["error"]) == (1, "RetryLater: mail.example.org: connection refused")
    assert (done["sent"], done["waiting"], len(box.sent)) == (1, 0, 1)


def test_what_a_removed_rule_put_out_tells_of_nobody_else(engine: Engine, settings: Settings) -> None:
    from tracker.store.engine import unit_of_work

    ids, box = fill(engine), Box(broken=RetryLater("mail.example.org: connection refused"))
    number = rule(engine, account="x:riverdaily")
    changed(engine, ("silence", ids["state"], NOW), ("silence", ids["suspect"], NOW))
    send(engine, settings, box)
    with unit_of_work(engine) as session:
        alerts.remove_rule(session, number, at=NOW)
    box.broken = None

    send(engine, settings, box, NOW + timedelta(hours=1))

    assert [one.accounts for message in box.sent for one in message.told] == [("x:riverdaily",)]


def test_who_dies_between_sending_and_marking_sends_again_under_the_same_id(
    engine: Engine, settings: Settings
) -> None:
    ids, box = fill(engine), Box()
    rule(engine)
    changed(engine, ("renamed", ids["state"], NOW))

    def sends_and_dies(message: Message) -> None:
        box(message)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(engine, settings, sends_and_dies)
    at_once = send(engine, settings, box)
    later = send(engine, settings, box, NOW + alerts.LEASE)

    assert (at_once["sent"], later["sent"]) == (0, 1)
    assert box.sent[0] == box.sent[1]


def test_two_that_send_at_the_same_time_send_each_message_once(engine_of: Engine, settings: Settings) -> None:
    ids, box = fill(engine_of), Box()
    for _ in range(3):
        rule(engine_of)
    changed(engine_of, *(("renamed", number, NOW) for number in ids.values()))
    threads = [threading.Thread(target=send, args=(engine_of, settings, box)) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(message.told) for message in box.sent) == [4, 4, 4]
    assert len({message.id for message in box.sent}) == 3


def test_a_digest_tells_a_day_or_a_week_together_at_six(engine: Engine, settings: Settings) -> None:
    ids, box = fill(engine), Box()
    for pace in ("daily", "weekly"):
        rule(engine, pace=pace)
    sent = []

    for hour in range(0, 24 * 9, 6):
        at = NOW + timedelta(hours=hour)
        if hour % 24 == 0 and hour < 24 * 3:
            changed(engine, ("renamed", ids["state"], at))
        before = len(box.sent)
        send(engine, settings, box, at)
        sent += [(f"{at:%d %H}", len(message.told)) for message in box.sent[before:]]

    assert sent == [("06 06", 1), ("07 06", 1), ("08 06", 1), ("12 06", 3)]


@pytest.mark.parametrize(("platform", "doubted"), [("x", True), ("bluesky", False)])
def test_a_change_on_a_platform_that_is_doubted_is_told_as_not_to_be_believed(
    engine_of: Engine, settings: Settings, platform: str, doubted: bool
) -> None:
    from tracker.store import watches
    from tracker.store.engine import unit_of_work

    ids, box = fill(engine_of), Box()
    rule(engine_of)
    changed(engine_of, ("account_gone", ids["state"], NOW))
    with unit_of_work(engine_of) as session:
        watches.add_suspicion(
            session, platform, started_at=NOW, finished_at=NOW, host="h", asked=4, vanished=4, words="4 of 4"
        )

    send(engine_of, settings, box)

    assert box.sent[0].told[0].lines[0].startswith("Not to be believed yet") is doubted


# -- e-mail ------------------------------------------------------------------------------------------------------


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as box:
        yield box


def test_an_e_mail_server_gets_a_letter_that_is_the_same_each_time(
    engine: Engine, settings: Settings, inbox: Inbox
) -> None:
    ids = fill(engine)
    rule(engine)
    changed(engine, ("silence", ids["state"], NOW), after="茶 " * 200)
    by_mail = settings.model_copy(
        update={
            "smtp_host": "127.0.0.1",
            "smtp_port": inbox.port,
            "smtp_security": "none",
            "smtp_from": "t@example.org",
        }
    )
    inbox.answer = "451 later"

    refused = desk.send(engine, by_mail, now=lambda: NOW, ways={"email": mail.sender(by_mail)})
    with RecordSession(engine) as session:
        error = alerts.rules(session)[0]["error"]
    inbox.answer = "250 taken"
    taken = desk.send(
        engine, by_mail, now=lambda: NOW + timedelta(hours=1), ways={"email": mail.sender(by_mail)}
    )

    assert (refused["failed"], taken["sent"]) == (1, 1)
    assert "451" not in error or "later" in error
    (letter,) = inbox.letters
    assert letter["To"] == "desk@example.org"
    assert letter["Subject"] == "account fell silent: x:riverdaily, 2026-10-05"
    assert letter["Message-ID"].endswith("@influence-tracker>")
    assert letter["Date"].datetime == NOW
    assert "茶 茶" in letter.get_content()


def test_e_mail_without_encryption_goes_only_to_this_machine(settings: Settings) -> None:
    away = settings.model_copy(
        update={"smtp_host": "mail.example.org", "smtp_security": "none", "smtp_from": "t@example.org"}
    )

    with pytest.raises(ConfigError, match="TRACKER_SMTP_SECURITY"):
        mail.check(away)
    with pytest.raises(ConfigError, match="TRACKER_SMTP_HOST"):
        mail.check(settings)


# -- webhook -----------------------------------------------------------------------------------------------------


def test_a_webhook_gets_signed_json_through_the_one_door(engine: Engine, settings: Settings) -> None:
    ids = fill(engine)
    wanted = rules.read(email=None, webhook="https://hook.example.org/in", pace="now", kinds=(), about=())
    desk.add_rule(engine, wanted, by="A", now=NOW)
    changed(engine, ("renamed", ids["state"], NOW))

    with FaultServer() as server:
        server.answers("/in", Told(status=500), Told(b"{}", 200))

        def connect(host: str, redactor: Redactor) -> Any:
            return client_of(server, [host], redactor=redactor, bounds=hook.BOUNDS, time=FakeTime(NOW))

        ways = {"webhook": hook.sender(settings, connect)}
        failed = desk.send(engine, settings, now=lambda: NOW, ways=ways)
        sent = desk.send(engine, settings, now=lambda: NOW + timedelta(hours=1), ways=ways)

    first, second = server.asked
    assert (failed["failed"], sent["sent"]) == (1, 1)
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == first.json["id"]
    assert second.headers["x-tracker-signature"] == hook.signature(KEY, second.json)
    assert second.json["alerts"][0]["accounts"] == ["x:riverdaily"]
    assert KEY.encode() not in second.body


def test_a_webhook_that_leads_inside_is_refused_and_the_message_kept(
    engine: Engine, settings: Settings
) -> None:
    ids = fill(engine)
    wanted = rules.read(email=None, webhook="https://127.0.0.1/in", pace="now", kinds=(), about=())
    desk.add_rule(engine, wanted, by="A", now=NOW)
    changed(engine, ("renamed", ids["state"], NOW))

    done = desk.send(engine, settings, now=lambda: NOW, ways=desk.channels(settings))

    with RecordSession(engine) as session:
        (row,) = alerts.rules(session)
    assert (done["failed"], done["waiting"]) == (1, 1)
    assert "not on the public internet" in row["error"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "a@b.example\nBcc: c@d.example"}, "--email"),
        ({"webhook": "http://hook.example.org/"}, "--webhook"),
        ({"webhook": "https://user:pw@hook.example.org/"}, "--webhook"),
        ({"email": "a@b.example", "pace": "hourly"}, "--pace"),
        ({"email": "a@b.example", "kinds": ("Label Gone",)}, "--type"),
        ({"email": "a@b.example", "about": [("group", "bots")]}, "--group"),
        ({}, "--email"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_by_the_name_of_its_option(
    given: dict[str, Any], field: str
) -> None:
    asked = {"email": None, "webhook": None, "pace": "now", "kinds": (), "about": []} | given

    with pytest.raises(BadInput, match=field):
        rules.read(**asked)
