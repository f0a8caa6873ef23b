"""What can be done with a sandbox while it runs, in this process or as one of its own."""

from __future__ import annotations

import json as json_codec
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack
from urllib.request import Request, urlopen

from .deliveries import SECRET, deliver
from .faults import check
from .scripted import Answer, Asked, Match
from .settings import Changes, changed
from .state import NO_DICTATION, Charge, Entry, SandboxState


class Controls:
    """Tells a sandbox what to do next, and reads what it has seen."""

    state: SandboxState
    base_url: str
    ssl_context: ssl.SSLContext | None
    _as_process: bool
    _taped: bool

    @property
    def root_url(self) -> str:
        """The server's address without ``/v1``."""
        return self.base_url.removesuffix("/v1")

    def reset(self) -> None:
        """Forget all that happened, and go back to the settings of the beginning."""
        if self._as_process:
            self._fetch("reset", b"")
        else:
            self.state.reset()

    def script(self, *faults: str) -> None:
        """Queue faults for the next requests, one each; ``"ok"`` lets one through.

        Raises:
            ValueError: there is no such fault.
        """
        for fault in faults:
            check(fault)
        if self._as_process:
            self._fetch("script", json_codec.dumps(faults).encode())
        else:
            self.state.script.extend(faults)

    def answer(
        self,
        *,
        text: str | None = None,
        json: Any = None,
        tool_calls: Sequence[Mapping[str, Any]] | None = None,
        embedding: Sequence[float] | Sequence[Sequence[float]] | None = None,
        scores: Sequence[float] | None = None,
        transcript: str | None = None,
        audio: bytes | None = None,
        image: bytes | None = None,
        usage: Mapping[str, Any] | None = None,
        finish_reason: str | None = None,
        match: Match | Callable[[Asked], bool] | None = None,
        times: int | None = 1,
        required: bool = True,
    ) -> None:
        """Dictate what the next request that fits is answered, whole or streamed.

        What is dictated says for which operations it is: a text for chat completions, Responses
        and the voice pipeline, an embedding for embeddings, and so on. Answers are taken in the
        order in which they were dictated; requests for which there is none are answered as usual.

        Args:
            text: what the model says.
            json: a value; the model says its JSON.
            tool_calls: functions to call, each with ``name`` and ``arguments`` (a value, or a text
                that is sent as it is), or in the nested form of chat completions. May come with
                ``text``.
            embedding: a vector for all inputs, or a list of vectors, one for each.
            scores: of reranking, one for each document; what is missing is 0.
            transcript: what was heard, in whichever form the request asks for.
            audio: the bytes of speech, as they are.
            image: the bytes of a picture, as they are.
            usage: numbers that replace those of the answer.
            finish_reason: of a chat completion; ``"length"`` makes a response incomplete.
            match: for which requests: a mapping with ``operation``, ``model`` and ``contains``, or
                a function of the request; the latter not in process mode.
            times: how often it is given; ``None`` for always.
            required: whether the pytest plugin fails a test that left it unused.

        Raises:
            TypeError: a value has the wrong type.
            ValueError: nothing is dictated, or what no operation answers together; or the sandbox
                records or replays.
        """
        answer = Answer(
            text=text,
            json=json,
            tool_calls=tool_calls,
            embedding=embedding,
            scores=scores,
            transcript=transcript,
            audio=audio,
            image=image,
            usage=usage,
            finish_reason=finish_reason,
            match=match,
            times=times,
            required=required,
        )
        if self._taped:
            raise ValueError(NO_DICTATION)
        if not self._as_process:
            self.state.dictate(answer)
            return
        if callable(match):
            msg = "match: a function can't be sent to the sandbox's process; give a mapping"
            raise TypeError(msg)
        self._fetch("answers", json_codec.dumps(answer.order()).encode())

    @property
    def unused_answers(self) -> list[str]:
        """Dictated answers that are required and were not given as often as they should."""
        if self._as_process:
            return [one["summary"] for one in self._fetch("answers", None) if one["missed"]]
        return [str(answer) for answer in self.state.answers if answer.missed]

    def configure(self, **changes: Unpack[Changes]) -> None:
        """Change settings while it runs; what was used of the limits is forgotten.

        Args:
            changes: fields of :class:`~runinfra_ext.sandbox.Settings`.

        Raises:
            TypeError: there is no such setting.
            ValueError: a value makes no sense.
        """
        changed(self.state.initial, changes)  # says here what is wrong, in process mode too
        if self._as_process:
            self._fetch("settings", json_codec.dumps(changes).encode())
        else:
            self.state.configure(changes)

    @property
    def journal(self) -> list[Entry]:
        """Every request that came, oldest first."""
        if self._as_process:
            return [Entry(**entry) for entry in self._fetch("journal", None)]
        return list(self.state.journal)

    @property
    def charges(self) -> list[Charge]:
        """All work that was done and paid for."""
        if self._as_process:
            return [Charge(**charge) for charge in self._fetch("charges", None)]
        return list(self.state.charges)

    def deliver(
        self,
        url: str,
        event: Mapping[str, Any],
        *,
        secret: str = SECRET,
        attempts: int = 3,
        timestamp: int | None = None,
    ) -> list[int]:
        """Send a signed webhook to an endpoint of yours, again until it answers 2xx.

        Returns:
            The status of each delivery, 0 where there was no answer.
        """
        return deliver(url, event, secret=secret, attempts=attempts, timestamp=timestamp)

    def requests_for(self, client_request_id: str) -> list[Entry]:
        """The requests of one call: all that came with its client request id."""
        return [entry for entry in self.journal if entry.client_request_id == client_request_id]

    def _fetch(self, action: str, body: bytes | None) -> Any:
        request = Request(f"{self.root_url}/sandbox/{action}", data=body)  # noqa: S310 - loopback
        with urlopen(request, timeout=10, context=self.ssl_context) as answer:  # noqa: S310 - as above
            return json_codec.load(answer)
