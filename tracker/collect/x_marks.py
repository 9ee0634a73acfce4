"""What the marks beside a name on X say of who stands behind it: state media until April 2023, now a grey check. Pure."""

import re

from tracker.domain import LabelState

_STATE = re.compile(r"state[- ]affiliated|government[- ]funded|publicly[- ]funded", re.IGNORECASE)
_CHECKS: dict[str, LabelState] = {
    "government": "government_check", "blue": "paid_check", "business": "paid_check", "none": "none",
}  # fmt: skip


def label_of(verified_type: str | None, badge: str | None) -> tuple[LabelState | None, str | None]:
    """Return the label and its words; `None` where the answer does not speak of marks at all.

    `verified_type` is `none` where X shows that an account has no check. A badge that names a state outlet's tie stands
    first; that of an affiliated firm says nothing of a state.
    """
    if badge and _STATE.search(badge):
        return "state_affiliated", badge
    state = _CHECKS.get((verified_type or "").casefold(), "unknown" if verified_type else None)
    return state, verified_type if state not in (None, "none") else None
