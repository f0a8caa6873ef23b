"""The recipe of docs/document.md: operations of six kinds, by an edit of the document alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from tests.trees import ROOT, copied

HERE = Path(__file__).parent
PARTS = ("openapi", "scripts", "runinfra_client", "runinfra_ext", "generator-config.yml")
KEY = "key-of-the-recipe"
SANDBOX = """
import sys, json
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import recipe_use
from runinfra_ext.sandbox import Sandbox
with Sandbox() as gateway:
    recipe_use.main(gateway.base_url, gateway.api_key, Path(sys.argv[2]))
    print(json.dumps([[e.operation, e.status, e.valid, e.answer_problems] for e in gateway.journal]))
    print(len(gateway.charges))
    gateway.configure(requests_per_minute=1)
    import runinfra_ext
    for key in (gateway.api_key, "wrong"):
        with runinfra_ext.RunInfra(api_key=key, base_url=gateway.base_url, max_retries=0) as c:
            for n in range(2):
                try: print(c.teams.limits.set("t", x_reason="r", requests=1, idempotency_key="k").meta.replayed)
                except runinfra_ext.RunInfraError as error: print(error.status)
"""
ERRORS = """
import sys, runinfra_ext
with runinfra_ext.RunInfra(api_key="k", base_url=sys.argv[1], max_retries=0) as client:
    try: client.usage.list(since="2020-01-01T00:00:00Z")
    except runinfra_ext.UnprocessableEntityError as error:
        print(type(error.details).__name__, error.details.oldest)
    for n in range(2):
        try: client.with_options(max_retries=n).files.create(file=b"lost", purpose="x")
        except runinfra_ext.RunInfraError as error: print(error.attempts, error.outcome_unknown)
    try: client.with_options(max_retries=2).teams.limits.set("lost", x_reason="r", requests=1)
    except runinfra_ext.RunInfraError as error: print(error.attempts)
"""

PAGES = """
import os, sys, yaml
from pathlib import Path
sys.path.insert(0, "scripts")
from generation.normal import normal
from sitemaking.operations import Reference
from runinfra_ext.sandbox import Sandbox
document = normal(yaml.safe_load(Path("openapi/runinfra.yaml").read_text("utf-8")))
reference = Reference(document)
print(len(reference.pages()) - 2, len(reference.examples()), file=sys.stderr)
print(reference.pages()["reference/operations/shelves.read.md"], file=sys.stderr)
with Sandbox() as gateway:
    os.environ |= {"RUNINFRA_API_KEY": gateway.api_key, "RUNINFRA_BASE_URL": gateway.base_url}
    for name, program in reference.examples().items():
        exec(compile(program, name, "exec"), {})
        assert gateway.journal[-1].valid, name
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the project with the recipe's operations, after `make gen`."""
    tree = copied(PARTS, tmp_path_factory.mktemp("recipe"))
    path = tree / "openapi/runinfra.yaml"
    document = yaml.safe_load(path.read_text("utf-8"))
    recipe = yaml.safe_load((HERE / "recipe.yaml").read_text("utf-8"))
    document["paths"] |= recipe["paths"]
    document["tags"] += recipe["tags"]
    document["components"]["schemas"] |= recipe["schemas"]
    more = yaml.safe_load((HERE / "recipe_more.yaml").read_text("utf-8"))
    document["paths"] |= more["paths"]
    for kind, parts in more["components"].items():
        document["components"].setdefault(kind, {}).update(parts)
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    done = run(tree, str(ROOT / "scripts/generate.py"), "--root", str(tree))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return tree


