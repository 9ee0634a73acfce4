"""Collection: what was asked of the sources, what came, and what was kept out of the counts."""

import streamlit as st

from dashboard import collected, components, data, published, stopped, watched, words
from tracker import charts

coverage = data.finding("coverage")
listings = data.table("listings")

components.page_head("What was asked, and what came back?", words.of_days(coverage))
collected.figures(coverage, listings)

if coverage.rows:
    with st.container(border=True):
        components.chart(
            charts.coverage_band(collected.named(coverage), as_of=coverage.as_of, look=components.look()),
            key="coverage",
            alt="Days on which each source answered, by account",
        )
        components.caption("How to read it:", collected.how_to_read(coverage))
        components.rows(coverage, key="coverage")
else:
    components.empty(
        "Nothing has been asked yet",
        "Import an export of an ad repository; every file becomes evidence, and its scope is what was asked.",
        command="tracker import x_ads EXPORT.csv --scope handle=… --scope country=…",
    )

sources, suspects, waiting = data.collection()
with components.card("What is watched, and how does it go?", watched.line(sources)):
    watched.sources(sources)
left, right = st.columns(2, gap="medium")
with (
    left,
    components.card(
        "Who fell silent, and whom do we see no more?",
        "Two things that look alike in a curve, the latest first",
    ),
):
    stopped.stops(data.stops())
with (
    right,
    components.card("Fields that came or went", "In the answers of a source, with the first that shows it"),
):
    stopped.fields(data.finding("drift").rows)
left, right = st.columns(2, gap="medium")
with (
    left,
    components.card("Runs that are not to be believed", "Too much of one platform vanished in them at once"),
):
    watched.suspects(suspects)
with right, components.card("Alerts that wait", "Kept until the channel takes them"):
    watched.waiting(waiting)

with components.card("The answers", "Each import or fetch is one question, with its outcome"):
    collected.answers(listings)

repositories = data.finding("repository-coverage")
with components.card("What does each repository publish of what the law asks?", published.line(repositories)):
    published.matrix(repositories)

left, right = st.columns(2, gap="medium")
with left, components.card("Kept out of the counts", "Records that contradict what is known of their set"):
    collected.quarantined(data.table("quarantined"))
with right, components.card("The worker", "Makes the weekly report and collects on time"):
    collected.worker()
