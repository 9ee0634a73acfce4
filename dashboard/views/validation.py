"""Validation: whether the methods keep what they promise, on data whose truth is known."""

from dashboard import components, data, validated

run = data.validation()

components.page_head("Do the methods keep what they promise?", validated.line(run))
if run is None:
    components.empty(
        "The methods were not put to the test on this machine yet",
        "The command makes data whose truth is known and counts false alarms, changes found, and intervals that hold the truth. "
        "It takes some minutes; in its quick form a minute.",
        command="tracker validate",
    )
else:
    validated.figures(run)
    validated.by_method(run)
    components.caption("How this was made:", run.method)
    components.caption("What this does not show:", validated.LIMITS)
    components.frame_of(validated.COLUMNS, validated.rows(run), key="validation", label="Every figure")
