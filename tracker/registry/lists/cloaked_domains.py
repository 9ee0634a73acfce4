"""Domains that reports attribute to cloaked operations, with the part that each plays.

A `republisher` is a third party whose ownership nobody alleges: it relays, is left `unassessed`, and gets no operator.
Redirect and infrastructure domains are part of an operation, not outlets. Meta says where a network is based and not
who orders it, so what only Meta reports is `unassessed`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from tracker.domain import (
    ContactKind,
    Document,
    EvidenceKind,
    Notice,
    Organisation,
    Predicate,
    Quarantined,
    Record,
    Status,
)
from tracker.errors import BadInput
from tracker.registry.handles import account_ref
from tracker.registry.lists import meta_indicators
from tracker.registry.lists._shared import operation, sentence, slug_of, words
from tracker.registry.lists._values import Item, Named

name = "cloaked_domains"
origin = "a table of domains with network, role, reported_by and report_url"
required = ("domain", "network", "role", "reported_by", "report_url", "state")

RUSSIA_TODAY = Organisation("rt", "RT", "news_outlet", country="RU", aliases=("Russia Today",))
ROLES: dict[str, tuple[Predicate, str]] = {
    "operated": ("operated_by", "a domain that the operation runs"),
    "redirect": ("part_of", "a redirect domain: it sends readers on, and is thrown away"),
    "infrastructure": ("part_of", "infrastructure, not an outlet"),
    "republisher": ("relays", "a third party that republishes text of RT; ownership is not alleged"),
}
KINDS: dict[str, EvidenceKind | ContactKind] = {
    "operated": "documented", "redirect": "contextual", "infrastructure": "contextual", "republisher": "quotation",
}  # fmt: skip
META = "Meta CIB: "
RIVALS = {
    "operated": "A domain can change hands; reports name operations that may overlap.",
    "redirect": "A redirect domain can be hijacked or reused; it says nothing about who owned it before.",
    "infrastructure": "Shared infrastructure may serve others too.",
    "republisher": "Republishing may be a choice of the site's own, from a feed or a search.",
}
_DAY = re.compile(r"/((?:19|20)\d\d)/(\d\d)/(\d\d)/")
_FROM_REPORT = "Citizen Lab report text"
_PAPERWALL = "https://citizenlab.ca/2024/02/paperwall-"


def parse(records: Iterable[Record]) -> Iterator[Item]:
    """Yield one domain per row, with its role in words."""
    roles: Counter[str] = Counter()
    for record in records:
        item = _domain(record)
        if isinstance(item, Named):
            roles[_role(record)] += 1
        yield item
    for role, (_, told) in ROLES.items():
        if role != "operated" and roles[role]:
            yield Notice(f"{roles[role]} rows are of the role {role}: {told}")


def _domain(record: Record) -> Item:
    role = _role(record)
    if role not in ROLES:
        return Quarantined(record.line, "role", f"{role[:40]!r} is none of {', '.join(ROLES)}", record.values)
    try:
        ref = account_ref(words(record.values, "domain"), field="domain")
        if ref.platform != "web":
            raise BadInput(f"this is an address on {ref.platform}, not a domain", field="domain")
    except BadInput as error:
        return Quarantined(record.line, error.field or "domain", error.found, record.values)
    predicate, _ = ROLES[role]
    return Named(
        record.line, ref, _document(record), f"row {record.line}", _says(record, role), status=_status(record, role),
        predicate=predicate, object=RUSSIA_TODAY if role == "republisher" else _operation(record), rival=RIVALS[role], kind=KINDS[role],
    )  # fmt: skip


def _role(record: Record) -> str:
    return words(record.values, "role").split(" (")[0].casefold()


def _status(record: Record, role: str) -> Status:
    by_meta = words(record.values, "network").startswith(META)
    stated = words(record.values, "state").casefold() not in ("", "other", "unknown")
    return "accepted" if role == "operated" and stated and not by_meta else "unassessed"


def _operation(record: Record) -> Organisation:
    network = words(record.values, "network")
    if network.startswith(META):
        return meta_indicators.network_of(network.removeprefix(META))
    return operation(network, country=words(record.values, "state"))


def _says(record: Record, role: str) -> str:
    network, country = words(record.values, "network"), words(record.values, "target_country")
    identified, note = words(record.values, "identified"), words(record.values, "note")
    return sentence(
        f"Names it under {network.removeprefix(META)}, state as listed: {words(record.values, 'state') or 'not given'}",
        f"Role: {ROLES[role][1]}",
        f"Target country {country}" if country else None,
        f"Identified {identified}" if identified else None,
        note or None,
    )[:600]


def _document(record: Record) -> Document:
    """Return the report that the row rests on; what was read through a compilation counts as less reliable."""
    network, publisher = words(record.values, "network"), words(record.values, "reported_by")
    if network.startswith(META):
        return meta_indicators.document_of(network.removeprefix(META))
    url, compiled_in = words(record.values, "report_url"), words(record.values, "origin_repo")
    direct = compiled_in == _FROM_REPORT
    return Document(
        slug_of(f"{network} {publisher} {url.rstrip('/').rsplit('/', 1)[-1]}"), publisher, f"[Report on {network}]",
        _published(url), url if re.match(r"https?://[^\s\\]+$", url) else None, "B" if direct else "C",
        note=None if direct or not compiled_in else f"Read through the compilation {compiled_in}.",
    )  # fmt: skip


def _published(url: str) -> date | None:
    """Return the day that the address of a report gives, or that of the one report read itself."""
    if url.startswith(_PAPERWALL):
        return date(2024, 2, 7)
    found = _DAY.search(url)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
