"""`runinfra-ext doctor` tells apart what can be wrong, over plain HTTP and over TLS."""

from __future__ import annotations

import json
import re
import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest

from runinfra_ext.cli import answers, checks
from tests.helpers import free_port
from tests.network.hostile import (
    Hostile,
    answer,
    answering,
    authority,
    authority_file,
    server_context,
)
from tests.network.proxying import Forwarding

MODELS = (
    b'{"object": "list", "data": [{"id": "m", "object": "model", "availability": "available"}]}'
)


def table(ran):
    """What was looked at, by name: its mark and its words."""
    lines = re.findall(
        r"^(ok|!!|FAIL|--) +(models\.list|base URL|rate limit|\w+)  +(.*)$", ran.out, re.MULTILINE
    )
    return {name: (mark, words) for mark, name, words in lines}


def test_all_is_well(cli, gateway):
    """Every step of the way is told, and the key is masked."""
    ran = cli("doctor")
    found = table(ran)
    assert ran.code == 0
    assert list(found) == ["versions", "key", "base URL", "pipeline", "proxy", "DNS", "TCP", "TLS",
                           "models.list", "clock", "rate limit"]  # fmt: skip
    assert {mark for mark, _ in found.values()} == {"ok", "--"}
    assert found["key"][1] == "rp_live_…0000, 63 characters, from RUNINFRA_API_KEY"
    assert found["base URL"][1] == f"{gateway.base_url}, from RUNINFRA_BASE_URL"
    assert ran.out.endswith("Everything is well.\n")
    assert gateway.charges == []


def test_over_tls(cli, session_tls_gateway, monkeypatch):
    """The certificate: whose, signed by whom, until when."""
    session_tls_gateway.reset()
    monkeypatch.setenv("SSL_CERT_FILE", session_tls_gateway.ca_file)
    ran = cli("doctor", "--base-url", session_tls_gateway.base_url)
    mark, words = table(ran)["TLS"]
    assert (ran.code, mark) == (0, "ok")
    assert words.startswith("TLSv1.3, for localhost, 127.0.0.1, ")
    assert "signed by Testing CA" in words
    assert "until 3000-01-01" in words


def test_a_dead_server(cli):
    """The host is there, nobody listens."""
    ran = cli("doctor", "--base-url", f"http://localhost:{free_port()}/v1")
    assert ran.code == 5
    assert table(ran)["TCP"][0] == "FAIL"
    assert "nobody listens on that port" in ran.out
    assert "models.list" not in table(ran)


def test_an_unknown_name(cli):
    """The name service does not know it."""
    ran = cli("doctor", "--base-url", "https://gateway.invalid/v1")
    assert ran.code == 5
    assert table(ran)["DNS"][0] == "FAIL"
    assert "the host's name is not known here" in ran.out


def test_a_certificate_for_another_host(cli, monkeypatch):
    """Whose it is, is shown."""
    monkeypatch.setenv("SSL_CERT_FILE", authority_file())
    with Hostile(answering(), tls=server_context("other.example")) as server:
        ran = cli("doctor", "--base-url", server.base_url)
    mark, words = table(ran)["TLS"]
    assert (ran.code, mark) == (5, "FAIL")
    assert "it is for another host" in words
    assert "It shows: for other.example" in words
    assert "check the host in the base URL" in ran.out


def test_a_certificate_of_an_unknown_authority(cli, session_tls_gateway):
    """Its names are shown although it is not believed; no request is made."""
    session_tls_gateway.reset()
    ran = cli("doctor", "--base-url", session_tls_gateway.base_url, "--fix-hints")
    mark, words = table(ran)["TLS"]
    assert (ran.code, mark) == (5, "FAIL")
    assert "unknown authority" in words
    assert "It shows: for localhost" in words
    assert "export SSL_CERT_FILE=" in ran.out
    assert session_tls_gateway.journal == []


