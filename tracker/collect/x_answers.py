"""Reads the ads in the JSON that the page of the X Ads Repository reads itself since 2026. Pure.

Known are only the fields that the page's scripts read, as a public note of October 2026 lists them. The service is no public
interface and refuses others, so that it is not asked here: a person saves an answer. It names no payer, no day, and does
not say whether a criterion includes or excludes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from tracker.collect.answers import Listings, id_in, parsed_by
from tracker.collect.cells import cell_text, posted_at
from tracker.collect.fields import Deep, counted, list_at, object_at, whole_id, words_at
from tracker.collect.targeting_cells import KINDS, criterion
from tracker.domain import Ad, Listing, Metric, Parsed, Record, Scope, Target
from tracker.errors import BadInput

FORM = ("tweetid",)
KEPT = (
    "promotedTweet.approvalStatus", "fundingInstrument.fundingInstrumentType", "fundingInstrument.currency",
    "lineItemId",
)  # fmt: skip
"""What has no place in an ad and is kept in `extra`."""
USED = (
    "tweetId", "country", "account.name", "targeting.targetingName", "targeting.targetingType", "impressions", "reach",
)  # fmt: skip


def is_one(record: Record) -> bool:
    """Say whether a record is an ad of such an answer and no row of an export."""
    return "tweetId" in record.values


def parse(records: Iterable[Record], scope: Scope, listing: Listing) -> Iterator[Parsed]:
    """Yield a listing of its own kind, then an ad for each record; one that cannot be read for certain is kept apart."""
    own, unseen = replace(listing, series=f"{listing.series}|answer"), Deep(USED, KEPT)
    yield own
    yield from parsed_by(lambda record: _ad(record, own, scope, unseen), records, _Made(own), unseen)


class _Made(Listings):
    """The listing that was made: an answer of this form is never without an ad."""

    def __init__(self, listing: Listing):
        self._made = {"": listing}


def _ad(record: Record, listing: Listing, scope: Scope, unseen: Deep) -> Ad:
    values = record.values
    post = whole_id(record, "tweetId", values.get("tweetId"))
    country = words_at(record, values, "country")
    if country and listing.country and country.upper() != listing.country:
        raise BadInput(
            f"shown in {country[:40]}; the scope says {listing.country}", line=record.line, field="country"
        )
    creative = f"https://x.com/i/status/{post}"
    line_item = id_in(record, "lineItemId") if values.get("lineItemId") is not None else ""
    return Ad(
        listing=listing, key=None, match=f"{post}|{line_item}", account=scope.account,
        advertiser_name=words_at(record, object_at(record, values, "account"), "name"),
        creative_url=creative, posted_at=posted_at(creative),
        metrics=unseen.numbers(record, _metrics(record, country or listing.country)),
        targets=tuple(_targets(record)), extra=_kept(record) | unseen.of(values), line=record.line,
    )  # fmt: skip


def _metrics(record: Record, country: str | None) -> Iterator[Metric]:
    place = country.upper() if country else None
    yield from counted("impressions", record.values.get("impressions"), "impressions", place)
    yield from counted("reach", record.values.get("reach"), "people", place)


def _targets(record: Record) -> Iterator[Target]:
    for one in list_at(record, record.values, "targeting"):
        kind, value = cell_text(one.get("targetingType")), cell_text(one.get("targetingName"))
        if words := ": ".join(filter(None, (kind, value))):
            known = KINDS.get(" ".join(kind.replace("_", " ").casefold().split()))
            yield criterion(
                known or "unparsed", value if known and value else words, "used_unspecified", words
            )


def _kept(record: Record) -> dict[str, Any]:
    """Return the values that are kept as they are, by their paths."""
    kept = {}
    for path in KEPT:
        *outer, field = path.split(".")
        place = object_at(record, record.values, *outer) if outer else record.values
        if words := cell_text(place.get(field)):
            kept[path] = words
    return kept
