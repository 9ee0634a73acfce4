"""What machines say of an item, in words: the trained model, with the keyword rules as the reason that anybody can read."""

from markupsafe import Markup

from dashboard import codingdata, pad, tables
from tracker.domain import Codebook

NO_CODING = Markup(" A suggestion is no coding, and never a share.")


def line(book: Codebook, text: str | None) -> Markup:
    """Return what the model in use suggests and how likely it finds that, and which words the keyword rules see."""
    said = _model(book, text) + Markup(" ") + _rules(book, text)
    return said.strip() + NO_CODING


def _model(book: Codebook, text: str | None) -> Markup:
    judge = codingdata.judge()
    if judge is None:
        return Markup("")
    found = judge.suggest(text)
    if not found:
        return Markup("The model {} suggests no code.").format(judge.name)
    codes = ", ".join(f"{pad.labels(book, (one.code,))} ({one.probability:.0%})" for one in found[:4])
    return Markup("The model {} suggests {}.").format(judge.name, codes)


def _rules(book: Codebook, text: str | None) -> Markup:
    matches = codingdata.suggested(book, text or "")
    if not matches:
        return Markup("The keyword rules see none of their words in it.")
    rules = "; ".join(
        f"{pad.labels(book, (one.code,))} ({', '.join(tables.shown(word, 30) for word in one.words[:4])})"
        for one in matches[:4]
    )
    return Markup("The keyword rules would have suggested {}.").format(rules)
