"""The State Media Matrix of ASD and the State Media Monitor: outlets of the world with one of seven types of control.

A type is the matrix's finding. The three controlled types come in as attributed by it; the four independent types come
in as `control` outlets, for comparison: being paid or managed by a state is not being controlled by it. A type with a
question mark, or one not known here, is left `unassessed`.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from tracker.domain import Document, Notice, Predicate, Quarantined, Record, Status
from tracker.errors import BadInput
from tracker.registry.lists._shared import organisation, sentence, with_notices, words, written_account
from tracker.registry.lists._values import Item, Named

name = "asd_matrix"
origin = "ASD-at-GMF/state-media-profiles on GitHub, State_Media_Matrix.csv"
required = ("country", "media_company", "main_assets", "url", "typology", "twitter_link", "facebook_link")

DOCUMENT = Document(
    "asd-state-media-matrix-2024", "Alliance for Securing Democracy at GMF; State Media Monitor",
    "State Media Matrix", date(2024, 2, 7), "https://github.com/ASD-at-GMF/state-media-profiles", "B",
    note="Types of control after the State Media Monitor; no evidence row by row.",
)  # fmt: skip
TYPES = {
    "SC": "State-Controlled Media",
    "CaPu": "Captured Public or State-Managed Media",
    "CaPr": "Captured Private Media",
    "ISFM": "Independent State-Funded and State-Managed Media",
    "ISF": "Independent State-Funded Media",
    "ISM": "Independent State-Managed Media",
    "IP": "Independent Public Media",
}
CONTROLLED = ("SC", "CaPu", "CaPr")
LINKS = {
    "url": "web", "twitter_link": "x", "facebook_link": "facebook", "instagram_link": "instagram",
    "youtube_link": "youtube", "telegram_link": "telegram", "vk_link": "vk", "linkedin_link": "linkedin",
    "okru_link": "okru", "tiktok_link": "tiktok", "rutube_link": "rutube",
}  # fmt: skip
RIVAL = "The matrix gives the type without evidence for the row; owners and types change."


def parse(records: Iterable[Record]) -> Iterator[Item]:
    """Yield the site and the accounts of each outlet, with its type in the matrix's words."""
    yield from with_notices(_items(records))


def _items(records: Iterable[Record]) -> Iterator[Item]:
    odd: dict[str, int] = {}
    for record in records:
        kind = words(record.values, "typology")
        if kind not in TYPES:
            odd[kind] = odd.get(kind, 0) + 1
        for column in LINKS:
            if words(record.values, column):
                yield _account(record, column)
    for kind, count in odd.items():
        yield Notice(f"type {kind!r} in {count} rows is none of the seven types; left unassessed")


def status_of(kind: str) -> Status:
    """Return the status that a type of control gives an account nobody has judged."""
    if kind in CONTROLLED:
        return "accepted"
    return "control" if kind in TYPES else "unassessed"


def _account(record: Record, column: str) -> Item:
    platform, outlet = LINKS[column], words(record.values, "main_assets")
    company, country = words(record.values, "media_company") or outlet, words(record.values, "country")
    try:
        account = written_account(platform, "", words(record.values, column), name=outlet, field=column)
    except BadInput as error:
        return Quarantined(record.line, error.field or column, error.found, record.values)
    kind = words(record.values, "typology")
    says = sentence(
        f"Lists {outlet} of {company} ({country}) as {TYPES.get(kind, 'of a type not explained')} ({kind})",
        f"The row's state: {state}" if (state := words(record.values, "status")) else None,
        account.remark,
    )
    relation: Predicate = "operated_by" if kind in CONTROLLED else "part_of"
    row_id = words(record.values, "row_id")
    return Named(
        record.line, account.ref, DOCUMENT, f"row {record.line}" + (f" ({row_id})" if row_id else ""), says,
        status=status_of(kind), predicate=relation, object=organisation(company, country=country), rival=RIVAL,
    )  # fmt: skip
