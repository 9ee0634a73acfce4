"""Reports: the weekly reports as they were made, what each says, and its files."""

import streamlit as st

from dashboard import components, weekly
from tracker import settings
from tracker.reports import shelf

folder = settings.load().reports
reports = shelf.shelf(folder)

components.page_head("What did each week's report say?", weekly.line(reports))
if not reports:
    components.empty(
        "No report was made yet",
        "The worker makes one each Monday for the week before; the command makes that of any week.",
        command="tracker report --week YYYY-Www",
    )
    st.stop()

left, right = st.columns([3, 2], gap="medium")
with left, components.card("The report", "A figure in it is traced by the tables that it comes with"):
    chosen = weekly.choose(reports)
    if chosen.error:
        components.stored("Not offered:", f"{chosen.error}.", tone="red")
    else:
        weekly.files(folder, chosen)
        weekly.says(chosen)
with right, components.card("All weeks", "Weeks are ISO weeks, Monday to Sunday, UTC"):
    weekly.table(reports)
