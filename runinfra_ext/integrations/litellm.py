"""litellm over this SDK's engine (extra ``litellm``): the provider ``runinfra/``.

::

    import litellm
    from runinfra_ext.integrations.litellm import register

    register()  # RUNINFRA_API_KEY from the environment
    litellm.completion(model="runinfra/acme-chat-8b", messages=[...])

What goes wrong is an error of litellm's, which names the SDK's.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Unpack

from .._call.options import ClientOptions
from ..errors import ConfigurationError
from ._extras import asynchronous, blocking, missing
from .openai import async_openai_client, openai_client

try:
    import litellm
    import openai
    from litellm.exceptions import Timeout
    from litellm.llms.custom_llm import CustomLLM
    from litellm.types.utils import EmbeddingResponse, GenericStreamingChunk, ModelResponse
    from litellm.utils import custom_llm_setup
    from openai.resources.chat.completions import Completions
    from openai.resources.embeddings import Embeddings

    from ._openai.requests import MAX_RETRIES
except ImportError as error:
    raise missing("litellm", error) from error

if TYPE_CHECKING:
    from .._async.client import AsyncRunInfra
    from .._sync.client import RunInfra

__all__ = ["RunInfraLLM", "register"]


class RunInfraLLM(CustomLLM):
    """A custom provider of litellm's: chat completions, whole and streamed, and embeddings.

    Args:
        client: a ``RunInfra`` of your own; it stays yours.
        async_client: an ``AsyncRunInfra`` of your own.
        place: else key, URL and options, as for ``RunInfra``.
    """

    def __init__(
        self,
        client: RunInfra | None = None,
        async_client: AsyncRunInfra | None = None,
        **place: Any,
    ) -> None:
        super().__init__()
        self._client = blocking(client, place)
        self._async_client = asynchronous(async_client, place)
        self._openai = openai_client(self._client)
        self._async_openai = async_openai_client(self._async_client)

    def _for(self, more: dict[str, Any]) -> openai.OpenAI:
        """What sends a call: with the key and to the place that it names, over the same pool."""
        told = _told(more)
        return openai_client(self._client.with_options(**told)) if told else self._openai

    def _async_for(self, more: dict[str, Any]) -> openai.AsyncOpenAI:
        told = _told(more)
        if not told:
            return self._async_openai
        return async_openai_client(self._async_client.with_options(**told))

    def completion(  # type: ignore[override]  # litellm calls it by keywords
        self, *, model: str, messages: list[Any], optional_params: dict[str, Any], **more: Any
    ) -> ModelResponse:
        """A whole answer."""
        with _timeouts_of_litellm(model):
            made = self._for(more).chat.completions.create(
                model=model, messages=messages, **_sent(optional_params, more)
            )
        return ModelResponse(**made.model_dump())

    async def acompletion(  # type: ignore[override]  # litellm calls it by keywords
        self, *, model: str, messages: list[Any], optional_params: dict[str, Any], **more: Any
    ) -> ModelResponse:
        """A whole answer."""
        with _timeouts_of_litellm(model):
            made = await self._async_for(more).chat.completions.create(
                model=model, messages=messages, **_sent(optional_params, more)
            )
        return ModelResponse(**made.model_dump())

    def streaming(  # type: ignore[override]  # litellm calls it by keywords
        self, *, model: str, messages: list[Any], optional_params: dict[str, Any], **more: Any
    ) -> Iterator[GenericStreamingChunk]:
        """An answer while it comes; what is refused is so before there is a stream."""
        options: Any = {**_sent(optional_params, more), **_STREAM}
        with _timeouts_of_litellm(model):
            stream = self._for(more).chat.completions.create(
                model=model, messages=messages, **options
            )
        return _read(stream, model)

    async def astreaming(  # type: ignore[override]  # litellm calls it by keywords
        self, *, model: str, messages: list[Any], optional_params: dict[str, Any], **more: Any
    ) -> AsyncIterator[GenericStreamingChunk]:
        """An answer while it comes."""
        options: Any = {**_sent(optional_params, more), **_STREAM}
        with _timeouts_of_litellm(model):
            stream = await self._async_for(more).chat.completions.create(
                model=model, messages=messages, **options
            )
            async with stream:
                async for chunk in stream:
                    for piece in _pieces(chunk):
                        yield piece

    def embedding(  # type: ignore[override]  # litellm calls it by keywords
        self, *, model: str, input: list[Any], optional_params: dict[str, Any], **more: Any
    ) -> EmbeddingResponse:
        """Embeddings."""
        options: Any = {"encoding_format": "float", **_sent(optional_params, more, _VECTORS)}
        with _timeouts_of_litellm(model):
            made = self._for(more).embeddings.create(model=model, input=input, **options)
        return EmbeddingResponse(**made.model_dump())

    async def aembedding(  # type: ignore[override]  # litellm calls it by keywords
        self, *, model: str, input: list[Any], optional_params: dict[str, Any], **more: Any
    ) -> EmbeddingResponse:
        """Embeddings."""
        options: Any = {"encoding_format": "float", **_sent(optional_params, more, _VECTORS)}
        client = self._async_for(more)
        with _timeouts_of_litellm(model):
            made = await client.embeddings.create(model=model, input=input, **options)
        return EmbeddingResponse(**made.model_dump())


_STREAM = {"stream": True, "stream_options": {"include_usage": True}}


# litellm hands this over where the call says nothing: then the engine's own limit holds.
_NO_TIMEOUT = 600
_SWITCHES = {"stream", "stream_options", "max_retries"}
_CHAT = frozenset(inspect.signature(Completions.create).parameters)
_VECTORS = frozenset(inspect.signature(Embeddings.create).parameters)


def _told(more: dict[str, Any]) -> Any:
    """Whom a call speaks for, and where to, if it says so itself."""
    if more.get("client") is not None:
        msg = "client: give it to register(); a call has no other"
        raise ConfigurationError(msg, param="client")
    given = {"api_key": more.get("api_key"), "base_url": more.get("api_base")}
    return {name: value for name, value in given.items() if value}


def _sent(
    params: dict[str, Any], more: dict[str, Any], known: frozenset[str] = _CHAT
) -> dict[str, Any]:
    """What litellm wants to have sent, without its own switches, and the options of the call."""
    sent = {name: value for name, value in params.items() if name in known}
    # What openai's client has no word for goes to the gateway all the same, which knows best.
    others = params.keys() - sent.keys() - _SWITCHES - {"extra_body"}
    if others or params.get("extra_body"):
        own = {name: params[name] for name in others}
        sent["extra_body"] = {**own, **(params.get("extra_body") or {})}
    for name in _SWITCHES:
        sent.pop(name, None)
    headers = dict(more.get("headers") or {})
    if params.get("max_retries") is not None:
        headers.setdefault(MAX_RETRIES, str(params["max_retries"]))
    if headers:
        sent["extra_headers"] = headers
    if more.get("timeout") not in (None, _NO_TIMEOUT):
        sent["timeout"] = more["timeout"]
    return sent


@contextmanager
def _timeouts_of_litellm(model: str) -> Iterator[None]:
    """Its own class for what took too long, which it makes of no custom provider's errors."""
    try:
        yield
    except openai.APITimeoutError as error:
        told: dict[str, Any] = {"message": error.message, "model": model}
        raise Timeout(**told, llm_provider="runinfra") from error


