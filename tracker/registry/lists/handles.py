"""Long tables of handles, one row per entity and platform, which repeat other lists: each row speaks for its own list.

Rows of a list that is imported by itself too rest on the same document, so they are known the second time.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from tracker.domain import Document, Notice, Organisation, Predicate, Quarantined, Record, Status
from tracker.errors import BadInput
from tracker.registry.lists import asd_matrix, canis
from tracker.registry.lists._shared import (
    PARTY_STATE,
    organisation,
    sentence,
    with_notices,
    words,
    written_account,
)
from tracker.registry.lists._values import Item, Named

name = "handles"
origin = "a table with the columns list, entity, platform, handle_as_listed, url, owner"
required = ("list", "entity", "platform", "handle_as_listed", "url")

CHC = Document(
    "chc-prc-diplomats-and-media-x", "Centre for Humanities Computing, Aarhus University",
    "china-twitter2: accounts of diplomats and media, November 2019 to April 2022 (tables 2 and 3)", None,
    "https://github.com/centre-for-humanities-computing/china-twitter2", "B",
)  # fmt: skip
DOCUMENTS = {"canis": canis.DOCUMENT, "asd": asd_matrix.DOCUMENT, "chc": CHC}
_CHC_STUDIED = date(2022, 4, 30)


def parse(records: Iterable[Record]) -> Iterator[Item]:
    """Yield one account per row; a row of a list that is not known here is quarantined."""
    yield from with_notices(_items(records))


def _items(records: Iterable[Record]) -> Iterator[Item]:
    untyped = 0
    for record in records:
        untyped += words(record.values, "list") == "asd"
        yield _account(record)
    if untyped:
        yield Notice(
            f"{untyped} rows of the ASD matrix come without its type of control and are left unassessed"
        )


def _account(record: Record) -> Item:
    listed = words(record.values, "list")
    if listed not in DOCUMENTS:
        return Quarantined(
            record.line, "list", f"{listed!r} is none of {', '.join(DOCUMENTS)}", record.values
        )
    platform, url = words(record.values, "platform"), words(record.values, "url")
    handle, entity = words(record.values, "handle_as_listed"), words(record.values, "entity")
    field = "url" if url else "handle_as_listed"
    try:
        account = written_account(platform, handle, url, name=entity, field=field)
    except BadInput as error:
        return Quarantined(record.line, error.field or field, error.found, record.values)
    relation, body, status = _relation(record, listed)
    row = words(record.values, "list_row")
    return Named(
        record.line, account.ref, DOCUMENTS[listed], f"row {record.line}" + (f" ({row})" if row else ""),
        sentence(_says(record, listed, entity), account.remark), status=status, predicate=relation, object=body,
        rival=canis.RIVAL if listed == "canis" else asd_matrix.RIVAL if listed == "asd" else None,
        repeats=listed != "chc",
    )  # fmt: skip


def _relation(record: Record, listed: str) -> tuple[Predicate, Organisation, Status]:
    """Return what the row's own list says: who is behind the account, and how it counts."""
    owner, country = words(record.values, "owner"), words(record.values, "country")
    unknown = owner.casefold() in ("", "unknown")
    if listed == "asd":
        return "part_of", organisation(owner or words(record.values, "entity"), country=country), "unassessed"
    if unknown:
        return "part_of", PARTY_STATE, "accepted"
    return "operated_by", organisation(owner, country=country), "accepted"


def _says(record: Record, listed: str, entity: str) -> str:
    owner = words(record.values, "owner") or "not given"
    if listed == "chc":
        return f"Lists it among the accounts of China's diplomats and media studied until {_CHC_STUDIED}: {entity}."
    if listed == "asd":
        return (
            f"Lists {entity} of {owner} ({words(record.values, 'country')}); the type is not in this table."
        )
    person = canis.PERSON if words(record.values, "person_flag_heuristic") == "likely" else None
    return sentence(f"Lists {entity} as PRC state media, owner {owner}", person)
