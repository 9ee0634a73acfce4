"""The hand coding of the reconstruction: 109 ads read by two coders who differ on tariffs, and a third who settles it.

The coders are invented and are named as reconstructions wherever they appear. What they say follows from the lists
that the ads' texts were taken from, so that September stays at 70 % politics or economy, as the study says.
"""

from datetime import UTC, datetime

from sqlalchemy import Engine

from tracker import adjudication, codebooks, codingdesk
from tracker.demo import TARIFFS, topic_of

CODERS = ("Reconstruction A", "Reconstruction B")
THIRD = "Reconstruction C"
OVERLAP = "0.4"
SEED = "2024"
CODED_AT = datetime(2024, 10, 1, 6, tzinfo=UTC)


def code(engine: Engine) -> int:
    """Draw every ad, code it and settle what differs; return how many codings were made: 0 where that was done before."""
    if codingdesk.progress(engine):
        return 0
    codingdesk.draw(
        engine,
        {"items": "ads", "size": "all", "overlap": OVERLAP, "seed": SEED, "coders": CODERS, "blind": True, "by": THIRD},
        now=CODED_AT,
    )  # fmt: skip
    version = codebooks.in_force(engine).version
    made = sum(_code_all(engine, coder, version) for coder in CODERS)
    _settle_all(engine, version)
    return made


def _code_all(engine: Engine, coder: str, version: int) -> int:
    made = 0
    while (turn := codingdesk.next_item(engine, coder)) is not None:
        codingdesk.save(
            engine,
            {
                "item_type": turn.item["item_type"], "item_id": turn.item["item_id"], "by": coder, "state": "coded",
                "codes": (_read_by(coder, turn.item["text"]),), "version": version, "sample": turn.sample,
                "seen": len(turn.own),
            },
            now=CODED_AT,
        )  # fmt: skip
        made += 1
    return made


def _read_by(coder: str, text: str) -> str:
    """Return the code that a coder gives: the second takes tariffs for politics, as a reader well may."""
    return "politics" if coder == CODERS[1] and text == TARIFFS else topic_of(text)


def _settle_all(engine: Engine, version: int) -> None:
    for dispute in adjudication.disputes(engine):
        text = adjudication.item(engine, dispute)["text"]
        adjudication.settle(
            engine,
            {
                "item_type": dispute.item_type, "item_id": dispute.item_id, "by": THIRD, "state": "coded",
                "codes": (topic_of(text),), "version": version,
                "settles": [voice.coding_id for voice in dispute.voices],
                "reason": "Who pays a tariff is a matter of trade.",
            },
            now=CODED_AT,
        )  # fmt: skip
