"""Who is looking at a page and what they may do: asked inside every page and every write.

Without sign-in only this machine is answered, and whoever sits at it may do everything. With sign-in the signed claims
of the provider say who it is, and the record says what they may do, anew each time. Headers are never believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard import record, setup
from tracker import people, signin
from tracker.domain import ROLES, Role
from tracker.errors import NotAllowed
from tracker.registry.people import identity
from tracker.signin import Provider


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks at a page. `name` is `None` where nobody signed in and the forms ask for it."""

    name: str | None
    email: str | None
    role: Role | None
    signed_in: bool

    @property
    def signature(self) -> str | None:
        """What goes into the record as the doer of something: `Name <email>`, or `None` where forms ask for a name."""
        return f"{self.name} <{self.email}>" if self.name else None


LOCAL = Visitor(None, None, "admin", signed_in=False)
NOBODY = Visitor(None, None, None, signed_in=False)


def visitor() -> Visitor:
    """Return who is looking at the page and their role, as the record has it at this moment."""
    if closed() is not None:
        return NOBODY
    provider = signin.provider(setup.current())
    return LOCAL if provider is None else _signed_in(provider, setup.current().record)


def closed() -> str | None:
    """Return why nobody at all is answered, or `None`; what the ASGI guard refuses is refused here once more."""
    if st.get_option("server.trustedUserHeaders"):
        return "The option server.trustedUserHeaders is set: anybody could then name themselves in a header."
    if signs_in():
        return None
    asked = st.context.headers.get("Host")
    if not signin.is_loopback(st.get_option("server.address")):
        return signin.OPEN_TO_OTHERS
    return signin.OPEN_TO_OTHERS if asked and not signin.is_loopback(signin.host_name(asked)) else None


def signs_in() -> bool:
    """Say whether sign-in is set up."""
    return signin.provider(setup.current()) is not None


def may(role: Role) -> bool:
    """Say whether the visitor has a role or one above it."""
    return _reaches(visitor().role, role)


def require(role: Role) -> Visitor:
    """Return the visitor; raise `NotAllowed` for one without the role. Called first in every write."""
    who = visitor()
    if not _reaches(who.role, role):
        raise NotAllowed(f"this needs the role {role}; yours is {who.role or 'none'}")
    return who


def signed(fields: Mapping[str, Any], *, role: Role, field: str = "by") -> dict[str, Any]:
    """Return a form's fields with the visitor's name in `field`, whatever was typed there; raise `NotAllowed`.

    Where nobody signs in the typed name stays. A form shows its field for the name only when `asks_name()`.
    """
    signature = require(role).signature
    return {**fields, field: signature} if signature else dict(fields)


def asks_name() -> bool:
    """Say whether forms ask who fills them in: only where nobody signs in."""
    return visitor().signature is None


def manages() -> bool:
    """Say whether the page of people is of use to the visitor: an admin where people sign in."""
    who = visitor()
    return who.signed_in and who.role == "admin"


def _reaches(own: Role | None, role: Role) -> bool:
    return own is not None and ROLES.index(own) >= ROLES.index(role)


def _signed_in(provider: Provider, record_url: str) -> Visitor:
    """Return the visitor whom the provider's claims name, with the role that the record gives them now."""
    now = datetime.now(UTC)
    who = identity(claims(), issuer=provider.issuer, client_id=provider.client_id, at=now)
    if who is None:
        return NOBODY
    person = people.arrive(record.opened(record_url), who, now=now)
    if person is None:
        return Visitor(None, who.email, None, signed_in=True)
    return Visitor(person["name"], person["email"], person["role"], signed_in=True)


def claims() -> dict[str, Any]:
    """Return what the provider said at sign-in, out of the signed cookie; nothing for one who is not signed in."""
    found = st.user.to_dict()
    return found if found.get("is_logged_in") is True and _sign_in_of(found) not in _ended() else {}


def sign_out() -> None:
    """End the sign-in, in the other tabs of this browser too and for a cookie that somebody copied."""
    found, ended, now = st.user.to_dict(), _ended(), datetime.now(UTC).timestamp()
    for past in [one for one, expires in ended.items() if expires <= now]:
        del ended[past]
    expires = found.get("exp")
    ended[_sign_in_of(found)] = float(expires) if isinstance(expires, int | float) else now
    st.logout()


def _sign_in_of(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells one sign-in from another of the same person."""
    return tuple(str(found.get(name)) for name in ("iss", "sub", "iat", "nonce"))


@st.cache_resource(show_spinner=False)
def _ended() -> dict[tuple[str, ...], float]:
    """Return the sign-ins that were ended by hand, each with the time when its token runs out."""
    return {}
