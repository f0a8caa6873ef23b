"""The sandbox's web application: keys, scopes, idempotency, faults, and the ten operations."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from . import documented, faults, routing, strict
from .access import check_scope, key_of, merged
from .bodies import TooLarge, read_bytes, read_form, read_json
from .cassette import Reply
from .catalog import DEFAULTS, ENDPOINTS, MODELS, UNVERIFIED
from .control import is_own, respond
from .fields import check_known
from .operations import HANDLERS, unknown_model
from .outcomes import Context, Refused, Result
from .parameters import Broken, check_query, header_problem, parameters
from .redaction import is_secret
from .scripted import Asked
from .state import Entry, Key, SandboxState
from .tape import Tape, Taped
from .wire import Wire, lifespan, send_faulty_stream, send_stream, think

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_SCHEMAS: Final = frozenset({"tools", "response_format", "text"})  # fields that hold schemas
_MADE: Final = frozenset({"createSpeech", "createVoicePipeline", "createImage"})  # of many bytes
_ANSWER_BYTES: Final = 4096  # a larger answer stands in the journal as a description


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
            await lifespan(receive, send)
        elif scope["type"] == "http":
            await ServedRequest(used, scope, receive, send).run()

    return app


class ServedRequest:
    """One request and its answer."""

    def __init__(self, state: SandboxState, scope: Scope, receive: Receive, send: Send) -> None:
        self.state = state
        self.scope = scope
        self.request = Request(scope, receive)
        self.headers = merged(self.request.headers.items())
        self.entry = Entry(
            request_id=state.next_request_id(),
            method=scope["method"],
            path=scope["path"],
            operation=None,
            at=state.clock(),
            headers={k: v for k, v in self.headers.items() if not is_secret(k)},
        )
        self.wire = Wire(send, scope)
        self.settings = state.settings
        self.gate = state.gate
        self.working = False
        self.route: strict.Route | None = None
        self.token = ""
        self.scoped_to: str | None = None
        self.claimed: tuple[str, str, str] | None = None
        self.age = state.age

    async def run(self) -> None:
        """Answer the request, whatever it is."""
        if is_own(self.scope["path"]):
            await self.wire.send(*await respond(self.state, self.request))
            return
        self.state.journal.append(self.entry)
        try:
            await self._answer()
        except Refused as refused:
            await self._refuse(refused)
        except TooLarge:
            # As a serverless edge says it: plain text, without a request id.
            self.entry.status = 413
            await self.wire.send(413, {"content-type": "text/plain"}, b"FUNCTION_PAYLOAD_TOO_LARGE")
        except ClientDisconnect:
            self.entry.status = -1
        except Exception as error:  # noqa: BLE001 - a mistake of the sandbox itself
            self.entry.answer_problems.append(f"{type(error).__name__}: {error}")
            await self._refuse(faults.unexpected())
        finally:
            self._release()
            if self.state.on_answer is not None:
                self.state.on_answer(self.entry)

    async def _answer(self) -> None:
        if self.state.tape is not None:
            await self._tape(self.state.tape)
            return
        route, values, self.scoped_to = routing.find(self.scope)
        self.route = route
        self.entry.operation = route.operation_id
        key = self._authorize()
        if strict.costs(route):
            self.gate.admit(self.token)
        if int(self.headers.get("content-length", "0") or 0) > self.settings.max_body_bytes:
            raise TooLarge
        fault = faults.parse(self._wanted_fault(costs=strict.costs(route)))
        if fault is not None and await self._before_work(fault):
            return
        try:
            body = await self._body(route, values)
        except Refused as refused:
            self.entry.problems.append(str(refused))
            raise
        model = str(body.get("model", ""))
        if model.startswith(faults.MODEL_PREFIX):
            wanted = model.removeprefix(faults.MODEL_PREFIX)
            fault = faults.parse(self.state.next_fault(wanted, self.entry.client_request_id))
            model = DEFAULTS.get(route.operation_id, "")
            if fault is not None and await self._before_work(fault):
                return
        if route.operation_id in DEFAULTS:
            self.entry.model = model
            self.entry.model = model = self._model(model, route.operation_id)
        if await self._replay(route.operation_id, key, body):
            return
        self.gate.afford(route.operation_id)
        self.gate.enter()
        self.working = True
        context = Context(model, int(self.state.clock()), str(self.request.base_url))
        result = await self._result(body, context)
        if strict.costs(route):
            self.state.charge(self.entry, self.age)
        await self._deliver(result, fault)

    async def _tape(self, tape: Tape) -> None:
        """Answer as a real gateway does, or did, but for limits and faults."""
        costs = True
        with suppress(Refused):
            route = routing.find(self.scope).route
            self.entry.operation, costs = route.operation_id, strict.costs(route)
        self.token = self.headers.get("authorization", "")
        if costs:
            self.gate.admit(self.token)
        paid = not costs or self.state.has_paid(self.entry)
        fault = faults.parse(self._wanted_fault(costs=costs))
        if fault is not None and await self._before_work(fault):
            return
        if fault is not None and fault.name != "lost":
            msg = f"The fault {fault.name} needs answers of the sandbox's own."
            raise Refused(400, msg, code="unknown_fault")
        if not paid:
            self.gate.afford(str(self.entry.operation))
            self.gate.enter()
            self.working = True

        def charge(reply: Reply) -> None:
            if not paid and reply.status < HTTPStatus.MULTIPLE_CHOICES:
                self.state.charge(self.entry, self.age)

        settings, lost = self.settings, fault is not None
        limit, pace = settings.max_body_bytes, settings.replay_pace
        await tape.answer(Taped(self.entry, self.request, limit, pace, lost, charge), self.wire)

    def _wanted_fault(self, *, costs: bool) -> str | None:
        """The fault that was asked for, else one by chance."""
        wanted = self.headers.get(faults.HEADER)
        name = self.state.next_fault(wanted, self.entry.client_request_id)
        return self.state.chance() if name is None and costs else name

    async def _result(self, body: Mapping[str, Any], context: Context) -> Result:
        """What the operation answers, or what a test has dictated for it."""
        operation = str(self.entry.operation)
        entry = self.entry
        asked = Asked(
            operation=operation, model=context.model, headers=entry.headers, body=entry.body
        )
        answer = self.state.take_answer(asked) if self.entry.method == "POST" else None
        if answer is None:
            handler = HANDLERS.get(operation)
            if handler is None and self.route is not None:
                return documented.answer(self.route, body, context)
            if operation not in _MADE and _SCHEMAS.isdisjoint(body):
                return HANDLERS[operation](body, context)
            # A value for a schema, or sound, may take a while to make; the others need not wait.
            return await asyncio.to_thread(HANDLERS[operation], body, context)
        try:
            result = HANDLERS[operation](answer.prepared(body), context)
            result = answer.applied(result, body, context, self.state.keep_picture)
        except Refused:
            answer.used -= 1  # a refused request takes none
            raise
        self.entry.scripted = True
        return result

    def _authorize(self) -> Key:
        self.token, key = key_of(self.headers.get("authorization", ""), self.state.keys)
        check_scope(key, self.scoped_to)
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
        problem = header_problem(self.headers)
        if problem is not None:
            raise Refused(400, problem.message, param=problem.param)
        query: bytes = self.scope["query_string"]
        try:
            own = parameters(route, values, query.decode("latin-1"), self.headers)
            if self.settings.unknown_fields == "refuse":
                check_query(route, query.decode("latin-1"))
        except Broken as broken:
            raise Refused(400, str(broken), param=broken.param, code=broken.code) from None
        component = strict.request_component(route)
        limit = self.settings.max_body_bytes
        if route.operation_id == "createVoicePipeline":
            return {"audio": await read_bytes(self.request, limit)}
        if component is None:
            if "requestBody" in route.data:
                own["content"] = await read_bytes(self.request, limit)
            return own
        properties = {
            name: strict.resolved(schema)
            for name, schema in strict.component(component)["properties"].items()
        }
        if "multipart/form-data" in route.data["requestBody"]["content"]:
            body, checked = await read_form(self.request, properties, limit)
        else:
            body = checked = await read_json(self.request, limit)
        if self.scoped_to is not None and "model" in properties:
            body.setdefault("model", "default")
            checked.setdefault("model", "default")
        self.entry.body = {k: v for k, v in body.items() if not isinstance(v, bytes)}
        problem = strict.problem_of(component, checked)
        if problem is not None:
            code = "missing_required_field" if "required property" in problem.message else None
            raise Refused(400, problem.message, param=problem.param, code=code)
        if self.settings.unknown_fields == "refuse":
            check_known(component, checked)
        return body

    def _model(self, model: str, operation: str) -> str:
        if model == "default" and self.scoped_to is not None:
            model = DEFAULTS[operation]
        if model not in MODELS and model != UNVERIFIED:
            raise unknown_model(model)
        if model in MODELS and ENDPOINTS[operation] not in MODELS[model]["supported_endpoints"]:
            raise Refused(
                400,
                f"The model {model} does not serve {ENDPOINTS[operation]}.",
                code="unsupported_model_operation",
                param="model",
            )
        self.gate.model(model)
        return model

    async def _replay(self, operation: str, key: Key, body: Mapping[str, Any]) -> bool:
        """Answer from the store if this key was used before; else claim it for this request."""
        name = self.entry.idempotency_key
        route = self.route
        if name is None or route is None or not strict.costs(route) or strict.streams(route, body):
            return False
        place = (str(key.pipeline_id or self.scoped_to), operation, name)
        asked: Any = body
        if route.pattern.groups or self.scope["query_string"]:
            # The same body for another object is other work.
            asked = [self.scope["path"], str(self.scope["query_string"]), body]
        text = json.dumps(asked, sort_keys=True, default=repr)
        digest = hashlib.sha256(text.encode()).hexdigest()
        known = self.state.claim(place, self.age, digest)
        if known is None:
            self.claimed = place
            return False
        if known.digest != digest:
            raise faults.reused()
        if known.status == 0:
            raise faults.in_progress()
        cached = strict.keeps(route, pipeline=self.scoped_to is not None)
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
        if "content-type" not in headers:
            await self.wire.empty(known.status, headers)
            return True
        self._note(headers, known.body)
        await self.wire.send(known.status, headers, known.body)
        return True

    async def _deliver(self, result: Result, fault: faults.Fault | None) -> None:
        headers = {**result.headers, **self._headers()}
        self.entry.status = result.status
        if result.events is not None:
            events, named = self._counted(result.events), result.named_events
            if fault is None:
                await send_stream(self.wire, headers, events, self.settings, named=named)
            else:
                await send_faulty_stream(self.wire, headers, list(events), fault, named=named)
            return
        content = result.content
        if content is None:
            content = json.dumps(result.json, separators=(",", ":")).encode()
        if not result.media_type:
            self._settle(result.status, headers)
            await self.wire.empty(result.status, headers)
            return
        headers["content-type"] = result.media_type
        self._note(headers, content)
        await think(result.json, self.settings)
        kept = {**result.headers, "content-type": result.media_type}
        self._settle(result.status, kept, content)
        if fault is not None:
            self.entry.status = await self.wire.spoil(fault, headers, content)
        else:
            await self.wire.send(result.status, headers, content)

    def _counted(self, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The events of a stream, noted in the journal."""
        for number, event in enumerate(events, 1):
            if self.settings.check_answers and self.route is not None:
                self.entry.answer_problems += strict.event_problems(self.route, event)
            self.entry.saw_event(event, number)
            yield event

    def _note(self, headers: Mapping[str, str], content: bytes) -> None:
        """Note an answer in the journal."""
        media_type = headers["content-type"]
        if self.settings.check_answers and self.route is not None and self.entry.fault is None:
            self.entry.answer_problems += strict.answer_problems(
                self.route, self.entry.status, headers, content
            )
        answer = json.loads(content) if media_type == "application/json" else None
        self.entry.saw(answer)
        if answer is not None and len(content) <= _ANSWER_BYTES:
            self.entry.answer = answer
        else:
            self.entry.answer = f"{len(content)} bytes of {media_type}"

    def _headers(self) -> dict[str, str]:
        headers = {"x-request-id": self.entry.request_id}
        if self.token:
            level = self.gate.bucket(self.token).level()
            headers["x-ratelimit-limit"] = str(level.limit)
            headers["x-ratelimit-remaining"] = str(level.remaining)
            headers["x-ratelimit-reset"] = str(level.reset)
            headers["x-ratelimit-tier"] = self.settings.plan
        if self.entry.client_request_id is not None:
            headers["x-client-request-id"] = self.entry.client_request_id
        return headers

    async def _refuse(self, refused: Refused) -> None:
        self.entry.status = refused.status
        headers = {**self._headers(), "content-type": "application/json", **refused.headers}
        content = json.dumps(refused.body).encode()
        self._note(headers, content)
        await self.wire.send(refused.status, headers, content)

    def _release(self) -> None:
        if self.working:
            self.gate.leave()
        self._settle(500)

    def _settle(
        self, status: int, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Say what became of the idempotency key, if one was claimed."""
        if self.claimed is not None:
            self.state.settle(self.claimed, self.age, status, headers or {}, body)
            self.claimed = None
