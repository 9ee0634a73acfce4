"""Who may sign in and as what: the form for a person, what a provider says of somebody, and when it counts.

A role is bound to the provider's own id of a person at the first sign-in; an e-mail address only opens that first door.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tracker.domain import Role
from tracker.errors import BadInput
from tracker.registry.decisions import read_form
from tracker.registry.review import Line, plain_text

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}")


def _email(text: str) -> str:
    """Return an address in lower case. Only ASCII is taken: two letters that look alike are two people."""
    if not text.isascii():
        raise ValueError("holds letters outside ASCII; write the domain in its xn-- form")
    if not _EMAIL.fullmatch(text.lower()):
        raise ValueError("is not an e-mail address; expected NAME@DOMAIN")
    return text.lower()


def _shown(text: str) -> str:
    if set(text) & set("<>"):
        raise ValueError("holds < or >, which would look like an address")
    return plain_text(text)


Email = Annotated[str, Field(max_length=160), AfterValidator(_email)]
Name = Annotated[str, Field(min_length=2, max_length=100), AfterValidator(_shown)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class NewPerson(_Form):
    """Somebody who is let in."""

    email: Email
    name: Name
    role: Role
    by: Line


class NewRole(_Form):
    """Another role for somebody."""

    email: Email
    role: Role
    by: Line


class Removal(_Form):
    """That somebody may not sign in any more, or is to be bound anew."""

    email: Email
    by: Line


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider vouches for: its own id of the person and, if it checked it, the e-mail address."""

    subject: str
    email: str | None


def new_person(raw: Mapping[str, Any]) -> NewPerson:
    """Read the form of a person; raise `FormErrors` with the words for every wrong field."""
    return read_form(NewPerson, raw)


def new_role(raw: Mapping[str, Any]) -> NewRole:
    """Read the form of another role; raise `FormErrors` with the words for every wrong field."""
    return read_form(NewRole, raw)


def removal(raw: Mapping[str, Any]) -> Removal:
    """Read the form of a removal; raise `FormErrors` with the words for every wrong field."""
    return read_form(Removal, raw)


def identity(claims: Mapping[str, Any], *, issuer: str, client_id: str, at: datetime) -> Identity | None:
    """Return whom the claims of an ID token name, or `None` when they do not hold (any more).

    They hold until `exp` (OpenID Connect Core 1.0, section 2), and only from our provider and for us: a cookie lives
    longer than a token, and longer than a change of the settings. An address counts when `email_verified` is true.
    """
    subject, expires = claims.get("sub"), claims.get("exp")
    audience = claims.get("aud")
    ours = client_id in audience if isinstance(audience, list) else client_id == audience
    if str(claims.get("iss", "")).rstrip("/") != issuer.rstrip("/") or not ours:
        return None
    if not isinstance(subject, str) or not subject or isinstance(expires, bool):
        return None
    if not isinstance(expires, int | float) or not expires > at.timestamp():  # also for a NaN
        return None
    return Identity(f"{issuer.rstrip('/')}|{subject}", _verified(claims))


def check_an_admin_stays(email: str, admins: Iterable[str]) -> None:
    """Refuse to take the role of the last admin; raise `BadInput`."""
    if set(admins) == {email}:
        raise BadInput(f"{email} is the last admin; make somebody else one first", field="email")


def _verified(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    try:
        return _email(email.strip())
    except ValueError:
        return None
