"""A record with attributed, suspected and criticising accounts, and changes of theirs as collection writes them."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from tracker.domain import AccountRef, Change, Claim, Document, Organisation, SeedAccount, Seeds, Status
from tracker.store import registry, writes
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
NAMES = {"state": "x:riverdaily", "other": "x:lakedaily", "critic": "x:critic", "suspect": "x:somebody"}


def seeds() -> Seeds:
    document = Document("lab-2026", "Example Lab", "Who runs River Daily?", date(2026, 3, 1), None, "B")
    body = Organisation("river-media", "River Media Group", "media_group")
    statuses: dict[str, Status] = {
        "riverdaily": "accepted", "lakedaily": "accepted", "critic": "accepted", "somebody": "suspected",
    }  # fmt: skip
    accounts = [SeedAccount(AccountRef("x", name, handle=name), status) for name, status in statuses.items()]
    claims = [
        Claim(
            "account",
            "x:riverdaily",
            "operated_by",
            "organisation",
            "river-media",
            "lab-2026",
            "page 2",
            "So.",
        ),
        Claim(
            "account", "x:critic", "criticises", "organisation", "river-media", "lab-2026", "page 9", "So."
        ),
    ]
    return Seeds((document,), (body,), (), tuple(accounts), tuple(claims))


def fill(engine: Engine) -> dict[str, int]:
    """Write the registry and return the ids of its accounts by the names of `NAMES`."""
    with unit_of_work(engine) as session:
        registry.save_seeds(session, seeds(), at=NOW - timedelta(days=9))
        found = {row["account"]: row["id"] for row in registry.accounts(session)}
    return {name: found[account] for name, account in NAMES.items()}


def changed(engine: Engine, *wanted: tuple[str, int | None, datetime], after: str = "New name") -> None:
    """Write changes (type, account, time) as those of one finished question."""
    with unit_of_work(engine) as session:
        number = writes.start_query(
            session,
            "feeds",
            {},
            digest="d",
            observed_at=NOW,
            started_at=NOW,
            evidence_id=None,
            tool_version="1",
        )
        writes.add_changes(
            session,
            number,
            [
                Change(
                    at,
                    kind,
                    account,
                    f"subject of {kind}",
                    "name",
                    "Old name",
                    after,
                    "profile-1",
                    f"profile-{place}",
                )
                for place, (kind, account, at) in enumerate(wanted, 2)
            ],
        )
