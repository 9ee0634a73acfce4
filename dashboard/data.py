"""What the pages read and the one thing they write: findings of the lake, claims, and the form of a suspect.

Every cached reader is keyed on the version of the lake, so that new data show as soon as they are there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import auth, pictures
from dashboard.record import opened as _record
from tracker import desk, findings, lookdesk, mirror, publishing, settings, validating
from tracker import people as persons
from tracker.alerting import desk as alerting
from tracker.analysis.tables import Lake, open_lake
from tracker.collect.job import silent
from tracker.collect.schedule import health
from tracker.errors import ConfigError
from tracker.findings import Finding, publication
from tracker.findings import facets as facets_of_findings
from tracker.registry.looks import MOST_BYTES
from tracker.registry.pseudonyms import Pseudonyms

Row = dict[str, Any]

NOTHING = Finding(name="nothing", as_of=None, n=0, coverage={}, method="", columns=(), rows=[])
MOST_CHOICES = facets_of_findings.MOST
KEEP = 64
"""How many answers of each reader stay in memory."""


def lake() -> Lake | None:
    """Return the lake as it is now, or `None` while nothing has been collected.

    One that an earlier version of this package wrote is written anew first, from the record.
    """
    setup = settings.load()
    manifest = setup.lake / "manifest.json"
    if not manifest.exists():
        return None
    if _is_of_another_version(str(setup.lake), manifest.stat().st_mtime_ns):
        with st.spinner("This version keeps more than the last one: writing the charts' data anew …"):
            mirror.refresh(_record(setup.record), setup, progress=silent)
    return _open(str(setup.lake), setup.analysis_url, manifest.stat().st_mtime_ns)


def as_of() -> datetime | None:
    """Return the time of the latest observation."""
    opened = lake()
    return opened.as_of if opened else None


def notice() -> str | None:
    """Return what must be said of these data on every page, such as that they are a reconstruction."""
    opened = lake()
    return opened.notice if opened else None


def finding(name: str, **options: str | None) -> Finding:
    """Return a finding with options as on the command line; `None` and empty are not given.

    Raise `BadInput` for options that contradict each other. Without a lake the finding is empty.
    """
    opened = lake()
    given = tuple(sorted((option, value) for option, value in options.items() if value))
    return _finding(opened.version, name, given, opened) if opened else NOTHING


def comparison(name: str, *, group: str, **options: str | None) -> Finding:
    """Return a finding of the comparison outlets, to be drawn beside accepted accounts; beside others it is empty."""
    return finding(name, group="control", **options) if group == "state-linked" else NOTHING


def ads(**options: str | None) -> Finding:
    """Return the finding of the ads themselves; each row has also `snapshot_id`, that of its latest snapshot."""
    opened, found = lake(), finding("ads", **options)
    if opened is None or not found.rows:
        return found
    latest = _latest_snapshots(opened.version, tuple(row["ad"] for row in found.rows), opened)
    return replace(found, rows=[{**row, "snapshot_id": latest[row["ad"]]} for row in found.rows])


def posts(**options: str | None) -> Finding:
    """Return the finding of the posts themselves; each row has also `snapshot`, its latest where the record holds it."""
    found = finding("posts", **options)
    if not found.rows:
        return found
    latest = desk.snapshots_of(record(), "post", [row["post"] for row in found.rows])
    return replace(found, rows=[{**row, "snapshot": latest.get(row["post"])} for row in found.rows])


def facets(**options: str | None) -> dict[str, list[Row]]:
    """Return how many ads each choice of a search leaves, by facet; `MOST_CHOICES` of each at most."""
    opened = lake()
    given = tuple(sorted((option, value) for option, value in options.items() if value))
    return _facets(opened.version, given, opened) if opened else {}


def table(name: str) -> list[Row]:
    """Return all rows of a small table of the lake: `claims`, `listings`, `quarantined`."""
    opened = lake()
    return _table(opened.version, name, opened) if opened else []


def validation() -> validating.Run | None:
    """Return the last run of `tracker validate`; `None` where none is kept, or none that can be read."""
    try:
        return validating.latest(settings.load())
    except ConfigError:
        return None


def pseudonyms() -> Pseudonyms:
    """Return what everybody in the store is called in a file that leaves it."""
    opened = lake()
    return _pseudonyms(opened.version, opened) if opened else Pseudonyms(b"", ())


def brands() -> dict[str, str]:
    """Return the brand of each account that has one."""
    return {row["account"]: row["brand"] for row in finding("accounts").rows if row["brand"]}


def record() -> Any:
    """Return the record, brought to the newest schema."""
    return _record(settings.load().record)


def check_suspect(text: str, platform: str | None, operator: str | None = None) -> desk.Similar:
    """Return what the registry knows near a handle or an address, and the body suggested; raise `BadInput` when it is neither."""
    return desk.check_suspect(record(), text, platform=platform, operator=operator)


def add_suspect(form: Mapping[str, str]) -> desk.Added:
    """Store a suspicion and show it in the lake; raise `FormErrors` with the words for every wrong field, or `NotAllowed`."""
    form = auth.signed(form, role="coder", field="submitted_by")
    setup = settings.load()
    engine = _record(setup.record)
    added = desk.add_suspect(engine, form, now=datetime.now(UTC))
    mirror.refresh(engine, setup, progress=silent)
    return added


def look(form: Mapping[str, str], screenshot: bytes | None) -> lookdesk.Looked:
    """Keep what somebody saw on a profile and show it in the lake; raise `FormErrors`, `BadInput` or `NotAllowed`."""
    form = auth.signed(form, role="coder")
    setup = settings.load()
    engine = _record(setup.record)
    kept = lookdesk.look(engine, form, screenshot, now=datetime.now(UTC))
    mirror.refresh(engine, setup, progress=silent)
    return kept


def picture(sha256: str) -> bytes | None:
    """Return a kept screenshot drawn anew as a PNG, or `None` where it is no picture that can be drawn."""
    return _picture(settings.load().record, sha256)


@st.cache_data(max_entries=8, show_spinner="Drawing the picture …")
def _picture(url: str, sha256: str) -> bytes | None:
    return pictures.redrawn(desk.evidence_bytes(_record(url), sha256, most=MOST_BYTES))


def suspects() -> list[Row]:
    """Return what people have brought in, latest first."""
    return desk.list_suspects(_record(settings.load().record))


def people() -> list[Row]:
    """Return who may sign in: the columns of `store.people.people`; raise `NotAllowed` for all but admins."""
    auth.require("admin")
    return persons.listed(_record(settings.load().record))


def let_in(form: Mapping[str, str]) -> Row:
    """Let somebody in; raise `FormErrors` with the words for every wrong field, `BadInput`, or `NotAllowed`."""
    signed = auth.signed(form, role="admin")
    return persons.add(_record(settings.load().record), signed, now=datetime.now(UTC))


def change_role(form: Mapping[str, str]) -> Row:
    """Give somebody another role; raise `FormErrors`, `BadInput` for the last admin, or `NotAllowed`."""
    signed = auth.signed(form, role="admin")
    return persons.change_role(_record(settings.load().record), signed, now=datetime.now(UTC))


def remove_person(form: Mapping[str, str]) -> Row:
    """Remove somebody; raise `FormErrors`, `BadInput` for the last admin, or `NotAllowed`."""
    signed = auth.signed(form, role="admin")
    return persons.remove(_record(settings.load().record), signed, now=datetime.now(UTC))


@st.cache_data(max_entries=2, show_spinner=False)
def _is_of_another_version(folder: str, changed: int) -> bool:
    return mirror.is_of_another_version(Path(folder))


@st.cache_resource(max_entries=2, show_spinner=False)
def _open(folder: str, url: str, changed: int) -> Lake:
    return open_lake(Path(folder), url)


@st.cache_data(max_entries=KEEP, show_spinner="Counting …")
def _finding(version: str, name: str, given: tuple[tuple[str, str], ...], _lake: Lake) -> Finding:
    return findings.run(name, _lake, findings.parse_options(name, dict(given)))


@st.cache_data(max_entries=KEEP, show_spinner=False)
def _facets(version: str, given: tuple[tuple[str, str], ...], _lake: Lake) -> dict[str, list[Row]]:
    return findings.facet_counts(_lake, findings.parse_options("ads", dict(given)))


@st.cache_data(max_entries=KEEP, show_spinner=False)
def _latest_snapshots(version: str, ad_ids: tuple[int, ...], _lake: Lake) -> dict[int, int]:
    ads = _lake.tables["ads"]
    rows = _lake.rows(ads.filter(ads.ad_id.isin(ad_ids)).select("ad_id", "snapshot_id"))
    return {row["ad_id"]: row["snapshot_id"] for row in rows}


@st.cache_resource(max_entries=2, show_spinner=False)
def _pseudonyms(version: str, _lake: Lake) -> Pseudonyms:
    secret = publishing.secret_of(_record(settings.load().record))
    return publication.pseudonyms_of(_lake, secret)


@st.cache_data(max_entries=8, show_spinner=False)
def _table(version: str, name: str, _lake: Lake) -> list[Row]:
    return _lake.rows(_lake.tables[name])


def collection() -> tuple[list[Row], list[Row], list[Row]]:
    """Return how each watched source stands, the runs that are not to be believed, and the alerts that wait."""
    return alerting.collection(_record(settings.load().record), datetime.now(UTC))


def stops() -> list[Row]:
    """Return the latest alerts of accounts that fell silent, and of those that nobody answers for any more."""
    return alerting.listed(_record(settings.load().record), kinds=("silence", "blindness"), limit=20)


def daily_questions() -> Mapping[str, int]:
    """Return how many questions a day a source may be asked, where that is limited."""
    return settings.load().daily_questions


def worker_health() -> tuple[bool, str]:
    """Return whether the worker does its work, and in words why or why not."""
    found = health(_record(settings.load().record), datetime.now(UTC))
    return found.ok, found.words


def snapshot(name: str) -> Row:
    """Return what one observation said and all that stands behind it; raise `BadInput` when nothing is called so."""
    return desk.show_snapshot(_record(settings.load().record), name)


def evidence_line(sha256: str, line: int | None) -> str:
    """Return a record of a file that is kept as evidence, as it was published; raise `BadInput` when it is not there."""
    return _evidence_line(settings.load().record, sha256, line or 1)


@st.cache_data(max_entries=KEEP, show_spinner="Reading the evidence …")
def _evidence_line(url: str, sha256: str, line: int) -> str:
    return desk.evidence_line(_record(url), sha256, line)