def _read(stream: Any, model: str) -> Iterator[GenericStreamingChunk]:
    with _timeouts_of_litellm(model), stream:
        for chunk in stream:
            yield from _pieces(chunk)


def _pieces(chunk: Any) -> Iterator[GenericStreamingChunk]:
    """A chunk in litellm's form, which has one call of a tool at most."""
    usage = chunk.usage.model_dump() if chunk.usage else None
    if not chunk.choices:
        if usage is not None:
            yield _piece("", usage=usage)
        return
    choice = chunk.choices[0]
    for call in choice.delta.tool_calls or ():
        yield _piece("", tool={**call.model_dump(), "type": "function"})
    if choice.delta.content:
        yield _piece(choice.delta.content)
    if choice.finish_reason:
        yield _piece("", end=choice.finish_reason, usage=usage)


def _piece(
    text: str, *, tool: Any = None, end: str | None = None, usage: Any = None
) -> GenericStreamingChunk:
    return GenericStreamingChunk(
        text=text,
        tool_use=tool,
        is_finished=end is not None,
        finish_reason=end or "",
        usage=usage,
        index=0,
    )


def register(
    client: RunInfra | None = None,
    async_client: AsyncRunInfra | None = None,
    *,
    name: str = "runinfra",
    api_key: str | Callable[[], str] | None = None,
    pipeline_id: str | None = None,
    base_url: str | None = None,
    **options: Unpack[ClientOptions],
) -> RunInfraLLM:
    """Make ``litellm`` send what is for ``NAME/MODEL`` by this SDK.

    Args:
        client: a ``RunInfra`` of your own; it stays yours.
        async_client: an ``AsyncRunInfra`` of your own.
        name: of the provider; one that was registered under it before is replaced.
        api_key: as for ``RunInfra``.
        pipeline_id: as for ``RunInfra``.
        base_url: as for ``RunInfra``.
        options: as for ``RunInfra``.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong.
    """
    place: dict[str, Any] = {"api_key": api_key, "pipeline_id": pipeline_id, "base_url": base_url}
    handler = RunInfraLLM(client, async_client, **place, **options)
    others = [one for one in litellm.custom_provider_map if one["provider"] != name]
    litellm.custom_provider_map = [*others, {"provider": name, "custom_handler": handler}]
    custom_llm_setup()  # type: ignore[no-untyped-call]  # it ships no types for it
    return handler