def run(tree, *arguments, seed="0"):
    """Run Python in the copy."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": seed},
    )


class Recorder(BaseHTTPRequestHandler):
    """Answers the recipe's requests, and keeps them as they came."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        """Keep a request, and answer it."""
        size = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(size)
        self.server.seen.append((self.command, self.path, self.headers, body))
        if "lost" in self.path or b"lost" in body:
            self.close_connection = True
            return
        status, kind, data = 200, "application/json", b"{}"
        if self.path.startswith("/v1/usage"):
            old = "2020" in self.path
            status = 422 if old else 200
            following = None if "after" in self.path else "p2"
            page = {"data": [{"day": "2026-11-01", "tokens": 5}], "next_cursor": following}
            data = json.dumps({"oldest": "2026-01-01"} if old else page).encode()
        elif self.path.startswith("/v1/shelves"):
            status = next((s for s in (401, 418) if f"s{s}" in self.path), 200)
            data = b'{"title": "no"}'
            if self.command == "PUT":
                status, data = 204, b""
        elif self.path.startswith(("/v1/parcels", "/v1/visits")):
            data = b'{"id": "p1", "created": "now"}'
        elif self.path.startswith("/v1/teams"):
            data = b'{"requests": 7}'
        elif self.path == "/v1/files":
            data = b'{"id": "f1", "created": "2026-11-01T10:00:00Z"}'
        elif self.command == "DELETE":
            status, data = 204, b""
        elif self.path.startswith("/v1/files"):
            kind, data = "application/zip", b"PK" * 100
        elif self.path.startswith("/v1/jobs"):
            kind, data = (
                "text/event-stream",
                b'data: {"job": "j", "state": "done"}\n\ndata: [DONE]\n\n',
            )
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("x-request-id", "req_1")
        if status != 204:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        """Nothing is printed."""


