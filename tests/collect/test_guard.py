"""Which addresses may be asked; a fake resolver stands for the internet, and no socket is opened."""

import socket

import pytest

from tracker.collect.guard import Guard, WebGuard, is_public
from tracker.errors import AddressRefused

HOSTS = ("api.example.org",)
PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def guard(*addresses: str) -> Guard:
    return Guard(HOSTS, resolve=lambda _host, _port: addresses)


def test_a_named_host_is_asked_at_the_address_that_was_checked() -> None:
    route = guard(PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c").route("https://API.example.org/v1?q=a#x")

    assert (route.host, route.url(0), route.url(1), route.url(2)) == (
        "api.example.org",
        f"https://{PUBLIC}:443/v1?q=a",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443/v1?q=a",
        f"https://{PUBLIC}:443/v1?q=a",
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.7",
        "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
        "::ffff:8.8.8.8", "::ffff:a00:1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378::1", "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "0", "2130706433", "0x7f.1", "localhost", "",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_before_a_socket_is_opened(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(AddressRefused, match="not on the public internet"):
        guard(address).route("https://api.example.org/")


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused, match="127\\.0\\.0\\.1"):
        guard(PUBLIC, "127.0.0.1").route("https://api.example.org/")


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_a_public_address_is_let_through(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/", "https://api.example.org.evil.example/", "https://evil.example/api.example.org",
        "https://api.example.org@evil.example/", "https://user:word@api.example.org/", "https://api.example.org:8443/",
        "http://api.example.org:22/", "ftp://api.example.org/", "file:///etc/passwd", "//api.example.org/", "",
        "https://api.example.org\\@evil.example/", "https://api.example.org /", "https://api.example.org/\r\nHost: x",
        "https://api.example.org/\x00", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/", "https://[/",
        "https://api.example.org:99999/", "https://аpi.example.org/", "javascript:alert(1)", "https:///path",
        "https://api.example.org./",
    ],
)  # fmt: skip
def test_an_address_that_no_source_names_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(AddressRefused):
        Guard(HOSTS, resolve=lambda _host, _port: [PUBLIC]).route(url)


def test_a_name_that_leads_inside_a_moment_later_gets_nothing() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    rebinding = Guard(HOSTS, resolve=lambda _host, _port: next(answers))

    first = rebinding.route("https://api.example.org/")

    assert first.url(0) == f"https://{PUBLIC}:443/"
    with pytest.raises(AddressRefused):
        rebinding.route("https://api.example.org/")


def test_a_name_that_leads_nowhere_is_an_error_of_the_network() -> None:
    with pytest.raises(OSError, match="has no address"):
        guard().route("https://api.example.org/")


def test_loopback_stands_only_for_the_host_that_a_test_names() -> None:
    testing = Guard(
        (*HOSTS, "cdn.example.org"), resolve=lambda _h, _p: ["127.0.0.1"], loopback={HOSTS[0]: 8080}
    )

    assert testing.route("https://api.example.org/v1").url(0) == "http://127.0.0.1:8080/v1"
    with pytest.raises(AddressRefused):
        testing.route("https://cdn.example.org/")


# -- anywhere on the public internet -----------------------------------------------------------------------------


def web(*addresses: str) -> WebGuard:
    return WebGuard(resolve=lambda _host, _port: addresses)


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("https://news.example.org/feed/?a=1#b", f"https://{PUBLIC}:443/feed/?a=1"),
        ("http://xn--fiqs8s.example.cn", f"http://{PUBLIC}:80/"),
        ("http://1.1.1.1/feed", "http://1.1.1.1:80/feed"),
        ("https://[2606:4700::1111]/feed", "https://[2606:4700::1111]:443/feed"),
    ],
)
def test_any_host_at_a_public_address_may_be_asked(url: str, leads_to: str) -> None:
    assert web(PUBLIC).route(url).url(0) == leads_to


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "127.1", "017700000001", "0177.0.0.1", "127.0.0.1.", "localhost", "intranet",
        "1.1.1", "example.org.", "a..example", "-a.example", "example.1", "example.0x1", "0.0.0.0", "127.0.0.1", "10.0.0.1",
        "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[fe80::1%25eth0]", "[ff02::1]", "[fd00:ec2::254]", "user@example.org", "user:word@example.org", "example.org:8080",
        "example.org:22", "", "ex\u200bample.org", "\uff11\uff12\uff17.0.0.1", "a" * 64 + ".example", "a." * 130 + "example",
    ],
)  # fmt: skip
def test_what_is_no_name_on_the_internet_is_refused_by_its_text(host: str) -> None:
    with pytest.raises(AddressRefused):
        web(PUBLIC).route(f"http://{host}/")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe"])
def test_a_name_on_the_internet_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="not on the public internet"):
        web(PUBLIC, address).route("https://metadata.example.org/")


def test_loopback_stands_only_for_hosts_that_a_test_names_on_the_open_web_too() -> None:
    testing = WebGuard(resolve=lambda _host, _port: ["127.0.0.1"], loopback={"news.example.org": 8080})

    assert testing.route("https://news.example.org/feed").url(0) == "http://127.0.0.1:8080/feed"
    with pytest.raises(AddressRefused):
        testing.route("https://other.example.org/")
