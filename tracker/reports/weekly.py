"""The weekly report: what changed, what was paid for, said and aimed at, and on what ground we say so."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tracker import __version__
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings.publication import Secret, published
from tracker.reports import folder, manifest, opening, rendering, weeks
from tracker.reports.content import Report, Table
from tracker.reports.exports import csv, html, pdf, xlsx
from tracker.reports.issue import Issue, open_issue
from tracker.reports.opening import Seen
from tracker.reports.sections import ads, changes, coverage, decided, method, targeting, topics, who


def build(lake: Lake, week: str, out: Path, *, secret: Secret, today: datetime | None = None) -> Path:
    """Write the report of an ISO week into `out / week` and return that folder; see `build_at`."""
    return _write(_composed(published(lake, secret), week, today), lambda report: out / report.week)


def build_at(lake: Lake, week: str, place: Path, *, secret: Secret, today: datetime | None = None) -> Path:
    """Write the report of an ISO week as the folder `place` and return it.

    Whoever is not public bears the pseudonym that `secret` gives, in every file.

    It holds `report.html`, `report.pdf`, `data.xlsx`, `data/*.csv` and `manifest.json`. The same lake,
    week and secret give the same bytes. An earlier report of the week is replaced by the complete new one or left as it was.
    `today` lets a week be reported in which nothing was collected; it changes no byte of a report.
    Raise `BadInput` for what is not a week, or one that begins after both the data's end and `today`, and for a
    folder that holds anything but an earlier report of this week: nothing else is ever replaced.
    """
    return _write(_composed(published(lake, secret), week, today), lambda _report: place)


def reaches_to(lake: Lake) -> datetime | None:
    """Return up to when a report can speak: the latest observation, else the latest decision, else `None`."""
    if lake.as_of is not None:
        return lake.as_of
    decisions = lake.tables["decisions"]
    last = lake.rows(decisions.aggregate(at=decisions.at.max()))[0]["at"]
    return datetime.fromisoformat(last).astimezone(UTC) if last else None


def _composed(lake: Lake, week: str, today: datetime | None) -> Report:
    as_of = reaches_to(lake)
    if as_of is None:
        raise BadInput(
            "nothing has been collected or decided yet; import a file or collect first", field="week"
        )
    return compose(open_issue(lake, weeks.parse(week, as_of=max(as_of, today or as_of)), as_of=as_of))


def _write(report: Report, place_of: Callable[[Report], Path]) -> Path:
    place = place_of(report)
    folder.check_replaceable(place, week=report.week)
    folder.replace(place, files(report))
    return place


def compose(issue: Issue) -> Report:
    """Ask the lake for everything and put the story together, without giving it a form."""
    seen = Seen(
        changed=changes.read(issue),
        ads=ads.read(issue),
        answers=issue.answers(),
        decisions=decided.read(issue),
    )
    about = topics.section(issue)
    sections = (
        changes.section(issue, seen.changed),
        ads.section(issue, seen.ads),
        about,
        targeting.section(issue),
        who.section(issue, seen.account_ids),
        decided.section(issue, seen.decisions),
        coverage.section(issue, seen.answers),
    )
    tables = [part for section in sections for part in section.parts if isinstance(part, Table)]
    return Report(
        week=issue.week.name,
        title=f"What changed in the week of {issue.week.words}?",
        period=issue.week.words,
        summary=opening.summary(issue, seen, about=about.lead),
        meaning=opening.MEANING,
        as_of=issue.as_of,
        notice=issue.lake.notice,
        key_figures=opening.key_figures(issue, seen),
        sections=(*sections, method.section(issue, tables)),
        citation=opening.citation(issue),
        facts={
            "tool_version": __version__,
            "lake_version": issue.lake.version,
            "codebook_versions": _codebook_versions(issue),
            "week_complete": issue.as_of.date() > issue.week.sunday,
        },
    )


def files(report: Report) -> dict[str, bytes]:
    """Draw every file of the report, the manifest of them last."""
    drawn = {
        "report.html": html.write(
            report, drawings={each.name: rendering.for_page(each) for each in report.figures}
        ),
        "report.pdf": pdf.write(
            report, drawings={each.name: rendering.for_print(each) for each in report.figures}
        ),
        "data.xlsx": xlsx.write(report),
        **{f"data/{table.name}.csv": csv.write(table) for table in report.tables},
    }
    return drawn | {"manifest.json": manifest.write(report, drawn)}


def _codebook_versions(issue: Issue) -> list[str]:
    """Return the versions under which keywords counted and people coded."""
    found = {
        row["codebook_version"]
        for name in ("codings", "hand_codings")
        for row in issue.lake.rows(issue.lake.tables[name].select("codebook_version").distinct())
    }
    return [str(version) for version in sorted(found)]
