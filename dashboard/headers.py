"""Headers of every answer: nothing is fetched from another host, whatever a text that we show may contain."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


@cache
def inline_script_hashes() -> str:
    """Return the CSP sources of the inline scripts in the page that the installed Streamlit serves."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    digests = [hashlib.sha256(script).digest() for script in INLINE_SCRIPT.findall(page)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def policy(host: str) -> str:
    """Return the Content-Security-Policy of a page served at `host`: its own files and its own web socket."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {inline_script_hashes()}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "worker-src 'self' blob:",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "object-src 'none'",
        ]
    )


class SecurityHeaders:
    """Plain ASGI middleware: adds the headers to HTTP answers and leaves web sockets alone.

    With `https` cookies never leave the browser in the clear; Streamlit does not mark them so.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app, self.https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy(_host(scope))
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
                if self.https:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                    message["headers"] = [_secured(name, value) for name, value in message["headers"]]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header; a cookie is marked so that it is sent over TLS only."""
    open_cookie = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if open_cookie else value


def _host(scope: Scope) -> str:
    """Return the host the reader asked for, if it can stand in a header; a strange one gets no web socket."""
    named: dict[bytes, bytes] = dict(scope["headers"])
    host = named.get(b"host", b"").decode("latin-1")
    return (
        host
        if re.fullmatch(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?", host)
        else "localhost"
    )