@pytest.mark.parametrize("days", [-1, 3])
def test_a_certificate_at_its_end(cli, monkeypatch, days):
    """Expired is a failure, nearly so is told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    end = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=days, hours=1)
    begin = end - timedelta(days=30)
    made = authority().issue_cert("localhost", not_before=begin, not_after=end)
    made.configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", authority_file())
    with Hostile(answering(answer(MODELS)), tls=context) as server:
        ran = cli("doctor", "--base-url", server.base_url)
    mark, words = table(ran)["TLS"]
    if days < 0:
        assert (ran.code, mark) == (5, "FAIL")
        assert "it has expired" in words
        assert f"until {end:%Y-%m-%d}" in words
        assert "this machine's clock is wrong" in ran.out
    else:
        assert (ran.code, mark) == (0, "!!")
        assert words.endswith(f"{days} days left")


def test_a_port_without_tls(cli, gateway):
    """https to a port that speaks plain HTTP."""
    port = gateway.base_url.split(":")[2].split("/")[0]
    ran = cli("doctor", "--base-url", f"https://127.0.0.1:{port}/v1")
    assert ran.code == 5
    assert "does not speak TLS on this port" in table(ran)["TLS"][1]


def test_a_wrong_key(cli, gateway, monkeypatch):
    """The gateway is well, the key is not known."""
    monkeypatch.setenv("RUNINFRA_API_KEY", "rp_live_" + "9" * 64)
    ran = cli("doctor", "--fix-hints")
    assert ran.code == 3
    assert table(ran)["models.list"][0] == "FAIL"
    assert "the gateway is well and does not know this key" in ran.out
    assert "export RUNINFRA_API_KEY=" in ran.out
    assert "9" * 10 not in ran.out


def test_no_key(cli, gateway, monkeypatch):
    """The way to the gateway is looked at all the same; nothing is asked."""
    monkeypatch.delenv("RUNINFRA_API_KEY")
    ran = cli("doctor")
    assert ran.code == 3
    assert table(ran)["key"] == ("FAIL", "there is none")
    assert table(ran)["TCP"][0] == "ok"
    assert gateway.journal == []


@pytest.mark.parametrize(
    ("key", "mark", "code", "words"),
    [
        ('"rp_live_0123456789"', "FAIL", 2, "quotes or a word around it"),
        ("Bearer rp_live_0123456789", "FAIL", 2, "quotes or a word around it"),
        ("rp_live_01234 56789", "FAIL", 2, "characters that no key has"),
        ("s3cret", "!!", 3, "does not look like a key"),
    ],
)
def test_a_key_that_can_not_be_one(cli, monkeypatch, key, mark, code, words):
    """What is wrong with its form is told, never the key."""
    monkeypatch.setenv("RUNINFRA_API_KEY", key)
    ran = cli("doctor")
    assert (ran.code, table(ran)["key"][0]) == (code, mark)
    assert words in table(ran)["key"][1]
    assert "0123456789" not in ran.out
    assert "s3cret" not in ran.out


def test_a_key_file_that_is_not_there(cli, tmp_path):
    """It is the option's fault."""
    ran = cli("doctor", "--api-key-file", str(tmp_path / "none"))
    assert (ran.code, table(ran)["key"][0]) == (2, "FAIL")


_ELSEWHERE = pytest.mark.sends_invalid("to a path that the document does not have")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/", marks=_ELSEWHERE),
        pytest.param("/api/v2", marks=_ELSEWHERE),
        "/v1/nowhere",
    ],
)
def test_a_wrong_path(cli, gateway, path):
    """Something answers, but not with models."""
    ran = cli("doctor", "--base-url", gateway.root_url + path)
    assert ran.code in {1, 3}
    assert table(ran)["models.list"][0] == "FAIL"
    if path != "/v1/nowhere":
        assert table(ran)["base URL"][0] == "!!"
        assert "not the gateway's API" in ran.out


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (answer(b"<html>Sign in</html>", media="text/html"), 6),
        (answer(b"", "Location: https://login.example/", status="302 Found"), 1),
        (answer(b"<html>No</html>", media="text/html", status="404 Not Found"), 1),
        (answer(b"", status="405 Method Not Allowed"), 1),
    ],
)
def test_a_login_page(cli, given, code):
    """Whatever stands in between is no gateway."""
    with Hostile(answering(given)) as server:
        ran = cli("doctor", "--base-url", server.base_url)
    assert ran.code == code
    assert "check the path of the base URL" in ran.out


