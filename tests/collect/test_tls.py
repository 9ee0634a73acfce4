"""The certificate is checked for the name that was asked, though the connection goes to a pinned address."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.collect.servers import FakeTime
from tracker.collect.client import Bounds, HttpClient
from tracker.collect.guard import Guard, Route
from tracker.collect.redaction import Redactor
from tracker.domain import Unanswered


class Pinned(Guard):
    """Leads every host to one port on loopback, in TLS: only a test may."""

    def __init__(self, port: int):
        super().__init__(())
        self._port = port

    def route(self, url: str) -> Route:
        host = url.split("/")[2]
        return Route("https", host, ("127.0.0.1",), self._port, "/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of `api.example.org` that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("api.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    class Quiet(HTTPServer):
        def handle_error(self, *_words: object) -> None:
            """A client that does not trust the certificate hangs up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(5)


def client(port: int) -> HttpClient:
    return HttpClient(
        Pinned(port),
        per_minute=0,
        redactor=Redactor(),
        clock=FakeTime().clock,
        bounds=Bounds(timeout=5, attempts=1),
    )


def test_a_certificate_is_that_of_the_host_and_not_of_the_address(
    port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))

    with client(port) as trusting:
        answer = trusting.get("https://api.example.org/")
        with pytest.raises(Unanswered, match="Hostname mismatch"):
            trusting.get("https://other.example.org/")

    assert (answer.url, answer.body) == ("https://api.example.org/", b"{}")


def test_a_certificate_that_nobody_vouches_for_is_refused(port: int) -> None:
    with client(port) as strict, pytest.raises(Unanswered, match="CERTIFICATE_VERIFY_FAILED"):
        strict.get("https://api.example.org/")
