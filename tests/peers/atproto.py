"""A real Bluesky network on loopback: the server of the accounts, the directory of identities, and, with PostgreSQL and
Redis, the AppView and a labeler.

    with running(folder, whole=False) as network:
        river = network.account("river")
        post = river.write("The bridge is open.")

The AppView of a development network does not follow its labeler, so that the driver lets it hide the posts that the moderators
take down. The client of the product asks them by names on the public internet (`guard`); a whole network writes into its documents that
its servers are on localhost, each at its port. What a record says of its time is what its writer says.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.collect.servers import never_resolved
from tracker.collect.guard import Route, WebGuard

PACKAGES = Path(__file__).parents[2] / ".venv" / "peers"
PDS, PLC, APPVIEW = "pds.example.org", "plc.example.org", "appview.example.org"
SOME_VERSION = "bafyreidnenhk5n75hv3yj2jfbds6baepvxrur6rngcxxqzljrubevbgu3u"
"""Names a version where one has to be named and none is looked at."""
_MODERATION = "tools.ozone.moderation.defs"
NOTHING = ()
"""What is sent with a method that takes no values."""
ADMIN = "Basic " + b64encode(b"admin:admin-pass").decode()
DRIVER = """
const dns = require('node:dns')
const http = require('node:http')
const lookup = dns.lookup
const unknown = (name) => Object.assign(new Error(`no name is looked up: ${name}`), { code: 'ENOTFOUND' })
dns.lookup = (name, ...rest) => (['localhost', '127.0.0.1'].includes(name) ? lookup(name, ...rest) : rest.at(-1)(unknown(name)))
dns.promises.resolveTxt = dns.promises.Resolver.prototype.resolveTxt = async (name) => { throw unknown(name) }
const { TestNetwork, TestNetworkNoAppView } = require('@atproto/dev-env')
const given = JSON.parse(process.argv[1])
const pds = { port: given.pds, hostname: given.whole ? 'localhost' : 'pds.example.org' }
async function main() {
  if (!given.whole) {
    const network = await TestNetworkNoAppView.create({ pds, plc: { port: given.plc } })
    return [network, {}]
  }
  const network = await TestNetwork.create({
    pds, plc: { port: given.plc }, ozone: { port: given.ozone },
    bsky: { port: given.bsky, dbPostgresSchema: 'bsky', publicUrl: `http://localhost:${given.bsky}` },
  })
  const moderator = network.ozone.getModClient()
  http.createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const told = body ? JSON.parse(body) : {}
    try {
      if (request.url === '/moderate') await moderator.emitEvent(told)
      const hides = { modEventTakedown: 'takedownRecord', modEventReverseTakedown: 'untakedownRecord' }
      const asked = hides[told.event?.$type.split('#')[1]]
      if (asked && told.subject.uri) await network.bsky.ctx.dataplane[asked]({ recordUri: told.subject.uri, takedownRef: 'moderators' })
      await network.processAll(60000)
      response.end('{}')
    } catch (error) { response.statusCode = 500; response.end(String(error && error.stack)) }
  }).listen(given.control, '127.0.0.1')
  return [network, { labeler: network.ozone.ctx.cfg.service.did }]
}
main().then(([network, facts]) => {
  console.log(JSON.stringify({ ready: true, ...facts }))
  process.on('SIGTERM', async () => { try { await network.close() } finally { process.exit(0) } })
}).catch((error) => { console.error(error); process.exit(1) })
"""


@dataclass(frozen=True)
class Account:
    """Somebody on the network, who writes and takes back."""

    network: "Network"
    did: str
    handle: str
    key: str

    def describe(self, **values: object) -> None:
        """Write the profile anew."""
        self._put("app.bsky.actor.profile", "self", values)

    def write(self, text: str, *, at: str, **more: object) -> str:
        """Post as of a time and return the address of the record."""
        return self._add("app.bsky.feed.post", at, {"text": text, **more})

    def repost(self, uri: str, *, at: str) -> str:
        """Repost as of a time and return the address of the record."""
        return self._add(
            "app.bsky.feed.repost", at, {"subject": {"uri": uri, "cid": self._found(uri)["cid"]}}
        )

    def edit(self, uri: str, text: str) -> None:
        """Put other words into a post."""
        self._put("app.bsky.feed.post", uri.split("/")[-1], {**self._found(uri)["value"], "text": text})

    def delete(self, uri: str) -> None:
        """Delete a record."""
        self._call("com.atproto.repo.deleteRecord", {**self._place(uri), "repo": self.did})

    def deactivate(self) -> None:
        """Go away for a while."""
        self._call("com.atproto.server.deactivateAccount", {})

    def activate(self) -> None:
        """Come back."""
        self._call("com.atproto.server.activateAccount", NOTHING)

    def _add(self, collection: str, at: str, values: Mapping[str, object]) -> str:
        record = {"$type": collection, "createdAt": at, **values}
        asked = {"repo": self.did, "collection": collection, "record": record}
        return str(self._call("com.atproto.repo.createRecord", asked)["uri"])

    def _put(self, collection: str, key: str, values: Mapping[str, object]) -> None:
        record = {"$type": collection, **values}
        asked = {"repo": self.did, "collection": collection, "rkey": key, "record": record}
        self._call("com.atproto.repo.putRecord", asked)

    def _found(self, uri: str) -> Any:
        asked = urlencode({**self._place(uri), "repo": uri.split("/")[2]})
        return self.network.call(f"com.atproto.repo.getRecord?{asked}", None)

    def _place(self, uri: str) -> dict[str, str]:
        *_, collection, key = uri.split("/")
        return {"collection": collection, "rkey": key}

    def _call(self, method: str, values: object) -> Any:
        return self.network.call(method, values, f"Bearer {self.key}")


@dataclass(frozen=True)
class Network:
    """A network that runs: the ports of its servers by their names, who labels, if anybody does, and the process."""

    ports: Mapping[str, int]
    control: int | None
    labeler: str | None
    process: "subprocess.Popen[str]"

    def account(self, name: str) -> Account:
        """Let somebody come in, as NAME.test."""
        asked = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": "of the tests"}
        made = self.call("com.atproto.server.createAccount", asked)
        return Account(self, made["did"], f"{name}.test", made["accessJwt"])

    def take_down(self, subject: Account | str, *, applied: bool = True) -> None:
        """Take down an account or a post, or let it stand again: its own server does it, or the moderators do."""
        if self.control is not None:
            kind = "modEventTakedown" if applied else "modEventReverseTakedown"
            self._moderate(subject, {"$type": f"{_MODERATION}#{kind}"})
            return
        done = {"applied": applied, **({"ref": "test"} if applied else {})}
        self.call(
            "com.atproto.admin.updateSubjectStatus", {"subject": _subject(subject), "takedown": done}, ADMIN
        )

    def label(self, subject: Account | str, *, add: str = "", remove: str = "") -> None:
        """Let the labeler put a label on an account or a record, or take it back."""
        values = {"createLabelVals": [add] if add else [], "negateLabelVals": [remove] if remove else []}
        self._moderate(subject, {"$type": f"{_MODERATION}#modEventLabel", **values})

    def _moderate(self, subject: Account | str, event: object) -> None:
        self._control("moderate", {"event": event, "subject": _subject(subject)})

    def settle(self) -> None:
        """Wait until the AppView shows what was written."""
        if self.control is not None:
            self._control("settle", {})

    def call(self, method: str, values: object, authorization: str = "") -> Any:
        """Call a method of the server of accounts: a question where no values are given."""
        return _answered(
            f"http://127.0.0.1:{self.ports[PDS]}/xrpc/{method}", values, {"Authorization": authorization}
        )

    def _control(self, what: str, values: object) -> None:
        _answered(f"http://127.0.0.1:{self.control}/{what}", values, {})


class PeerGuard(WebGuard):
    """Leads the names of a network to its ports, and an address on localhost to the port that it names."""

    def route(self, url: str) -> Route:
        """Return the way to `url`, which never leaves this machine."""
        parts = urlsplit(url)
        if parts.hostname == "localhost" and parts.port:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            return Route("http", "localhost", ("127.0.0.1",), parts.port, target)
        return super().route(url)


def guard_of(network: Network, *more: str) -> PeerGuard:
    """Return what leads to a network; `more` are handles, whose sites its server of accounts is."""
    names = {**network.ports, **dict.fromkeys(more, network.ports[PDS])}
    return PeerGuard(resolve=never_resolved, loopback=names)


@contextmanager
def running(folder: Path, *, whole: bool) -> Iterator[Network]:
    """Run a fresh network; the test is skipped with the reason where a part cannot be had, but not in CI."""
    if (reason := _missing(whole)) is not None:
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    names = ["pds", "plc", *(["bsky", "ozone", "control"] if whole else [])]
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    with ExitStack() as held:
        more = held.enter_context(_stores(folder)) if whole else {}
        server, said = held.enter_context(_node({**ports, "whole": whole}, more, folder))
        hosts = {PDS: ports["pds"], PLC: ports["plc"]}
        if whole:
            hosts[APPVIEW] = ports["bsky"]
        yield Network(hosts, ports.get("control"), said.get("labeler"), server)


def _subject(subject: Account | str) -> dict[str, object]:
    if isinstance(subject, Account):
        return {"$type": "com.atproto.admin.defs#repoRef", "did": subject.did}
    return {"$type": "com.atproto.repo.strongRef", "uri": subject, "cid": SOME_VERSION}


@contextmanager
def _node(
    given: Mapping[str, object], more: Mapping[str, str], folder: Path
) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """Run the servers; yields the process and what they say when they are ready."""
    told = {
        **os.environ,
        **more,
        "LOG_ENABLED": "false",
        "NODE_PATH": str(PACKAGES / "node_modules"),
        "TMPDIR": str(folder),
    }
    errors = (folder / "node.log").open("w")
    server = subprocess.Popen(
        ["node", "-e", DRIVER, "--", json.dumps(given)], stdout=subprocess.PIPE, stderr=errors, text=True, env=told, cwd=folder
    )  # fmt: skip
    said = server.stdout
    assert said is not None
    reader = threading.Thread(target=deque, args=(said, 0), daemon=True)
    try:
        first = next((json.loads(line) for line in said if line.startswith('{"ready"')), None)
        if first is None:
            pytest.fail(f"the network did not start: {(folder / 'node.log').read_text()[-2000:]}")
        reader.start()
        yield server, first
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(20)
        if reader.is_alive():
            reader.join(20)
        said.close()
        errors.close()


@contextmanager
def _stores(folder: Path) -> Iterator[dict[str, str]]:
    """Run PostgreSQL and Redis; yields where the servers find them."""
    (port, other) = _free_ports(2)
    with tempfile.TemporaryDirectory(prefix="postgres") as place, ExitStack() as held:
        owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
        if owner:
            shutil.chown(place, owner)
        data, programs = f"{place}/data", _postgres()
        made = [
            f"{programs}/initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "pg",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(made, check=True, capture_output=True, user=owner, cwd=place)
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        start = [f"{programs}/pg_ctl", "-D", data, "-l", f"{place}/log", "-w"]
        subprocess.run(
            [*start, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, user=owner, cwd=place
        )
        stop = [*start, "-m", "immediate", "stop"]
        held.callback(subprocess.run, stop, check=True, stdout=subprocess.DEVNULL, user=owner, cwd=place)
        command = [
            "redis-server",
            "--port",
            str(other),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        redis = subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL)
        held.callback(redis.wait, 20)
        held.callback(redis.terminate)
        yield {
            "DB_POSTGRES_URL": f"postgresql://pg@127.0.0.1:{port}/postgres",
            "REDIS_HOST": f"127.0.0.1:{other}",
        }


def _postgres() -> Path | None:
    """Return where the programs of a whole PostgreSQL are: the wheel of the test extra has no `pg_trgm`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _missing(whole: bool) -> str | None:
    """Return why there can be no network here."""
    if shutil.which("node") is None or not (PACKAGES / "node_modules" / "@atproto" / "dev-env").is_dir():
        return "no Bluesky network here: install Node 20 with npm, then run ./test, which fetches it"
    if whole and (shutil.which("redis-server") is None or _postgres() is None):
        return "no whole Bluesky network here: install postgresql and redis-server"
    return None


def _free_ports(number: int) -> list[int]:
    with ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in found]


def _answered(address: str, values: object, headers: Mapping[str, str]) -> Any:
    sent = {name: value for name, value in headers.items() if value}
    body = None
    if isinstance(values, dict):
        body, sent["Content-Type"] = json.dumps(values).encode(), "application/json"
    request = Request(address, data=body, headers=sent, method="GET" if values is None else "POST")
    try:
        with urlopen(request, timeout=60) as answer:
            whole = answer.read()
    except HTTPError as error:
        raise AssertionError(
            f"{address}: {error.code} {error.read().decode(errors='replace')[:500]}"
        ) from error
    return json.loads(whole) if whole else None
