"""Real SMTP servers on loopback, plain or in TLS under a certificate authority of the test's own, and a hostile one."""

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "tracker", "a-password-of-the-mail-server"


class Inbox:
    """An SMTP server that keeps what it takes, or refuses it. `options` are those of aiosmtpd's `Controller`.

    `asked` is called when it is told for whom a letter is, `taken` when it has the letter, each before it answers.
    """

    def __init__(self, **options: Any) -> None:
        self.letters: list[EmailMessage] = []
        self.logins: list[tuple[str, str]] = []
        self.answer = "250 taken"
        self.goodbye = "221 bye"
        self.asked: Callable[[], None] = lambda: None
        self.taken: Callable[[], None] = lambda: None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=30, authenticator=self._login, **options
        )

    def __enter__(self) -> Self:
        self.controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.controller.stop()

    def _login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, told: Any
    ) -> AuthResult:
        assert isinstance(told, LoginPassword)
        login = told.login.decode(), told.password.decode()
        self.logins.append(login)
        if login == (USER, PASSWORD):
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 no such login: {login}")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self.asked()
        return "250 go on"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.letters.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.taken()
        return self.answer

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return self.goodbye


class Authority:
    """A certificate authority that only the test knows."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _name("Authority of a test")
        self._root = self._signed(_name("Authority of a test"), self._key.public_key(), None)

    def trust(self) -> ssl.SSLContext:
        """Return what trusts this authority and no other."""
        return ssl.create_default_context(cadata=self._root.public_bytes(serialization.Encoding.PEM).decode())

    def serves(self, host: str) -> ssl.SSLContext:
        """Return what a server shows that has a certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(_name(host), key.public_key(), host)
        path = self._folder / f"{host}.pem"
        plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        path.write_bytes(made.public_bytes(pem) + secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePublicKey, host: str | None) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if host is not None:
            numeric = host.replace(".", "").isdigit()
            called = x509.IPAddress(ip_address(host)) if numeric else x509.DNSName(host)
            made = made.add_extension(x509.SubjectAlternativeName([called]), critical=False)
        else:
            usage = dict.fromkeys(
                ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                 "key_agreement", "encipher_only", "decipher_only"), False,
            )  # fmt: skip
            made = made.add_extension(
                x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True
            )
        return made.sign(self._key, hashes.SHA256())


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


class Dripping:
    """A server that sends the same byte again and again, and never says anything."""

    def __init__(self) -> None:
        self._closing = threading.Event()
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listens.getsockname()[1])
        self._thread = threading.Thread(target=self._drip, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._listens.close()
        self._thread.join(5)

    def _drip(self) -> None:
        connection, _ = self._listens.accept()
        with connection:
            while not self._closing.wait(0.01):
                try:
                    connection.send(b"2")
                except OSError:  # it had enough
                    return
