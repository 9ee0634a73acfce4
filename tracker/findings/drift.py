"""The finding of fields that came or went in the answers of each source."""

from ibis import _

from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

COLUMNS = ("at", "source", "shape", "field", "what", "answers", "evidence")


def drifted(question: Question) -> Finding:
    """List each field that came or went once, the latest first, with the first answer that showed it."""
    found = question.tables["drifts"]
    if question.scope.source is not None:
        found = found.filter(_.source == question.scope.source)
    rows = question.rows(found.order_by(_.drift_id.desc()).select(*COLUMNS))
    return answer(
        question,
        n=len(rows),
        columns=COLUMNS,
        rows=rows,
        method=(
            "new: a field that no earlier answer of its source had; lost: one that every earlier answer had, and this one has "
            "not. A column of a table is compared from the second file on; a field of JSON, which may be missing by chance, "
            "after three answers, and counts as there only where it holds something. Where answers hold several kinds of records, "
            "each kind (shape) is compared with itself; what stands inside a field that came or went is not told by itself. Each is told once; evidence is the first "
            "answer that shows it. answers counts those that came before."
        ),
        ground=ground(question, None),
        caveats=(
            "A new field may be one that is seldom filled. What is not read is kept with the evidence.",
        ),
    )
