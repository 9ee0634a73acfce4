"""The CANIS list "PRC state media on social media platforms": entities with owner, parent and up to six accounts."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from tracker.domain import Document, FollowerCount, Notice, Organisation, Quarantined, Record
from tracker.errors import BadInput
from tracker.registry.lists._shared import (
    PARTY_STATE,
    organisation,
    sentence,
    with_notices,
    words,
    written_account,
)
from tracker.registry.lists._values import Item, Linked, Named

name = "canis"
origin = "CANIS, PRC state media on social media platforms (sheet FULL, 2023-11-03), as CSV"
required = ("name_en", "owner_en", "parent_en", "x_handle", "x_url", "facebook_page", "facebook_url")

AS_OF = date(2023, 11, 3)
DOCUMENT = Document(
    "canis-prc-state-media", "CANIS", "PRC state media on social media platforms", AS_OF, None, "C",
    note="A list of accounts with owner and parent; it gives no evidence row by row.",
)  # fmt: skip
RIVAL = "The list gives no evidence for the single row, and an owner may have changed since November 2023."
PLATFORMS = {
    "x": ("x_handle", "x_url", "x_followers"),
    "facebook": ("facebook_page", "facebook_url", "facebook_followers"),
    "instagram": ("instagram_page", "instagram_url", "instagram_followers"),
    "threads": ("threads_account", "threads_url", "threads_followers"),
    "youtube": ("youtube_account", "youtube_url", "youtube_subscribers"),
    "tiktok": ("tiktok_account", "tiktok_url", "tiktok_subscribers"),
}
PERSON = (
    "By the shape of the name an account of a person in a public role (a guess of the list's copy, unchecked)"
)


def parse(records: Iterable[Record]) -> Iterator[Item]:
    """Yield the accounts of each row, and once for each owner the parent that the list gives it."""
    yield from with_notices(_items(records))


def _items(records: Iterable[Record]) -> Iterator[Item]:
    linked: set[tuple[str, str]] = set()
    for record in records:
        link = _parent(record)
        if link and (pair := (link.subject.name, link.object.name)) not in linked:
            linked.add(pair)
            yield link
        for platform in PLATFORMS:
            yield from _account(record, platform)


def _account(record: Record, platform: str) -> Iterator[Item]:
    """Yield the account of one row on one platform, if the row has one."""
    handle_column, url_column, followers_column = PLATFORMS[platform]
    handle, url = words(record.values, handle_column), words(record.values, url_column)
    if not handle and not url:
        return
    called = words(record.values, "name_en") or words(record.values, "name_zh")
    field = url_column if url else handle_column
    try:
        account = written_account(platform, handle, url, name=called, field=field)
    except BadInput as error:
        yield Quarantined(record.line, error.field or field, error.found, record.values)
        return
    owner = words(record.values, "owner_en")
    known = owner.casefold() not in ("", "unknown")
    followers = _followers(words(record.values, followers_column))
    if followers is None and words(record.values, followers_column):
        yield Notice(f"row {record.line}: {followers_column} is not a number and was left out")
    yield Named(
        record.line, account.ref, DOCUMENT, _place(record),
        _says(record, called, owner if known else "") + (f" {account.remark}." if account.remark else ""),
        status="accepted", predicate="operated_by" if known else "part_of",
        object=_owner(record) if known else PARTY_STATE, rival=RIVAL, followers=followers,
    )  # fmt: skip


def _says(record: Record, called: str, owner: str) -> str:
    region, language = words(record.values, "region_of_focus"), words(record.values, "language")
    return sentence(
        f"Lists {called} as PRC state media, {f'owner {owner}' if owner else 'owner unknown'}",
        f"Region of focus {region or 'not given'}, language {language or 'not given'}",
        PERSON if words(record.values, "person_flag_heuristic") == "likely" else None,
    )


def _parent(record: Record) -> Linked | None:
    owner, parent = words(record.values, "owner_en"), words(record.values, "parent_en")
    if not owner or not parent or owner == parent or "unknown" in (owner.casefold(), parent.casefold()):
        return None
    above = organisation(
        parent, country="China", kind="state_organ", native_name=words(record.values, "parent_zh")
    )
    says = f"Gives {parent} as the parent of {owner}."
    return Linked(record.line, _owner(record), "supervised_by", above, DOCUMENT, _place(record), says)


def _owner(record: Record) -> Organisation:
    return organisation(
        words(record.values, "owner_en"), country="China", native_name=words(record.values, "owner_zh")
    )


def _place(record: Record) -> str:
    row_id = words(record.values, "row_id")
    return f"row {record.line}" + (f" ({row_id})" if row_id else "")


def _followers(text: str) -> FollowerCount | None:
    plain = re.sub(r"[,\s]|\.0$", "", text)
    if not plain.isdecimal() or len(plain) > 12:
        return None
    return FollowerCount(int(plain), int(plain), text, AS_OF)