@pytest.mark.parametrize("url", ["http://gateway.example/v1", "ftp://x", "https://a:b@host/v1"])
def test_an_address_that_can_not_be_one(cli, url):
    """Before anything is sent; credentials in it are not shown."""
    ran = cli("doctor", "--base-url", url)
    assert (ran.code, table(ran)["base URL"][0]) == (2, "FAIL")
    assert "a:b" not in ran.out


def test_a_paused_model(cli):
    """The gateway and the key are well, the model is not."""
    ran = cli("doctor", "--model", "acme-paused")
    assert ran.code == 4
    assert table(ran)["models.list"][0] == "ok"
    assert table(ran)["model"] == ("FAIL", "acme-paused is paused")
    assert "resume it in the dashboard" in ran.out


def test_an_unknown_model(cli):
    """The nearest one is named."""
    ran = cli("doctor", "--model", "acme-chat-8")
    assert ran.code == 1
    assert "'acme-chat-8b' is" in table(ran)["model"][1]


def test_a_call(cli, gateway):
    """Only with --call anything is paid for."""
    ran = cli("doctor", "--model", "acme-chat-8b", "--call")
    assert (ran.code, table(ran)["call"][0]) == (0, "ok")
    assert len(gateway.charges) == 1
    gateway.script("ok", "paused")
    ran = cli("doctor", "--model", "acme-chat-8b", "--call")
    assert (ran.code, table(ran)["call"][0]) == (4, "FAIL")
    assert "paused until" in ran.out


def test_a_proxy_that_is_dead(cli, monkeypatch):
    """It is told as the proxy's trouble, with the variable that names it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@localhost:{free_port()}")
    ran = cli("doctor", "--base-url", "https://gateway.example/v1", "--fix-hints")
    mark, words = table(ran)["proxy"]
    assert (ran.code, mark) == (5, "FAIL")
    assert "from HTTPS_PROXY" in words
    assert "the proxy is the trouble" in ran.out
    assert "s3cret" not in ran.out + ran.err


@pytest.mark.parametrize("credentials", [None, "me:other"])
def test_through_a_proxy(cli, session_tls_gateway, monkeypatch, credentials):
    """Through one that works all is well; one that refuses is told apart."""
    session_tls_gateway.reset()
    monkeypatch.setenv("SSL_CERT_FILE", session_tls_gateway.ca_file)
    with Hostile(Forwarding(credentials)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@localhost:{proxy.port}")
        ran = cli("doctor", "--base-url", session_tls_gateway.base_url)
    found = table(ran)
    assert "s3cret" not in ran.out + ran.err
    if credentials is None:
        assert ran.code == 0
        assert found["proxy"] == ("ok", f"http://localhost:{proxy.port}, from HTTPS_PROXY")
        assert found["TLS"][0] == "ok"
    else:
        assert (ran.code, found["proxy"][0]) == (5, "FAIL")
        assert "status 407" in found["proxy"][1]


def test_a_proxy_variable_that_makes_no_sense(cli, monkeypatch):
    """The variable is named."""
    monkeypatch.setenv("HTTPS_PROXY", "gopher://x")
    ran = cli("doctor", "--base-url", "https://gateway.example/v1")
    assert (ran.code, table(ran)["network"][0]) == (2, "FAIL")
    assert "HTTPS_PROXY" in table(ran)["network"][1]


def test_a_server_that_says_nothing(cli):
    """It takes the connection, and no more."""
    with Hostile(lambda peer: peer.request() and time.sleep(1)) as server:
        ran = cli("doctor", "--base-url", server.base_url, "--timeout", "0.2")
    assert ran.code == 5
    assert "says nothing in time" in ran.out


def test_a_clock_that_is_wrong(cli):
    """Against the answer's Date."""
    old = answer(MODELS, "Date: Mon, 01 Jan 2024 00:00:00 GMT")
    with Hostile(answering(old)) as server:
        ran = cli("doctor", "--base-url", server.base_url)
    assert ran.code == 0
    assert table(ran)["clock"][0] == "!!"
    assert "ahead of the gateway's" in table(ran)["clock"][1]
    assert "this machine's clock is wrong" in ran.out


