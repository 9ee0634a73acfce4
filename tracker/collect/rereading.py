"""Compares what the present parsers read in kept evidence with what stands in the record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tracker.collect.batches import Batch, keyed
from tracker.collect.job import Job
from tracker.domain import AccountRef, Ad, AdvertiserReport, Count, Parsed, Post, Profile
from tracker.store import ads, post_content, registry, rereads, seen_profiles
from tracker.store.counters import value_of
from tracker.store.rereads import Answered, Difference, PostState
from tracker.store.snapshots import AD_FIELDS

OF_THE_ROW = ("published_at", "published_as_printed", "section", "url")
"""What a post has once, by the look that saw it first."""
_Fields = Iterator[tuple[str, Any, Any]]


@dataclass(slots=True)
class Comparison:
    """What two parsers read in the evidence of one query: how many items alike, otherwise, only now, only before.

    What listings after `upto` hold was read again in the same run: it is not what stood there before.
    """

    session: Session
    job: Job
    of: Answered
    upto: int
    unchanged: int = 0
    changed: int = 0
    new: int = 0
    found: list[Difference] = field(default_factory=list)
    _matched: set[tuple[str, int, Any]] = field(default_factory=set)
    _accounts: dict[tuple[str, str], int | None] = field(default_factory=dict)
    _listings: dict[tuple[str, datetime], int] = field(default_factory=dict)
    _apart: set[tuple[int, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Look up the listings that the query gave."""
        self._listings = rereads.listings(self.session, self.of.id)

    def add(self, batch: Sequence[Parsed]) -> None:
        """Compare the items of a batch."""
        found = Batch.of(batch)
        self._posts(found.posts)
        self._ads(keyed(self.session, self.job, found.ads, self._account))
        for report in found.reports:
            self._report(report)
        for profile in found.profiles:
            self._profile(profile)
        self._apart |= {(one.line, one.field, one.reason) for one in found.quarantined}

    def end(self) -> int:
        """Compare what is kept apart, and return how many items are no longer read."""
        before = rereads.kept_apart(self.session, self.of.id)
        for line, name, reason in sorted(self._apart - before):
            self.found.append(
                Difference("record", f"line {line}", name or None, None, f"kept apart: {reason}")
            )
        for line, name, reason in sorted(before - self._apart):
            self.found.append(
                Difference("record", f"line {line}", name or None, f"kept apart: {reason}", None)
            )
        lost = max(0, rereads.held(self.session, self.of.id) - len(self._matched))
        if lost:
            self.found.append(
                Difference("items", f"query {self.of.id}", None, f"{lost:,} items were read", None)
            )
        return lost

    @property
    def own(self) -> set[int]:
        """Return the listings that the query gave."""
        return set(self._listings.values())

    def _account(self, ref: AccountRef | None) -> int | None:
        if ref is None:
            return None
        place = ref.platform, ref.key
        if place not in self._accounts:
            self._accounts[place] = registry.find_account(self.session, ref)
        return self._accounts[place]

    def _take(
        self, kind: str, subject: str, listing_id: int, item: Any, fields: Iterable[tuple[str, Any, Any]]
    ) -> None:
        """Count an item that both parsers read, once for each listing."""
        if (kind, listing_id, item) in self._matched:
            return
        self._matched.add((kind, listing_id, item))
        found = [Difference(kind, subject, name, told(before), told(after)) for name, before, after in fields]
        self.changed += bool(found)
        self.unchanged += not found
        self.found += found

    def _only_now(self, kind: str, subject: str) -> None:
        self.new += 1
        self.found.append(Difference(kind, subject, None, None, "read"))

    def _posts(self, posts: Sequence[Post]) -> None:
        placed = [
            (post, self._account(post.account) or 0, self._listings.get(_place(post))) for post in posts
        ]
        keys = [(account, post.key) for post, account, _ in placed]
        states = rereads.posts(self.session, self.job.source.name, keys, upto=self.upto)
        shown: dict[int, set[int]] = {}
        for number in {listing for _, _, listing in placed if listing is not None}:
            ids = [
                states[account, post.key].id
                for post, account, one in placed
                if one == number and (account, post.key) in states
            ]
            shown[number] = rereads.sighted(self.session, number, ids)
        standing = [
            state.shown(post.listing.observed_at)
            for post, account, _ in placed
            if (state := states.get((account, post.key)))
        ]
        said = rereads.contents(self.session, [one[0] for one in standing if one])
        own = self.own
        for post, account, listing_id in placed:
            state = states.get((account, post.key))
            if state is None or listing_id is None or state.id not in shown[listing_id]:
                self._only_now("post", post.key)
                continue
            self._take("post", post.key, listing_id, state.id, differing(post, state, said, own))

    def _ads(self, found: Sequence[Ad]) -> None:
        by_place: dict[tuple[str, datetime], list[Ad]] = {}
        for ad in found:
            by_place.setdefault(_place(ad), []).append(ad)
        for place, mine in by_place.items():
            listing_id, keys = self._listings.get(place), [ad.key or "" for ad in mine]
            before = {} if listing_id is None else rereads.ads_shown(self.session, listing_id, keys)
            for ad in mine:
                known = before.get(ad.key or "")
                if known is None or listing_id is None:
                    self._only_now("ad", ad.key or "")
                    continue
                same = known[1] == ads.digest_of(ad)
                self._take(
                    "ad", ad.key or "", listing_id, known[0], () if same else self._of_ad(ad, known[0])
                )

    def _of_ad(self, ad: Ad, snapshot_id: int) -> _Fields:
        before = rereads.ad_values(self.session, snapshot_id, AD_FIELDS)
        numbers = {
            " ".join(filter(None, (one.name, one.country, one.segment))): f"{one.as_published} {one.unit}"
            for one in ad.metrics
        }
        targets = sorted({" ".join(target[:3]) for target in ad.targets})
        yield from _differing(
            before,
            {**{name: getattr(ad, name) for name in AD_FIELDS}, **numbers, "targets": targets, **ad.extra},
        )

    def _report(self, row: AdvertiserReport) -> None:
        listing_id = self._listings.get(_place(row))
        before = None if listing_id is None else rereads.report_values(self.session, listing_id, row.key)
        if before is None or listing_id is None:
            self._only_now("report", row.key)
            return
        numbers = {metric.name: metric.as_published for metric in row.metrics}
        now = {"name": row.name, "disclaimer": row.disclaimer, "spend": numbers.get("spend")}
        self._take("report", row.key, listing_id, row.key, _differing(before, now))

    def _profile(self, profile: Profile) -> None:
        account, listing_id = self._account(profile.account), self._listings.get(_place(profile))
        if account is None or listing_id is None:
            self._only_now("profile", profile.account.key)
            return
        before = rereads.profile_shown(self.session, listing_id)
        if before is None:
            self._only_now("profile", profile.account.key)
            return
        fields = (
            []
            if before["digest"] == seen_profiles.digest(profile)
            else list(_differing(before, _of_profile(profile)))
        )
        at, source = profile.listing.observed_at, self.job.source.name
        known = rereads.profile_counts(self.session, source, account, at, upto=self.upto)
        fields += list(_counts(profile.counts, known))
        self._take("profile", profile.account.key, listing_id, before["id"], fields)