@pytest.fixture
def recorder():
    """A server that keeps what it is sent."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.seen = []
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(recorder):
    """Its base URL."""
    return f"http://127.0.0.1:{recorder.server_port}/v1"


def test_sent_as_the_document_says(tree, recorder, tmp_path):
    """Queries, paths, headers, forms and bodies as OpenAPI has them, from both clients."""
    done = run(tree, str(HERE / "recipe_use.py"), url(recorder), KEY, str(tmp_path))
    assert done.returncode == 0, done.stderr
    lines = [f"{method} {path}" for method, path, _, _ in recorder.seen]
    assert lines[:3] == [
        "GET /v1/usage?since=2026-11-01T10%3A30%3A00%2B02%3A00&day=2026-11-01&limit=3"
        "&models=a%20b&models=c%2Fd&exact=true",
        "GET /v1/usage?since=2026-11-01T00%3A00%3A00Z",
        "GET /v1/usage?since=2026-11-01T00%3A00%3A00Z&after=p2",
    ]
    method, path, headers, body = recorder.seen[3]
    assert (method, path) == ("PUT", "/v1/teams/a%2F%C3%BC%20b/limits")
    assert headers["X-Reason"] == "because"
    assert headers["Idempotency-Key"]
    owner = "12345678-1234-5678-1234-567812345678"
    assert json.loads(body) == {"requests": 7, "owner": owner, "more": None}
    assert lines[4] == "DELETE /v1/files/f1"
    forms = [form(headers, body) for _, path, headers, body in recorder.seen if path == "/v1/files"]
    assert forms[0] == [
        ("purpose", None, b"batch"),
        ("labels", None, b"a"),
        ("labels", None, b"b"),
        ("public", None, b"true"),
        ("file", "clip.bin", b"0123456789" * 10),
    ]
    assert forms[1] == [("purpose", None, b"x"), ("file", "a.txt", b"abc")]
    assert all(h["content-length"] for _, p, h, _ in recorder.seen if p == "/v1/files")
    assert lines.count("GET /v1/files/f1") == 4
    streams = [(p, h["accept"]) for _, p, h, _ in recorder.seen if p.startswith("/v1/jobs")]
    assert streams == [
        ("/v1/jobs/events?kind=batch", "text/event-stream"),
        ("/v1/jobs/events", "text/event-stream"),
    ]
    assert all(h["authorization"] == f"Bearer {KEY}" for _, _, h, _ in recorder.seen)
    seen = json.loads(done.stdout)
    assert seen["blocking"]["all"] == seen["asynchronous"]["all"] == [5, 5]


def form(headers, body):
    """The parts of a multipart body, as the standard library reads them."""
    head = f"content-type: {headers['content-type']}\r\n\r\n".encode()
    parts = BytesParser().parsebytes(head + body).get_payload()
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in parts
    ]


def test_forms_lists_and_times(tree, recorder, tmp_path):
    """Several files, objects as JSON, media types; lists in queries and headers; times anywhere."""
    done = run(tree, str(HERE / "recipe_forms.py"), url(recorder), KEY, str(tmp_path))
    assert done.returncode == 0, done.stderr
    blocking, visits, asynchronous, low = recorder.seen
    assert blocking[1] == "/v1/parcels?days=2026-11-01%7C2026-11-02&level=2&kind=parcel"
    assert blocking[2]["x-tags"] == "a b,c"
    label = {"to": "Bergen", "at": "2026-11-01T12:00:00+00:00", "kind": None}
    assert kinds(blocking) == [
        ("label", None, "application/json", label),
        ("labels", None, "application/json", label),
        ("labels", None, "application/json", {"to": "Oslo"}),
        ("table", None, "text/csv", "a,b"),
        ("pictures[]", "a.png", "image/png", "PNG"),
        ("pictures[]", "file", "image/png", "raw"),
        ("pictures[]", "b.gif", "image/gif", "GIF"),
        ("cover-page", "file", "application/octet-stream", "top"),
    ]
    assert json.loads(visits[3]) == {
        "at": ["2026-11-01T12:00:00+00:00"],
        "seals": ["d2F4"],
        "labels": [label],
    }
    expected = [
        ("label", None, "application/json", label),
        ("pictures[]", "a.png", "image/png", "PNG"),
    ]
    assert kinds(asynchronous) == expected
    assert sorted(kinds(low), key=str) == sorted(
        [
            *expected,
            ("pictures[]", "b.gif", "image/gif", "GIF"),
            ("cover-page", "file", "application/octet-stream", "top"),
            ("table", None, "text/csv", "a,b"),
        ],
        key=str,
    )
    assert json.loads(done.stdout) == [
        "pictures: expected a list, got a value of type bytes",
        "pictures: expected a non-empty list, got an empty list",
        "pictures[1]: expected some bytes, got an empty file",
        "label: expected values that JSON has, but object is not JSON",
        "level: expected one of 1, 2, got 3",
        "kind: expected one of 'parcel', got 'letter'",
        "x_tags[0]: expected no comma, which divides the items, got 'a,b'",
        "x_tags[0]: expected printable ASCII characters only, got 'a\\r\\nEvil: 1'",
        "labels: expected values that JSON has, but datetime without an offset is not JSON",
    ]


def kinds(request):
    """The parts of a form with their media types; JSON decoded."""
    _, _, headers, body = request
    head = f"content-type: {headers['content-type']}\r\n\r\n".encode()
    found = []
    for part in BytesParser().parsebytes(head + body).get_payload():
        kind, text = part["content-type"], part.get_payload(decode=True).decode()
        name = part.get_param("name", header="content-disposition")
        value = json.loads(text) if kind == "application/json" else text
        found.append((name, part.get_filename(), kind, value))
    return found


def test_the_sandbox_takes_forms_and_lists(tree, tmp_path):
    """What the document allows is valid there too, in each style; other parts are refused."""
    code = """
import sys, httpx
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import recipe_forms
from runinfra_ext.sandbox import Sandbox
with Sandbox() as g:
    recipe_forms.main(g.base_url, g.api_key, Path(sys.argv[2]))
    print([(e.status, e.valid, e.answer_problems) for e in g.journal])
    for files in (
        {"pictures[]": ("a", b"x"), "label": (None, b"no JSON")},
        {"pictures[]": (None, b"x"), "label": (None, b"{}")},
        {"pictures[]": ("a", b"x"), "label": ("l", b"{}")},
        {"pictures[]": ("a", b"x"), "label": (None, b"{}")},
    ):
        given = {"headers": {"authorization": "Bearer " + g.api_key}, "files": files}
        answer = httpx.post(g.base_url + "/parcels", **given)
        print(answer.status_code, answer.json()["error"]["param"])