def test_a_date_that_is_none_says_nothing():
    """What can't be read is not judged."""
    assert list(answers.clock({"date": "tomorrow"})) == []
    assert list(answers.clock({})) == []


def test_a_limit_that_is_nearly_reached(cli):
    """Few calls are left."""
    head = ("X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 2")
    with Hostile(answering(answer(MODELS, *head))) as server:
        ran = cli("doctor", "--base-url", server.base_url)
    assert table(ran)["rate limit"] == ("!!", "2 of 100 left")
    with Hostile(answering(answer(MODELS))) as server:
        ran = cli("doctor", "--base-url", server.base_url)
    assert table(ran)["rate limit"] == ("--", "not told")


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("403", 3, "known but may not do this"),
        ("402", 4, "top up"),
        ("429", 4, "wait, or ask for a higher tier"),
        ("quota", 4, "a quota is used up"),
        ("500", 1, "the gateway itself is in trouble"),
        ("400", 1, "give the request id to support"),
        ("reset", 5, "breaks before an answer"),
    ],
)
def test_what_the_gateway_says(cli, gateway, fault, code, words):
    """Each with what to do."""
    gateway.script(fault)
    ran = cli("doctor")
    assert (ran.code, table(ran)["models.list"][0]) == (code, "FAIL")
    assert words in ran.out


def test_json_and_the_report(cli, gateway, tmp_path, monkeypatch):
    """The same facts, without a secret, also where a server repeats one."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret@proxy.example:1")
    path = tmp_path / "support" / "report.json"
    ran = cli("doctor", "--json", "--report", str(path))
    report = json.loads(path.read_text())
    shown = json.loads(ran.out)
    assert ran.code == report["exit_code"] == shown["exit_code"] == 0
    assert [one["name"] for one in report["checks"]] == [one["name"] for one in shown["checks"]]
    assert report["variables_set"] == ["RUNINFRA_API_KEY", "RUNINFRA_BASE_URL", "HTTPS_PROXY"]
    assert report["versions"]["urllib3"]
    assert report["network"]["address"] == "127.0.0.1"
    assert report["models"]["acme-paused"] == "paused"
    assert gateway.api_key not in path.read_text() + ran.out
    assert "s3cret" not in path.read_text() + ran.out


def test_a_report_of_a_failure(cli, session_tls_gateway, tmp_path, monkeypatch):
    """It has the certificate, and the error's ids."""
    session_tls_gateway.reset()
    path = tmp_path / "report.json"
    assert (
        cli("doctor", "--base-url", session_tls_gateway.base_url, "--report", str(path)).code == 5
    )
    network = json.loads(path.read_text())["network"]
    assert network["reason"] == "tls_certificate"
    assert network["certificate"]["not_after"].startswith("3000-01-01")
    monkeypatch.setenv("RUNINFRA_API_KEY", "rp_live_" + "9" * 64)
    cli("doctor", "--report", str(path))
    assert json.loads(path.read_text())["answer"]["error"] == "AuthenticationError"
    assert "9999" not in json.dumps(json.loads(path.read_text())["answer"])


def test_short_keys_are_not_shown():
    """Of a short one even its end would be too much."""
    assert checks.masked("s3cret") == "6 characters"
    assert checks.masked("sk-ri-" + "x" * 30 + "abcd") == "sk-ri-…abcd, 40 characters"
    assert checks.masked("x" * 40).startswith("…xxxx, ")


def test_a_pipeline(cli, gateway, monkeypatch):
    """Its id is told, and is in the address."""
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.pipeline_api_key)
    ran = cli("doctor", "--pipeline-id", gateway.pipeline_id)
    assert table(ran)["pipeline"] == ("ok", gateway.pipeline_id)
    assert gateway.pipeline_id in table(ran)["base URL"][1]


def test_on_a_terminal(terminal):
    """In colours."""
    shown = terminal("doctor")
    assert shown.code == 0
    assert "\x1b[32mok" in shown.raw
    assert "Everything is well." in shown.text
