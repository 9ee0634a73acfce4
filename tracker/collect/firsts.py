"""Says what an account did for the first time: a payer, a beneficiary, a criterion, an ad, every country.

Pure: it gets what a look showed and what all earlier ones had shown. Each first is told once, with the ad that
showed it first.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from math import ceil

from tracker import countries
from tracker.collect.views import AdView, Criterion, KnownBefore, Look, change, folded, in_order
from tracker.domain import Change

EVERY_COUNTRY = 0.9
"""Share of the countries and territories of the CLDR from which on criteria are said to reach every country."""
WHOLE_WORLD = frozenset({"worldwide", "global", "all countries", "every country", "all locations", "world"})
NOTHING_KNOWN = KnownBefore({}, {})

Known = Mapping[int | None, KnownBefore]


def of_accounts(look: Look, known: Known, before: str) -> Iterator[Change]:
    """Yield the payers, beneficiaries and criteria that are new for their account, then where it widened.

    `before` names the snapshot to compare with where nothing of the kind was known.
    """
    yield from of_names(look, known, before)
    yield from _widened(look, known, before)


def of_names(look: Look, known: Known, before: str, *, criteria: bool = True) -> Iterator[Change]:
    """Yield the payers and beneficiaries that are new for their account, and its new criteria unless left out.

    A country that the account's criteria include for the first time is `country_new`, any other criterion `target_new`.
    """
    told: set[tuple[int | None, str | Criterion, str]] = set()
    new_country = _NewCountry(known)
    names = {account: _folded_names(earlier) for account, earlier in known.items()}
    for view in in_order(look):
        earlier = known.get(view.account_id, NOTHING_KNOWN)
        for role, of_role in (("payer", earlier.payers), ("beneficiary", earlier.beneficiaries)):
            name = view.values.get(role)
            key = (view.account_id, folded(name or ""), role)
            if name and key not in told and key[1:] not in names.get(view.account_id, ()):
                told.add(key)
                yield _first(
                    look,
                    view,
                    f"{role}_new",
                    role,
                    in_words_of(of_role),
                    name,
                    _latest(of_role.values(), before),
                )
        for criterion in _unknown(view, earlier) if criteria else ():
            if (view.account_id, criterion, "") not in told:
                told.add((view.account_id, criterion, ""))
                of_kind = [at for item, at in earlier.targets.items() if item[0] == criterion[0]]
                latest = _latest(of_kind or earlier.targets.values(), before)
                kind = "country_new" if new_country.in_(view.account_id, criterion) else "target_new"
                yield _first(look, view, kind, criterion[0], None, in_words([criterion]), latest)


def _unknown(view: AdView, earlier: KnownBefore) -> list[Criterion]:
    """Return the criteria of an ad that were not known."""
    return sorted(view.targets.difference(earlier.targets))


class _NewCountry:
    """Tells the first use of a country apart, whatever it was called before: `France` after `FR` is none."""

    def __init__(self, known: Known):
        self._known = known
        self._reached: dict[int | None, set[str]] = {}

    def in_(self, account: int | None, criterion: Criterion) -> bool:
        """Say whether a criterion includes a country that none of the account's had; from then on it is known."""
        found = reach([criterion])
        if len(found) != 1:
            return False
        if account not in self._reached:
            self._reached[account] = set(reach(self._known.get(account, NOTHING_KNOWN).targets))
        is_new = found.isdisjoint(self._reached[account])
        self._reached[account] |= found
        return is_new


def first_ad(look: Look, view: AdView, before: str) -> Change:
    """Return that an account was seen to advertise for the first time."""
    return _first(look, view, "first_ad", None, None, view.values.get("payer"), before)


def learnt(known: Known, look: Look) -> dict[int | None, KnownBefore]:
    """Return what is known once a part of a look was told of."""
    after = dict(known)
    shown: dict[int | None, list[AdView]] = {}
    for view in look.ads.values():
        shown.setdefault(view.account_id, []).append(view)
    for account, views in shown.items():
        earlier = after.get(account, NOTHING_KNOWN)
        after[account] = replace(
            earlier,
            payers={**_names_of(views, "payer"), **earlier.payers},
            beneficiaries={**_names_of(views, "beneficiary"), **earlier.beneficiaries},
            targets={
                **{
                    item: view.snapshot_id
                    for view in views
                    for item in view.targets.difference(earlier.targets)
                },
                **earlier.targets,
            },
        )
    return after


def reach(criteria: Iterable[Criterion]) -> frozenset[str]:
    """Return the countries that criteria include, as ISO codes; one that means the whole world gives them all."""
    found: set[str] = set()
    for kind, value, polarity in criteria:
        if kind == "location" and polarity == "include":
            found |= _countries_in(value)
    return frozenset(found)


@lru_cache(4_096)
def _reach_of_ad(targets: frozenset[Criterion]) -> frozenset[str]:
    """Return what `reach` does, remembering what many ads share."""
    return reach(targets)


def in_words(criteria: Iterable[Criterion]) -> str | None:
    """Return criteria as a reader sees them: `keyword Shanghai; not location France`."""
    words = "; ".join(
        f"{'not ' if polarity == 'exclude' else ''}{kind} {value}"
        for kind, value, polarity in sorted(criteria)
    )
    return words or None


def in_words_of(names: Mapping[str, int]) -> str | None:
    """Return the names known before, in the order in which they were last seen."""
    return "; ".join(sorted(names, key=lambda name: names[name])) or None


def _widened(look: Look, known: Known, before: str) -> Iterator[Change]:
    """Yield for each account the ad with which its criteria, taken together, came to reach every country."""
    every = countries.count()
    enough = ceil(EVERY_COUNTRY * every)
    reached: dict[int | None, frozenset[str]] = {}
    for view in in_order(look):
        if not view.targets:
            continue
        earlier = known.get(view.account_id, NOTHING_KNOWN)
        had = reached.get(view.account_id)
        if had is None:
            had = reach(earlier.targets)
        now = reached[view.account_id] = had | _reach_of_ad(view.targets)
        if len(had) < enough <= len(now):
            of_kind = [at for item, at in earlier.targets.items() if item[0] == "location"]
            was, is_now = f"{len(had)} of {every} countries", f"{len(now)} of {every} countries"
            yield _first(look, view, "targeting_widened", "location", was, is_now, _latest(of_kind, before))


@lru_cache(4096)
def _countries_in(value: str) -> frozenset[str]:
    if folded(value) in WHOLE_WORLD:
        return countries.every()
    code = countries.a3(value)
    return frozenset({code}) if code else frozenset()


def _folded_names(known: KnownBefore) -> set[tuple[str, str]]:
    return {(folded(name), "payer") for name in known.payers} | {
        (folded(name), "beneficiary") for name in known.beneficiaries
    }


def _names_of(views: Iterable[AdView], role: str) -> dict[str, int]:
    return {name: view.snapshot_id for view in views if (name := view.values.get(role))}


def _latest(earlier: Collection[int], before: str) -> str:
    return f"ad-{max(earlier)}" if earlier else before


def _first(
    look: Look, view: AdView, kind: str, field: str | None, was: str | None, now: str | None, before: str
) -> Change:
    return change(kind, look, view, of=(before, f"ad-{view.snapshot_id}"), field=field, was=was, now=now)