# -- what differs ------------------------------------------------------------------------------------------------


def differing(
    post: Post, state: PostState, said: Mapping[int, tuple[str, Any]], own: set[int]
) -> list[tuple[str, Any, Any]]:
    """Return what a post says otherwise than the record: in its words, its counters, and what it has once.

    A snapshot that an earlier look made holds for a later one although the platform changed what is no content.
    """
    at = post.listing.observed_at
    found = list(_said(post, state, said, own))
    if post.details is not None:
        found += _counts(post.details.counts, state.counted(at))
    if state.row["first_seen"] == at:
        found += [
            (name, state.row[name], getattr(post, name))
            for name in OF_THE_ROW
            if state.row[name] != getattr(post, name)
        ]
    return found


def _said(post: Post, state: PostState, said: Mapping[int, tuple[str, Any]], own: set[int]) -> _Fields:
    shown = state.shown(post.listing.observed_at)
    if shown is None:
        yield "text", None, post.text
        return
    text, details = said[shown[0]]
    if (text, details and replace(details, counts=())) == (
        post.text,
        post.details and replace(post.details, counts=()),
    ):
        return
    same = post_content.digest(text, details) == post_content.digest(post.text, post.details)
    if same and shown[1] not in own:
        return
    if text != post.text:
        yield "text", text, post.text
    before, now = (post_content.row(one) if one is not None else {} for one in (details, post.details))
    yield from _differing(before, now)


def _counts(counts: Sequence[Count], known: Mapping[str, tuple[datetime, int | None, str | None]]) -> _Fields:
    for count in {one.name: one for one in reversed(counts)}.values():
        before = known.get(count.name)
        if before is None or before[1:] != value_of(count):
            yield (
                f"count {count.name}",
                before and (before[2] or before[1]),
                count.as_published or count.value,
            )


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> _Fields:
    for name in dict.fromkeys((*before, *now)):
        if name not in ("id", "digest") and told(before.get(name)) != told(now.get(name)):
            yield name, before.get(name), now.get(name)


def _of_profile(profile: Profile) -> dict[str, Any]:
    look = profile.look
    named = {
        name: getattr(look, name)
        for name in ("handle", "name", "bio", "label", "label_words", "discloses", "discloses_words")
    }
    plain = {name: getattr(profile, name) for name in seen_profiles.PLAIN}
    return {**named, **plain, "links": list(profile.links) or None, "extra": dict(profile.extra) or None}


def told(value: Any) -> str | None:
    """Return a value in words, as it is listed."""
    if value is None or value == [] or value == {}:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _place(item: Ad | AdvertiserReport | Post | Profile) -> tuple[str, datetime]:
    return item.listing.series, item.listing.observed_at
