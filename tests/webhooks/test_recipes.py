"""The recipes for FastAPI, Flask and Django, against the real frameworks over real HTTP."""

from __future__ import annotations

import importlib.util
import threading
import wsgiref.simple_server
from pathlib import Path

import httpx
import pytest
import uvicorn

from runinfra_ext import webhooks

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
BODY = '{"id":"evt_1","type":"deployment.verified","data":{"name":"Zoë"}}'.encode()
SECRET = "whsec_demo"


def load(name):
    """A recipe as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_details):
        pass


@pytest.fixture
def wsgi():
    """Serves a WSGI application."""
    servers = []

    def serve(app):
        server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def asgi():
    """Serves an ASGI application."""
    running = []

    def serve(app):
        import socket

        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread, listener))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for server, thread, listener in running:
        server.should_exit = True
        thread.join(5)
        listener.close()


def django_app():
    """A Django application with the recipe as its only view."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import path

    recipe = load("webhooks_django")
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="not-secret", ROOT_URLCONF=__name__)
        django.setup()
    globals()["urlpatterns"] = [path("webhooks/runinfra", recipe.receive)]
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": globals()["urlpatterns"]})
    return WSGIHandler()


@pytest.mark.parametrize("framework", ["fastapi", "flask", "django"])
def test_a_recipe(framework, wsgi, asgi, gateway, monkeypatch, capsys):
    """A signed event is taken, a changed one is refused with the reason, an unsigned one too."""
    monkeypatch.setenv("RUNINFRA_WEBHOOK_SECRET", SECRET)
    if framework == "django":
        root = wsgi(django_app())
    elif framework == "flask":
        root = wsgi(load("webhooks_flask").app)
    else:
        root = asgi(load("webhooks_fastapi").app)
    url = f"{root}/webhooks/runinfra"
    header = webhooks.signature_header(payload=BODY, secret=SECRET)
    headers = {webhooks.HEADER: header, "content-type": "application/json"}
    assert httpx.post(url, content=BODY, headers=headers).status_code == 204
    changed = httpx.post(url, content=BODY + b" ", headers=headers)
    assert (changed.status_code, changed.text) == (400, "no_match")
    bare = httpx.post(url, content=BODY)
    assert (bare.status_code, bare.text) == (400, "no_timestamp")
    assert capsys.readouterr().out == "event deployment.verified evt_1\n"
    # The same from the sandbox, which signs with code of its own.
    event = {"id": "evt_2", "type": "deployment.failed", "data": {"name": "Zoë"}}
    assert gateway.deliver(url, event, secret=SECRET) == [204]
    assert gateway.deliver(url, event, secret="whsec_other", attempts=2) == [400, 400]
    assert gateway.deliver(url, event, secret=SECRET, timestamp=1, attempts=1) == [400]
    assert capsys.readouterr().out == "event deployment.failed evt_2\n"


def test_a_delivery_to_nobody(gateway):
    """Without an endpoint every delivery has the status 0."""
    assert gateway.deliver("http://127.0.0.1:9/none", {"type": "x"}, attempts=2) == [0, 0]
