"""Writes an import batch by batch: finds or makes the accounts and listings that its items refer to."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlmodel import Session

from tracker.collect import changes, matching
from tracker.collect.job import Job
from tracker.collect.profile_looks import write_profiles
from tracker.domain import (
    AccountRef,
    Ad,
    AdvertiserReport,
    Claim,
    Listing,
    Parsed,
    Post,
    Profile,
    Quarantined,
    Release,
    Status,
)
from tracker.registry import handles
from tracker.store import reads, registry, writes
from tracker.store.ads import PlacedAd, write_ads
from tracker.store.advertisers import PlacedReport, write_reports
from tracker.store.engine import unit_of_work
from tracker.store.ids import in_turn
from tracker.store.posts import Place, write_posts
from tracker.store.seen_profiles import PlacedProfile

REMEMBERED = 4_000


@dataclass(slots=True)
class Tally:
    """What an import has done so far."""

    seq: int = 0
    items: int = 0
    counts: writes.Counts = field(default_factory=writes.Counts)
    quarantined: int = 0
    accounts: dict[tuple[str, str], int] = field(default_factory=dict)
    listings: dict[tuple[str, datetime], int] = field(default_factory=dict)

    def count(self, items: int, counts: writes.Counts, quarantined: int) -> None:
        """Move on behind a batch that was written."""
        self.seq += 1
        self.items += items
        self.counts += counts
        self.quarantined += quarantined


@dataclass(frozen=True, slots=True)
class Writers:
    """How posts and profiles of a batch are written: as what was just observed, or as evidence that is read again."""

    posts: Callable[..., writes.Counts] = write_posts
    profiles: Callable[..., writes.Counts] = write_profiles


OBSERVED = Writers()


def write(job: Job, query_id: int, tally: Tally, batch: Sequence[Parsed]) -> None:
    """Write one batch and its acknowledgement in one transaction; `tally` moves on only when it stands."""
    with unit_of_work(job.engine) as session:
        counts, quarantined = write_in(session, job, query_id, tally, batch, OBSERVED)
    tally.count(len(batch), counts, quarantined)


def write_in(
    session: Session, job: Job, query_id: int, tally: Tally, batch: Sequence[Parsed], writers: Writers
) -> tuple[writes.Counts, int]:
    """Write one batch in a transaction that is open; return what became of its items, and how many are kept apart."""
    in_turn(session)
    found = Batch.of(batch)
    place = _Placer(session, job, query_id, tally)
    place.listings(found.listings())
    ads = [place.ad(ad) for ad in keyed(session, job, found.ads, place.account)]
    counts = writers.posts(session, query_id, job.source.name, posts=found.posts, place_of=place.post)
    counts += write_ads(session, job.source.name, ads)
    counts += write_reports(session, [place.report(row) for row in found.reports])
    seen = [place.profile(one) for one in found.profiles]
    counts += writers.profiles(session, query_id, job.source.name, seen)
    place.save_claims()
    writes.add_quarantined(session, query_id, found.quarantined)
    quarantined, records = len(found.quarantined), tally.items + len(batch)
    writes.add_batch(session, query_id, tally.seq, records=records, counts=counts, quarantined=quarantined)
    return counts, quarantined


@dataclass(frozen=True, slots=True)
class Batch:
    """The items of a batch by their kind."""

    bare_listings: list[Listing]
    posts: list[Post]
    ads: list[Ad]
    reports: list[AdvertiserReport]
    profiles: list[Profile]
    quarantined: list[Quarantined]

    @classmethod
    def of(cls, batch: Sequence[Parsed]) -> "Batch":
        """Sort the items of a batch by their kind."""
        kinds: dict[type, list[Any]] = defaultdict(list)
        if set(map(type, batch)) == {Post}:
            kinds[Post] = list(batch)
        else:
            for item in batch:
                kinds[type(item)].append(item)
        return cls(
            kinds[Listing],
            kinds[Post],
            kinds[Ad],
            kinds[AdvertiserReport],
            kinds[Profile],
            kinds[Quarantined],
        )

    def listings(self) -> Iterable[Listing]:
        """Return the listings that the items name, each once."""
        shown = attrgetter("listing")
        named = [
            *self.bare_listings,
            *map(shown, self.posts),
            *map(shown, self.ads),
            *map(shown, self.reports),
            *map(shown, self.profiles),
        ]
        return dict(zip(map(id, named), named, strict=True)).values()


def keyed(
    session: Session, job: Job, ads: list[Ad], account_of: Callable[[AccountRef | None], int | None]
) -> list[Ad]:
    """Return ads with their keys; those of a source without ids are matched to the ads that are known."""
    if not job.source.matched or not ads:
        return ads
    account = account_of(ads[0].account)
    rows = Counter(ad.match or "" for ad in ads)
    keys = reads.keys_matching(session, job.source.name, account, list(rows))
    alone = {match: known[0] for match, known in keys.items() if len(known) == rows[match] == 1}
    unclear = [match for match in keys if match not in alone]
    details = reads.ads_matching(session, job.source.name, account, unclear)
    known = {match: [changes.candidate(row) for row in group] for match, group in details.items()}
    return matching.assign_keys(ads, known, alone)


class _Placer:
    """Finds or makes the accounts and listings that the items of a batch refer to."""

    def __init__(self, session: Session, job: Job, query_id: int, tally: Tally):
        self._session, self._job, self._query_id, self._tally = session, job, query_id, tally
        self._new: dict[tuple[str, str], AccountRef] = {}
        self._ids: dict[int, int] = {}
        self._places: dict[tuple[int, int], Place] = {}

    def listings(self, needed: Iterable[Listing]) -> None:
        """Find or write the listings of a batch at once."""
        distinct = {id(listing): listing for listing in needed}
        if len(self._tally.listings) > REMEMBERED:
            self._tally.listings.clear()
        known = self._tally.listings
        missing = {
            key: listing for listing in distinct.values() if (key := _listing_key(listing)) not in known
        }
        placed = [(listing, self.account(listing.account)) for listing in missing.values()]
        add = writes.add_listings if self._tally.seq else writes.add_new_listings
        known |= dict(zip(missing, add(self._session, self._query_id, placed), strict=True))
        self._ids = {number: known[_listing_key(listing)] for number, listing in distinct.items()}

    def post(self, post: Post) -> Place:
        """Return where a post belongs; the posts of a page share the listing and the account, so most are known."""
        listing, account = post.listing, post.account
        found = self._places.get((id(listing), id(account)))
        if found is None:
            found = Place(self.account(account) or 0, self._ids[id(listing)], listing.observed_at)
            self._places[id(listing), id(account)] = found
        return found

    def ad(self, ad: Ad) -> PlacedAd:
        ref = ad.account
        if ref is None and ad.landing_url and self._job.source.release is not None:
            ref = handles.landing_account(ad.landing_url)
        return PlacedAd(ad, self.account(ref), self._ids[id(ad.listing)])

    def report(self, row: AdvertiserReport) -> PlacedReport:
        return PlacedReport(row, self.account(row.account) or 0, self._ids[id(row.listing)])

    def profile(self, seen: Profile) -> PlacedProfile:
        return PlacedProfile(seen, self.account(seen.account) or 0, self._ids[id(seen.listing)])

    def account(self, ref: AccountRef | None) -> int | None:
        if ref is None:
            return None
        known = self._tally.accounts.get((ref.platform, ref.key))
        return self._found(ref) if known is None else known

    def _found(self, ref: AccountRef) -> int:
        if len(self._tally.accounts) > REMEMBERED:
            self._tally.accounts.clear()
        status: Status = "accepted" if self._attributes(ref) else "unassessed"
        at = self._job.scope.observed_at
        account_id = registry.resolve_account(self._session, ref, status=status, at=at)
        self._tally.accounts[ref.platform, ref.key] = account_id
        self._new[ref.platform, ref.key] = ref
        return account_id

    def save_claims(self) -> None:
        """Give every account that a data release attributes the claim that it makes."""
        release = self._job.source.release
        attributed = [ref for ref in self._new.values() if self._attributes(ref)]
        if release is not None and attributed:
            claims = [_claim_of(release, ref) for ref in attributed]
            registry.add_release(self._session, release, claims, at=self._job.scope.observed_at)

    def _attributes(self, ref: AccountRef) -> bool:
        release = self._job.source.release
        return release is not None and ref.platform in release.platforms


def _listing_key(listing: Listing) -> tuple[str, datetime]:
    return listing.series, listing.observed_at


def _claim_of(release: Release, ref: AccountRef) -> Claim:
    return Claim(
        subject_type="organisation",
        subject=release.organisation.id,
        predicate=release.predicate,
        object_type="account",
        object=f"{ref.platform}:{ref.key}",
        document=release.document.id,
        place=release.place,
        says=release.says,
        analyst="data release",
        rival=release.rival,
    )
