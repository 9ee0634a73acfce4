"""Meta's threat indicators: domains and accounts of networks that it removed for coordinated inauthentic behaviour.

Meta says where a network is based and seldom who is behind it, so nothing here is marked as state-run. Most rows tell
of tactics and name no account; addresses on hosts that many share are set aside, so that no forum or petition site is
taken for a part of a network.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tracker.domain import AccountRef, Document, Organisation, Predicate, Quarantined, Record
from tracker.errors import BadInput
from tracker.registry.handles import account_ref
from tracker.registry.lists._shared import operation, sentence, slug_of, words
from tracker.registry.lists._values import Item, Named, SetAside

name = "meta_indicators"
origin = "facebook/threat-research on GitHub, indicators/csv, put together into one table"
required = ("period", "network", "indicator_type", "indicator")

REPOSITORY = "https://github.com/facebook/threat-research"
RIVAL = "Meta publishes indicators without the evidence for each; a domain or an account can change hands."
_DOMAINS = ("domain_name", "0.6.2", "9.5.3")
_REDIRECT = "9.5.3"
_ACCOUNTS = (
    "telegram_url",
    "0.9.1",
    "0.9.2",
    "0.9.3",
    "0.9.4",
    "0.9.5",
    "0.9.6",
    "0.9.7",
    "0.9.8",
    "0.9.12",
    "6.2.4",
)
_BASED = re.compile(r"\b([A-ZÇÖÜİ][\w&, ]*?)[-_ ]+based\b", re.IGNORECASE)
_PERIOD = re.compile(r"^(?:(?:\d{4} \d\d|Q\d(?:-\d)?[ _-]\d{4}|H\d \d{4})\s+)+", re.IGNORECASE)


def parse(records: Iterable[Record]) -> Iterator[Item]:
    """Yield the domain or the account of each row that names one."""
    for record in records:
        kind = words(record.values, "indicator_type")
        code = kind.split(" ", 1)[0]
        shown = words(record.values, "indicator_refanged") or words(record.values, "indicator")
        try:
            ref = _account(code, shown)
        except BadInput as error:
            yield Quarantined(record.line, "indicator", error.found, record.values)
            continue
        if isinstance(ref, str):
            yield SetAside(
                record.line, ref if code in (*_DOMAINS, *_ACCOUNTS) else "tells of a tactic, names no account"
            )
            continue
        yield _named(record, ref, kind, redirect=code == _REDIRECT)


@lru_cache(256)
def network_of(network: str) -> Organisation:
    """Return a network as Meta names it, with the country that the name gives and nothing more."""
    country = base_of(network)
    return operation(
        f"Meta: {title_of(network)}",
        country=country or "",
        note=f"Based in, as Meta states: {country or 'not given'}.",
    )


@lru_cache(256)
def document_of(network: str) -> Document:
    """Return the indicator file of a network; the cloaked-domain table repeats some of its rows."""
    return Document(
        slug_of(f"meta cib {network}"), "Meta", f"[Threat indicators: {title_of(network)}]", None, REPOSITORY, "B",
        note="The file gives a quarter and no day.",
    )  # fmt: skip


def base_of(network: str) -> str | None:
    """Return where Meta says that a network is based, from its name, or `None` when the name says no country."""
    bare = _PERIOD.sub("", title_of(network))
    found = _BASED.search(bare)
    if found is None:
        return None
    named = re.sub(r"^(?:doppelganger|spamouflage)\s+", "", found[1].strip(), flags=re.IGNORECASE)
    return " ".join(word if word == "US" else word.capitalize() for word in named.split())


def title_of(network: str) -> str:
    """Return the name of a network as its file has it, blanks folded."""
    return " ".join(network.replace("_", " ").split())


def _account(code: str, shown: str) -> AccountRef | str:
    """Return the account that an indicator names, or in words why it names none; raise `BadInput` for a damaged one."""
    if code not in (*_DOMAINS, *_ACCOUNTS):
        return "tells of a tactic"
    if code in _DOMAINS:
        return _domain(shown)
    if " " in shown:
        return "counts or describes accounts and names none"
    ref = account_ref(shown, field="indicator")
    has_path = "/" in re.sub(r"^\w+://", "", shown).rstrip("/")
    if ref.platform == "web" and has_path:
        return "an address on a host that many share"
    return ref


def _domain(shown: str) -> AccountRef:
    ref = account_ref(shown, field="indicator")
    if ref.platform != "web" or "/" in re.sub(r"^\w+://", "", shown).rstrip("/"):
        raise BadInput("expected a domain, found an address with a path or on a platform", field="indicator")
    return ref


def _named(record: Record, ref: AccountRef, kind: str, *, redirect: bool) -> Named:
    network, period = words(record.values, "network"), words(record.values, "period").replace("_", " ")
    relation: Predicate = "part_of" if redirect else "operated_by"
    comment = words(record.values, "comment")
    says = sentence(
        f"Names it under {title_of(network)}, period {period}",
        f"Based in, as Meta states: {base_of(network) or 'not given'}",
        f"Tactic as listed: {kind}" + (" (a redirect domain, thrown away after use)" if redirect else ""),
        comment or None,
    )[:600]
    return Named(
        record.line, ref, document_of(network), f"row {record.line}", says, status="unassessed",
        predicate=relation, object=network_of(network), rival=RIVAL,
        kind="contextual" if redirect else "documented",
    )  # fmt: skip
