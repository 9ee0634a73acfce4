"""Stands before everything that the dashboard's server answers: pages, files and web sockets.

A page of another site can have its own name point at this machine (DNS rebinding), so a name that is not ours gets nothing.
"""

from collections.abc import Iterable

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tracker import signin

NOT_OUR_NAME = "This dashboard does not answer to that name. Its name is set with TRACKER_PUBLIC_URL."
_VIA_PROXY = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Guard:
    """Plain ASGI middleware that refuses what must not be answered, before a page or a file is looked for.

    `hosts` are the names that are ours. Without sign-in nothing that comes from another machine is answered either.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], signs_in: bool) -> None:
        self.app, self.hosts, self.signs_in = app, frozenset(hosts), signs_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it and say why."""
        reason = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(f"{reason}\n", status_code=403)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        """Return why a request is not answered, or `None`."""
        if scope.get("path", "").startswith("/_stcore/metrics"):
            return "Figures about the server are not given out."
        headers = Headers(scope=scope)
        asked = headers.getlist("host")
        ours = len(asked) == 1 and signin.host_name(asked[0]) in self.hosts
        if self.signs_in:
            return None if ours else NOT_OUR_NAME
        reached = (scope.get("server") or ("", None))[0]
        here = signin.is_loopback(reached) and signin.is_loopback(st.get_option("server.address"))
        via_proxy = any(name in headers for name in _VIA_PROXY)
        return None if ours and here and not via_proxy else signin.OPEN_TO_OTHERS
