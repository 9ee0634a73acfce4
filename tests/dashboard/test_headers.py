from typing import Any

import pytest

from dashboard.headers import SecurityHeaders, policy


def headers_for(host: str) -> dict[str, str]:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"host", host.encode())]}
    with pytest.raises(StopIteration):  # nothing in it waits, so that one step ends it
        SecurityHeaders(app)(scope, None, keep).send(None)
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_every_answer_forbids_other_origins_frames_and_eval():
    headers = headers_for("127.0.0.1:8501")

    assert headers["content-security-policy"] == policy("127.0.0.1:8501")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "'unsafe-eval'" not in headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_host_that_could_add_a_rule_of_its_own_does_not_reach_the_policy():
    headers = headers_for("evil.example; script-src *")

    assert "evil" not in headers["content-security-policy"]
