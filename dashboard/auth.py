"""Who is looking at a page and what they may do: asked inside every page and every write.

Without sign-in the dashboard listens on loopback only, and whoever sits at that machine may do everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.domain import ROLES, Role
from tracker.errors import NotAllowed


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


def visitor() -> Visitor:
    """Return who is looking at the page."""
    return Visitor(None, None, "admin", signed_in=False)


def may(role: Role) -> bool:
    """Say whether the visitor has a role or one above it."""
    own = visitor().role
    return own is not None and ROLES.index(own) >= ROLES.index(role)


def require(role: Role) -> Visitor:
    """Return the visitor; raise `NotAllowed` for one without the role. Called first in every write."""
    if not may(role):
        raise NotAllowed(f"this needs the role {role}; yours is {visitor().role or 'none'}")
    return visitor()


def signed(fields: Mapping[str, Any], *, role: Role, field: str = "by") -> dict[str, Any]:
    """Return a form's fields with the visitor's name in `field`, whatever was typed there; raise `NotAllowed`.

    Where nobody signs in the typed name stays. A form shows its field for the name only when `asks_name()`.
    """
    signature = require(role).signature
    return {**fields, field: signature} if signature else dict(fields)


def asks_name() -> bool:
    """Say whether forms ask who fills them in: only where nobody signs in."""
    return visitor().signature is None
