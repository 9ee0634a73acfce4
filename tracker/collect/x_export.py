"""The export interface of X as documented: what is asked, and what its answers mean.

The document gives the numbers of two operations; X changes them, and a reader finds the new ones in the scripts of the page.
"""

import json
from datetime import date
from typing import Any

from tracker.collect.answers import document_or_none
from tracker.collect.cells import read_date
from tracker.collect.fields import stated
from tracker.domain import Answer, Outcome, Scope
from tracker.errors import BadInput

CREATE, STATUS = "e9OJa7fJKHtHftkNzcRkzw", "0RTLTx4DunPS6rVj-1cLCg"
FAILED = frozenset({"failed", "error", "errored", "canceled", "cancelled", "expired"})
"""Ends that the document does not name; only `Finished` is."""
_OUTCOMES: dict[int, Outcome] = {401: "login_wall", 403: "refused"}
_CODES: dict[int, Outcome] = {88: "throttled", 32: "login_wall", 89: "login_wall", 215: "login_wall"}


def operations(scope: Scope) -> tuple[str, str]:
    """Return the operations that make an export and tell how far it is: those of the document, or of the scope."""
    form = r"[A-Za-z0-9_-]{1,64}"
    return stated(scope, "create_operation", form, CREATE), stated(scope, "status_operation", form, STATUS)


def question(scope: Scope) -> dict[str, Any]:
    """Return what is asked: one account by its number, one country, a range of days."""
    values, account = scope.values, scope.account
    user = values.get("user") or (account.native_id if account else None) or ""
    country = values.get("country", "").upper()
    if len(country) != 2 or country == "EU":
        raise BadInput("X gives out one country at a time; give country=FR", field="--scope country")
    if not user.isdigit():
        raise BadInput("X is asked by the number of an account; give user=NUMBER", field="--scope user")
    first, last = (_day(values.get(key, ""), key) for key in ("from", "to"))
    days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
    return {"variables": {"user": user, "geoLocation": country, "deliveryRange": days}}


def _day(text: str, key: str) -> date:
    found = read_date(text)
    if found is None:
        raise BadInput(
            "X is asked for a range of days; give from=YYYY-MM-DD and to=YYYY-MM-DD", field=f"--scope {key}"
        )
    return found


def export_id(answer: Answer) -> str | None:
    """Return the number of the export that is being made, as text."""
    found = _data(answer, "create_digital_services_act_export_insert").get("export_id")
    return str(found) if isinstance(found, str | int) and str(found) else None


def status_of(answer: Answer) -> tuple[str | None, str | None]:
    """Return how far the export is, and where it lies; the address may come without its scheme."""
    found = _data(answer, "digital_services_act_export_status")
    address = found.get("export_download_url")
    whole = address if not isinstance(address, str) or "://" in address else f"https://{address.lstrip('/')}"
    return (str(found["export_status"]) if found.get("export_status") else None), whole or None


def _data(answer: Answer, field: str) -> dict[str, Any]:
    body = document_or_none(answer)
    data = body.get("data") if isinstance(body, dict) else None
    found = data.get(field) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def refused(answer: Answer) -> tuple[Outcome | None, str]:
    """Return what an answer without the expected data means, and what to say of it."""
    body = document_or_none(answer)
    errors = body.get("errors") if isinstance(body, dict) else None
    error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = f"answered {answer.status} {error.get('message') or ''}".strip()
    if answer.status == 404:
        return (
            "error",
            f"{said}: X may have changed its operations; give create_operation=ID and status_operation=ID",
        )
    code = error.get("code")
    coded = _CODES.get(code) if isinstance(code, int) else None
    return coded or _OUTCOMES.get(answer.status) or ("error" if isinstance(body, dict) else None), said


def emptiness(answer: Answer) -> tuple[Outcome | None, str | None]:
    """Return what the file of an export says beside its rows: a header alone, or a list without an entry, is no none."""
    if answer.status != 200:
        return refused(answer)
    body = document_or_none(answer)
    if isinstance(body, dict):
        return "empty_unverified", f"X answered {json.dumps(body)[:80]} in place of an export"
    lines = [line for line in answer.body.splitlines() if line.strip()]
    if len(lines) == 1 and not answer.body.lstrip().startswith(b"<"):
        return "empty_unverified", "a header and no row: X says that this may mean no ads"
    return None, None
