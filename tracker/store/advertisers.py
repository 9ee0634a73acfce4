"""Writes what a platform's report says of advertisers: one row an advertiser and disclaimer in each report, never an ad."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from tracker.domain import AdvertiserReport
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import Counts, insert_new


@dataclass(frozen=True, slots=True)
class PlacedReport:
    """A row of a report with the ids of its account and of its listing."""

    row: AdvertiserReport
    account_id: int
    listing_id: int


def write_reports(session: Session, placed: Sequence[PlacedReport]) -> Counts:
    """Write rows of reports and return how many are new; a row that its listing holds already is left as it is."""
    if not placed:
        return Counts()
    before = _held(session, placed)
    first = reserve(session, "advertiser_report", len(placed))
    insert_new(
        session, tables.AdvertiserReport, [_row(item, first + place) for place, item in enumerate(placed)]
    )
    new = _held(session, placed) - before
    return Counts(new=new, unchanged=len(placed) - new)


def _held(session: Session, placed: Sequence[PlacedReport]) -> int:
    listings = sorted({item.listing_id for item in placed})
    asked = select(func.count()).where(col(tables.AdvertiserReport.listing_id).in_(listings))
    return int(session.execute(asked).scalar_one())


def _row(item: PlacedReport, number: int) -> dict[str, Any]:
    row = item.row
    numbers = {metric.name: metric for metric in row.metrics}
    spend, ads = numbers.get("spend"), numbers.get("ads")
    return {
        "id": number,
        "listing_id": item.listing_id,
        "account_id": item.account_id,
        "key": row.key,
        "name": row.name,
        "disclaimer": row.disclaimer,
        "spend_lower": spend.lower if spend else None,
        "spend_upper": spend.upper if spend else None,
        "currency": spend.unit if spend else None,
        "spend_as_published": spend.as_published if spend else None,
        "ads": int(ads.lower) if ads and ads.lower is not None else None,
        "line": row.line,
    }
