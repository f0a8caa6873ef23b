"""The sandbox's web application: keys, scopes, idempotency, faults, and the ten operations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import unquote

from starlette.datastructures import UploadFile
from starlette.requests import Request

from . import faults, strict
from .operations import HANDLERS, Context, Refused, Result, unknown_model
from .shapes import is_object
from .state import DEFAULTS, MODELS, OTHER_PIPELINE_ID, PIPELINE_ID, Entry, Key, SandboxState
from .wire import Wire, send_faulty_stream, send_stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_PREFIX: Final = "/v1"
_PIPELINES: Final = frozenset({PIPELINE_ID, OTHER_PIPELINE_ID})
# These have a cache of answers; speech, transcription and voice only bind their keys.
_KEPT: Final = frozenset(
    {"createChatCompletion", "createResponse", "createEmbedding", "createRerank", "createImage"}
)
_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})


def create_app(
    state: SandboxState | None = None,
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application.

    Args:
        state: what it works on; a fresh one if left out.
    """
    used = SandboxState() if state is None else state

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await Exchange(used, scope, receive, send).run()

    return app


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class Exchange:
    """One request and its answer."""

    def __init__(self, state: SandboxState, scope: Scope, receive: Receive, send: Send) -> None:
        self.state = state
        self.scope = scope
        self.request = Request(scope, receive)
        self.headers = {key.lower(): value for key, value in self.request.headers.items()}
        self.entry = Entry(
            request_id=state.next_request_id(),
            method=scope["method"],
            path=scope["path"],
            operation=None,
            headers={k: v for k, v in self.headers.items() if k not in _SECRET_HEADERS},
        )
        self.wire = Wire(send, scope)
        self.scoped_to: str | None = None
        self.claimed: tuple[str, str, str] | None = None

    async def run(self) -> None:
        """Answer the request, whatever it is."""
        if self.scope["path"].startswith("/sandbox/"):
            await self._control()
            return
        self.state.journal.append(self.entry)
        try:
            await self._answer()
        except Refused as refused:
            await self._refuse(refused)
        finally:
            self._release()
            if self.state.on_answer is not None:
                self.state.on_answer(self.entry)

    async def _answer(self) -> None:
        route, values = self._route()
        self.entry.operation = route.operation_id
        key = self._authorize()
        size = int(self.headers.get("content-length", "0") or 0)
        if size > self.state.max_body_bytes:
            # As a serverless edge says it: plain text, without a request id.
            await self.wire.send(413, {"content-type": "text/plain"}, b"FUNCTION_PAYLOAD_TOO_LARGE")
            self.entry.status = 413
            return
        fault = faults.parse(
            self.state.next_fault(self.headers.get(faults.HEADER), self.entry.client_request_id)
        )
        if fault is not None and await self._before_work(fault):
            return
        body = await self._body(route, values)
        model = str(body.get("model", ""))
        if model.startswith(faults.MODEL_PREFIX):
            wanted = model.removeprefix(faults.MODEL_PREFIX)
            fault = faults.parse(self.state.next_fault(wanted, self.entry.client_request_id))
            model = DEFAULTS[route.operation_id]
            if fault is not None and await self._before_work(fault):
                return
        if route.operation_id in DEFAULTS:
            model = self._model(model, route.operation_id)
        if await self._replay(route.operation_id, key, body):
            return
        context = Context(model, int(self.state.clock()), str(self.request.base_url))
        result = HANDLERS[route.operation_id](body, context)
        if route.method == "POST":
            self.state.charge(self.entry)
        await self._deliver(result, fault)

    def _route(self) -> tuple[strict.Route, dict[str, str]]:
        raw = self.scope.get("raw_path") or self.scope["path"].encode()
        path = raw.decode("ascii", "replace").partition("?")[0]
        if not path.startswith(_PREFIX + "/"):
            raise Refused(404, "No such route.", "not_found_error")
        path = path.removeprefix(_PREFIX)
        first, _, rest = path[1:].partition("/")
        candidates: list[tuple[str, str | None]] = [(path, None)]
        # A first segment that is no route of its own is a pipeline's id.
        if rest:
            candidates.append((f"/{rest}", unquote(first)))
        allowed: set[str] = set()
        for candidate, pipeline in candidates:
            for route in strict.routes():
                match = route.pattern.match(candidate)
                scope = route.data["x-runinfra-scope"]
                if match is None or (scope == "pipeline" and pipeline is None):
                    continue
                if route.method != self.scope["method"]:
                    allowed.add(route.method)
                    continue
                self.scoped_to = pipeline
                return route, {name: unquote(v) for name, v in match.groupdict().items()}
        if allowed:
            raise Refused(
                405,
                "The route has no such method.",
                "method_not_allowed",
                headers={"allow": ", ".join(sorted(allowed))},
            )
        raise Refused(404, "No such route.", "not_found_error")

    def _authorize(self) -> Key:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        key = self.state.keys.get(token.strip()) if scheme.lower() == "bearer" else None
        if key is None or key.expired:
            raise Refused(401, "The API key is not valid.", "auth_error", code="auth_error")
        if self.scoped_to is not None:
            if key.pipeline_id is not None and key.pipeline_id != self.scoped_to:
                raise Refused(
                    403,
                    "The API key belongs to another pipeline.",
                    "permission_denied",
                    code="permission_denied",
                )
            if self.scoped_to not in _PIPELINES:
                raise Refused(
                    404, "No such pipeline.", "not_found_error", code="pipeline_not_found"
                )
        return key

    async def _before_work(self, fault: faults.Fault) -> bool:
        """Play a fault that needs no work done; whether that was all."""
        self.entry.fault = fault.name
        refused = faults.refusal(fault)
        if refused is not None:
            raise refused
        self.entry.status = await self.wire.play(fault, self._headers())
        return self.entry.status != 0

    async def _body(self, route: strict.Route, values: Mapping[str, str]) -> dict[str, Any]:
        problem = strict.header_problem(self.headers)
        if problem is not None:
            raise Refused(400, problem.message, param=problem.param)
        component = strict.request_component(route)
        if route.operation_id == "createVoicePipeline":
            return {"audio": await self.request.body()}
        if component is None:
            return dict(values)
        if route.operation_id == "createTranscription":
            body, checked = await self._form()
        else:
            body = checked = await self._json()
        self.entry.body = {k: v for k, v in body.items() if not isinstance(v, bytes)}
        problem = strict.problem_of(component, checked)
        if problem is not None:
            self.entry.problems.append(f"{problem.param}: {problem.message}")
            code = "missing_required_field" if "required property" in problem.message else None
            raise Refused(400, problem.message, param=problem.param, code=code)
        return body

    async def _json(self) -> dict[str, Any]:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(400, "Send Content-Type: application/json.", code="invalid_content_type")
        try:
            body: Any = json.loads(await self.request.body())
        except (ValueError, RecursionError):
            body = None
        if not is_object(body):
            raise Refused(400, "The body is not a JSON object.", code="invalid_json")
        if any(name.startswith("runinfra") for name in body):
            raise Refused(400, "Fields starting with runinfra are reserved.")
        defaults = {} if self.scoped_to is None else {"model": "default"}
        return {**defaults, **body}

    async def _form(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The form's fields, and the same as the document would see them."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "multipart/form-data":
            raise Refused(400, "Send multipart/form-data.", code="invalid_content_type")
        try:
            form = await self.request.form()
        except Exception as error:
            raise Refused(400, "The form can't be read.", code="invalid_form") from error
        body: dict[str, Any] = {}
        checked: dict[str, Any] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                body[name] = await value.read()
                checked[name] = ""
            elif name.endswith("[]"):
                body.setdefault(name, []).append(value)
                checked[name] = body[name]
            else:
                body[name] = value
                checked[name] = _number(value) if name == "temperature" else value
        await form.close()
        if "file" in body and not isinstance(body["file"], bytes):
            raise Refused(400, "file: expected a file part.", param="file")
        if self.scoped_to is not None:
            body.setdefault("model", "default")
            checked.setdefault("model", "default")
        return body, checked

    def _model(self, model: str, operation: str) -> str:
        if model == "default" and self.scoped_to is not None:
            return DEFAULTS[operation]
        if model not in MODELS:
            raise unknown_model(model)
        return model

    async def _replay(self, operation: str, key: Key, body: Mapping[str, Any]) -> bool:
        """Answer from the store if this key was used before; else claim it for this request."""
        name = self.entry.idempotency_key
        if name is None or self.entry.method != "POST" or body.get("stream"):
            return False
        place = (str(key.pipeline_id or self.scoped_to), operation, name)
        digest = hashlib.sha256(repr(sorted(body.items(), key=str)).encode()).hexdigest()
        known = self.state.claim(place, digest)
        if known is None:
            self.claimed = place
            return False
        if known.digest != digest:
            raise faults.reused()
        if known.status == 0:
            raise faults.in_progress()
        cached = operation in _KEPT and not (operation == "createRerank" and self.scoped_to)
        if not cached or not known.kept:
            if operation in {"createChatCompletion", "createResponse", "createRerank"}:
                raise faults.replay_unavailable()
            raise Refused(
                409,
                "The request with this Idempotency-Key was already done and charged.",
                code="idempotency_conflict",
            )
        headers = {**known.headers, **self._headers(), "x-runinfra-idempotent-replay": "true"}
        self.entry.replayed = True
        self.entry.status = known.status
        await self.wire.send(known.status, headers, known.body)
        return True

    async def _deliver(self, result: Result, fault: faults.Fault | None) -> None:
        headers = self._headers()
        self.entry.status = 200
        if result.events is not None:
            named, state = result.named_events, self.state
            if fault is None:
                await send_stream(self.wire, headers, result.events, state, named=named)
            else:
                await send_faulty_stream(
                    self.wire, headers, list(result.events), fault, named=named
                )
            return
        content = result.content
        if content is None:
            content = json.dumps(result.json, separators=(",", ":")).encode()
        headers["content-type"] = result.media_type
        if self.claimed is not None:
            self.state.settle(self.claimed, 200, {"content-type": result.media_type}, content)
            self.claimed = None
        if fault is not None:
            self.entry.status = await self.wire.spoil(fault, headers, content)
        else:
            await self.wire.send(200, headers, content)

    def _headers(self) -> dict[str, str]:
        headers = {
            "x-request-id": self.entry.request_id,
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": "4999",
            "x-ratelimit-reset": str(int(self.state.clock()) + 60),
            "x-ratelimit-tier": "core",
        }
        if self.entry.client_request_id is not None:
            headers["x-client-request-id"] = self.entry.client_request_id
        return headers

    async def _refuse(self, refused: Refused) -> None:
        self.entry.status = refused.status
        headers = {**self._headers(), "content-type": "application/json", **refused.headers}
        # The rest of the body is read, so that a client that still sends is not cut off.
        await self.wire.send(refused.status, headers, json.dumps(refused.body).encode())

    def _release(self) -> None:
        if self.claimed is not None:
            self.state.settle(self.claimed, 500, {}, b"")
            self.claimed = None

    async def _control(self) -> None:
        """The sandbox's own routes, for programs that run it as a process."""
        action = self.scope["path"].removeprefix("/sandbox/")
        answer: Any = {"ok": True}
        if action == "journal":
            answer = [
                {**vars(entry), "headers": dict(entry.headers)} for entry in self.state.journal
            ]
        elif action == "charges":
            answer = [vars(charge) for charge in self.state.charges]
        elif action == "reset" and self.scope["method"] == "POST":
            self.state.reset()
        elif action == "script" and self.scope["method"] == "POST":
            self.state.script.extend(str(name) for name in await self.request.json())
        else:
            await self.wire.send(404, {"content-type": "text/plain"}, b"no such control route")
            return
        body = json.dumps(answer, default=str).encode()
        await self.wire.send(200, {"content-type": "application/json"}, body)


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text