"""
    done = run(tree, "-c", code, str(HERE), str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str([(200, True, [])] * 4),
        "400 label",
        "400 pictures[]",
        "400 label",
        "400 label.to",
    ]


def test_errors_and_repeats(tree, recorder):
    """An error's own schema is decoded; the replay class decides what is repeated."""
    done = run(tree, "-c", ERRORS, url(recorder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "UsageProblem 2026-01-01",
        "1 True",  # `never`: sent once, whatever max_retries says
        "1 True",
        "3",  # `keyed`: repeated with its key
    ]
    keys = {h["idempotency-key"] for m, _, h, _ in recorder.seen if m == "PUT"}
    assert len(keys) == 1


def test_the_sandbox_answers(tree, tmp_path):
    """With the document's examples, after keys, limits, ledger, journal and the document's checks."""
    done = run(tree, "-c", SANDBOX, str(HERE), str(tmp_path))
    assert done.returncode == 0, done.stderr
    first, journal, charges, *rest = done.stdout.splitlines()
    seen = json.loads(first)["blocking"]
    assert seen["page"] == ["2026-11-01", 5, 200]
    assert seen["limits"] == [5, True]
    assert seen["gone"][:2] == [
        None,
        ["files.delete() is deprecated: the gateway is going to take it away"],
    ]
    assert seen["gone"][2].endswith("recipe_use.py")
    assert seen["kept"] == ["f1", [100, 100]]
    assert seen["content"] == ["application/zip", 224, True, True]
    assert seen["events"] == [["runs", "done"], "done"]
    assert seen["signature"] == ["since", "day", "limit", "models"]
    assert seen["help"] == [True, True, True]
    assert seen["pieces"] is True
    wanted = "expected a whole number of at least 1 and at most 9223372036854775807"
    assert seen["refused"] == [
        "InvalidRequestError: since: expected a datetime with an offset, or its RFC 3339 text,"
        " got a value of type datetime",
        "InvalidRequestError: since: expected a datetime with an offset, or its RFC 3339 text,"
        " got 'yesterday'",
        f"InvalidRequestError: limit: {wanted}, got 9223372036854775808",
        f"InvalidRequestError: limit: {wanted}, got 0",
        "InvalidRequestError: day: expected a date, or a text such as '2026-11-25', got '1.1.2026'",
        "InvalidRequestError: models: expected at most 3 items, got 4",
        "InvalidRequestError: order: expected one of 'asc', 'desc', got 'up'",
        "InvalidRequestError: exact: expected True or False, got 1",
        "TypeError: usage.list() missing required keyword argument(s): 'since'",
        "TypeError: usage.list() got an unexpected keyword argument 'limits'; did you mean 'limit'?",
    ]
    entries = json.loads(journal)
    assert {tuple(entry[1:3]) for entry in entries} <= {(200, True), (204, True)}
    assert [entry for entry in entries if entry[3]] == []
    assert charges == "6"  # limits and files, not what is free
    assert rest == ["False", "429", "401", "401"]


MORE = """
import sys, json
sys.path.insert(0, sys.argv[1])
import recipe_more
from runinfra_ext.sandbox import Sandbox
with Sandbox() as gateway:
    gateway.configure(check_answers=True)
    print(json.dumps(recipe_more.main(gateway.base_url, gateway.api_key)))
    print({(e.operation, e.status, e.valid, e.replayed, *e.answer_problems) for e in gateway.journal})
    print(gateway.journal[-1].path, gateway.journal[-1].body)
"""


def test_styles_components_and_odd_names(tree):
    """Parameters in each style, components of each kind, unusual names: in the sandbox."""
    done = run(tree, "-c", MORE, str(HERE))
    assert done.returncode == 0, done.stderr
    first, journal, last = done.stdout.splitlines()
    seen = json.loads(first)
    assert seen.pop("refused") == [
        "ids: expected a non-empty list, got an empty list",
        "ids[1]: expected a whole number, got 'x'",
        "owner.name: expected a value, got none",
        "owner.name: expected an id, not blank and no dot segment, got '..'",
        "filter.low: expected a whole number of at least 0, got -1",
        "filter: expected a mapping of state, low, got 'stat'",
        "filter: expected at least one member, got an empty dict",
        "labels.a: expected a whole number, got 'x'",
        "words[0]: expected no space, which divides the items, got 'a b'",
        "rows[1]: expected no item twice, got 1",
        "age: expected a whole number or None that is a multiple of 5, got 7",
        "code: expected a text that matches ^[A-Z]{3}$, got 'abc'",
        "x_level: expected one of 1, 2, got 3",
        "x_owner.name: expected no comma, which divides the items, got 'a,b'",
        "named: expected at least 1 member, got an empty dict",
        "anything: expected values that JSON has, but object is not JSON",
        "shelves.move() got an unexpected keyword argument 'strem'; did you mean 'stream'?"
        " Else give what is not in the document as extra_body={'strem': ...}",
        "shelves.move() got an unexpected keyword argument 'from'; did you mean 'from_'?"
        " Else give what is not in the document as extra_body={'from': ...}",
        "extra_body: 'global' has an argument of its own; give it as global_=",
        "depth: expected a whole number of at least 1, got 0",
        "id: expected at most 4 characters, got 5",
        "id: expected at least 1 characters, got ''",
    ]
    assert seen == {
        "shelf": ["s1", 2, {"a": "b"}],
        "total": "7",
        "top": ["image/png", 224],
        "moved": [None, None],
        "made": 2,
        "events": ["HTTPEnd"],
    }
    assert eval(journal) == {
        ("readShelf", 200, True, False),
        ("top", 200, True, False),
        ("moveShelves", 204, True, False),
        ("moveShelves", 204, True, True),
        ("dropShelf", 204, True, False),
        ("makeShelf", 200, True, False),
        ("watchShelves", 200, True, False),
    }
    assert last.startswith("/v1/shelves/1,2/of/name=a b/ü,since=2026-01-02 {'global': True,")


def test_styles_are_sent_as_the_document_says(tree, recorder):
    """Each style of OpenAPI, and errors of a range of statuses with a schema of their own."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "import recipe_more, runinfra_ext\n"
        "with runinfra_ext.RunInfra(api_key='k', base_url=sys.argv[1], max_retries=0) as client:\n"
        "    client.shelves.move([1, 2], recipe_more.OWNER, **recipe_more.GIVEN)\n"
        "    for name in ('s418', 's401'):\n"
        "        try: client.shelves.read(name, loud=False)\n"
        "        except runinfra_ext.APIStatusError as error: print(error.status, error.details)\n"
    )
    done = run(tree, "-c", code, url(recorder), str(HERE))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["418 ShelfProblem(title='no')", "401 None"]
    _, path, headers, body = recorder.seen[0]
    assert path == (
        "/v1/shelves/1,2/of/name=a%20b%2F%C3%BC,since=2026-01-02"
        "?filter%5Bstate%5D=a%26b&filter%5Blow%5D=1&room=x&wall=3&from_place=room,a%2Cb,wall,4"
        "&labels%5Ba%5D=1&words=a%20b&rows=1%7C2&age=10&code=ABC&from=b"
    )
    assert (headers["x-owner"], headers["x-level"]) == ("name,me", "2")
    assert json.loads(body) == {
        "stream": True,
        "anything": [1, {"a": None}],
        "inner": {"class": "c", "a-b": 1, "date": "2026-01-01"},
        "global": True,
        "pair": ["a", 1],
        "named": {"a": "b"},
    }
    assert recorder.seen[1][1] == "/v1/shelves/s418?loud=false"


def test_the_reference_has_a_page_and_a_program_of_each(tree):
    """Whatever they are answered with; each program runs as it stands on its page."""
    done = run(tree, "-c", PAGES)
    assert done.returncode == 0, done.stderr
    pages, programs = map(int, done.stderr.split()[:2])
    assert pages == programs > 20
    assert "- **4XX** [`APIStatusError`]" in done.stderr


def test_made_again_it_is_the_same(tree):
    """Whatever stands in the tree already, and whatever the order of sets."""
    done = run(tree, str(ROOT / "scripts/generate.py"), "--root", str(tree), "--check", seed="7")
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_taken_out_leaves_nothing(tree, tmp_path):
    """Without the recipe's operations there is neither a file of theirs nor a folder."""
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
    shutil.copy(ROOT / "openapi/runinfra.yaml", copy / "openapi")
    done = run(copy, str(ROOT / "scripts/generate.py"), "--root", str(copy))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    for part in ("runinfra_client", "runinfra_ext"):
        assert standing(copy / part) == standing(ROOT / part)


def standing(folder):
    """The files and folders in a folder, but for caches."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return {path for path in found if "__pycache__" not in path.parts}


@pytest.mark.slow
def test_types_of_the_recipe(tree, tmp_path):
    """`mypy --strict` knows the new methods, their arguments and their results."""
    code = (HERE / "recipe_use.py").read_text("utf-8")
    (tree / "good.py").write_text(code)
    (tree / "unusual.py").write_text((HERE / "recipe_unusual.py").read_text("utf-8"))
    (tree / "more.py").write_text((HERE / "recipe_more.py").read_text("utf-8"))
    (tree / "forms.py").write_text((HERE / "recipe_forms.py").read_text("utf-8"))
    bad = "from runinfra_ext import RunInfra\nRunInfra().usage.list(since=3)\nRunInfra().usage.list()\n"
    (tree / "bad.py").write_text(bad)
    options = [
        "--strict",
        "--config-file=",
        f"--cache-dir={tmp_path}",
        "good.py",
        "unusual.py",
        "forms.py",
        "more.py",
        "bad.py",
        "runinfra_client/api/usage",
    ]
    done = run(tree, "-m", "mypy", *options)
    wrong = [line.partition(" ")[0] for line in done.stdout.splitlines() if " error: " in line]
    assert wrong == ["bad.py:2:", "bad.py:3:"], done.stdout


def test_unusual_operations(tree):
    """Two successes, a shared body, keywords as fields, nested and united richer classes."""
    done = run(tree, str(HERE / "recipe_unusual.py"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "nothing": None,
        "sent": ["/v1/notes/n", None],  # the default of a header is the gateway's to apply
        "team": "all",
        "keywords": ["c", True, ["d"]],
        "refused": "kinds[0]: expected one of 'a', 'b', got 'c'",
        "classes": ["runinfra_ext._answer.nested", True],
        "union": True,
    }


def test_the_sandbox_refuses_what_the_document_does_not_allow(tree):
    """Parameters are held against the document there too."""
    code = (
        "import httpx\nfrom runinfra_ext.sandbox import Sandbox\n"
        "with Sandbox() as g:\n"
        "    for q in ('', '?since=x&limit=0', '?since=2026-01-01T00:00:00Z&exact=7'):\n"
        "        r = httpx.get(g.base_url + '/usage' + q, headers={'authorization': 'Bearer ' + g.api_key})\n"
        "        print(r.status_code, r.json()['error']['param'])\n"
    )
    done = run(tree, "-c", code)
    assert done.stdout.splitlines() == ["400 since", "400 limit", "400 exact"], done.stderr
