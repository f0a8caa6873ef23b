"""LlamaIndex over this SDK's engine (extra ``llamaindex``): an LLM, embeddings, a reranker.

The first two are LlamaIndex's own ``OpenAILike`` and ``OpenAIEmbedding``, with what sends their
requests replaced, and without LlamaIndex's own retries, which know no idempotency key::

    from runinfra_ext.integrations.llama_index import RunInfraLLM

    llm = RunInfraLLM("acme-chat-8b")  # RUNINFRA_API_KEY from the environment

What goes wrong is an error of ``openai``'s tree, with the SDK's own as its ``__cause__``.
LlamaIndex demands ``openai`` 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._extras import asynchronous, blocking, missing, refuse_http
from .openai import async_openai_client, openai_client

try:
    from llama_index.core.bridge.pydantic import PrivateAttr
    from llama_index.core.postprocessor.types import BaseNodePostprocessor
    from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle
    from llama_index.embeddings.openai import OpenAIEmbedding  # type: ignore[import-untyped]  # it ships no types
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]  # it ships no types
except ImportError as error:
    raise missing("llamaindex", error) from error

if TYPE_CHECKING:
    from .._async.client import AsyncRunInfra
    from .._sync.client import RunInfra

__all__ = ["RunInfraEmbedding", "RunInfraLLM", "RunInfraRerank"]

# The classes keep a key of openai's client; ours has none, and theirs is not read either.
_NO_KEY = "held-by-runinfra-ext"
_CLIENTS = {"_client", "_aclient", "_blocking", "_asynchronous"}


def _clients(
    client: RunInfra | None,
    async_client: AsyncRunInfra | None,
    place: dict[str, Any],
    headers: dict[str, str] | None,
) -> tuple[Any, Any]:
    """Both clients of openai's, over the engine."""
    return (
        openai_client(blocking(client, place)).with_options(default_headers=headers),
        async_openai_client(asynchronous(async_client, place)).with_options(
            default_headers=headers
        ),
    )


def _split(
    arguments: dict[str, Any], options: dict[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """LlamaIndex's own arguments, and the engine's options, some of which come among them."""
    refuse_http(arguments, "http_client", "async_http_client")
    told: dict[str, Any] = {
        name: arguments[name] for name in ("timeout", "max_retries") if name in arguments
    }
    own = {name: value for name, value in arguments.items() if name != "max_retries"}
    return own, {**told, **(options or {})}


def _place(
    api_key: str | Callable[[], str] | None,
    base_url: str | None,
    pipeline_id: str | None,
    options: dict[str, Any] | None,
) -> dict[str, Any]:
    own = {"api_key": api_key, "base_url": base_url, "pipeline_id": pipeline_id}
    return {**own, **(options or {})}


def _made(
    model: str,
    base_url: str | None,
    pipeline_id: str | None,
    options: dict[str, Any] | None,
    headers: dict[str, str] | None,
) -> dict[str, Any]:
    """What another one is made of: all but clients and the key."""
    made: dict[str, Any] = {
        "model": model,
        "base_url": base_url,
        "pipeline_id": pipeline_id,
        "client_options": options,
    }
    return made if headers is None else {**made, "default_headers": headers}


def _revived(kind: Any, made: dict[str, Any], fields: dict[str, Any]) -> Any:
    one = kind(**made)
    one.__dict__.update(fields)
    return one


class _Copied:
    """A deep copy sends by the same clients; a pickle makes them anew, and holds no key."""

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Any:
        mine: Any = self
        kept = {} if memo is None else memo
        for name in _CLIENTS & mine.__pydantic_private__.keys():
            client = mine.__pydantic_private__[name]
            kept[id(client)] = client
        return super().__deepcopy__(kept)  # type: ignore[misc]  # pydantic's, of the class beside

    def __reduce__(self) -> tuple[Any, ...]:
        mine: Any = self
        bare = mine.model_copy()
        bare.__pydantic_private__ = {}
        fields = bare.__getstate__()["__dict__"]
        fields.pop("api_base", None)  # of where it is read again
        return _revived, (type(self), mine.__pydantic_private__["_made"], fields)


class RunInfraLLM(_Copied, OpenAILike):  # type: ignore[misc]  # its base has no types
    """LlamaIndex's ``OpenAILike``, sent by this SDK.

    Args:
        model: that answers.
        client: a ``RunInfra`` of your own; it stays yours.
        async_client: an ``AsyncRunInfra`` of your own.
        api_key: as for ``RunInfra``.
        base_url: as for ``RunInfra``.
        pipeline_id: as for ``RunInfra``.
        client_options: options as for ``RunInfra``: ``timeout``, ``max_retries``, ``deadline``, …
        arguments: of ``OpenAILike``; a chat model that calls functions unless they say otherwise.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong.
    """

    _made: Any = PrivateAttr()

    def __init__(
        self,
        model: str,
        *,
        client: RunInfra | None = None,
        async_client: AsyncRunInfra | None = None,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        pipeline_id: str | None = None,
        client_options: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        arguments, options = _split(arguments, client_options)
        headers = arguments.get("default_headers")
        clients = _clients(
            client, async_client, _place(api_key, base_url, pipeline_id, options), headers
        )
        usual = {"is_chat_model": True, "is_function_calling_model": True}
        super().__init__(
            model=model,
            api_key=_NO_KEY,
            api_base=str(clients[0].base_url),
            max_retries=0,
            openai_client=clients[0],
            async_openai_client=clients[1],
            **{**usual, **arguments},
        )
        self._made = _made(model, base_url, pipeline_id, options, headers)

    @classmethod
    def class_name(cls) -> str:
        """Its name where LlamaIndex writes it down."""
        return "RunInfraLLM"


class RunInfraEmbedding(_Copied, OpenAIEmbedding):  # type: ignore[misc]  # its base has no types
    """LlamaIndex's ``OpenAIEmbedding``, sent by this SDK.

    Args:
        model: that embeds.
        client: a ``RunInfra`` of your own; it stays yours.
        async_client: an ``AsyncRunInfra`` of your own.
        api_key: as for ``RunInfra``.
        base_url: as for ``RunInfra``.
        pipeline_id: as for ``RunInfra``.
        client_options: options as for ``RunInfra``.
        arguments: of ``OpenAIEmbedding``: ``embed_batch_size``, ``dimensions``, …

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong.
    """

    _made: Any = PrivateAttr()

    def __init__(
        self,
        model: str,
        *,
        client: RunInfra | None = None,
        async_client: AsyncRunInfra | None = None,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        pipeline_id: str | None = None,
        client_options: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        arguments, options = _split(arguments, client_options)
        headers = arguments.get("default_headers")
        clients = _clients(
            client, async_client, _place(api_key, base_url, pipeline_id, options), headers
        )
        super().__init__(
            model_name=model,
            api_key=_NO_KEY,
            api_base=str(clients[0].base_url),
            max_retries=0,
            **arguments,
        )
        self._client, self._aclient = clients
        self._made = _made(model, base_url, pipeline_id, options, headers)

    @classmethod
    def class_name(cls) -> str:
        """Its name where LlamaIndex writes it down."""
        return "RunInfraEmbedding"


class RunInfraRerank(_Copied, BaseNodePostprocessor):
    """Puts nodes in the order of what they have to do with the query; its score is the node's.

    What goes wrong is an error of this SDK.

    Args:
        model: that ranks.
        top_n: how many nodes are kept; all if left out.
        client: a ``RunInfra`` of your own; it stays yours.
        async_client: an ``AsyncRunInfra`` of your own.
        api_key: as for ``RunInfra``.
        base_url: as for ``RunInfra``.
        pipeline_id: as for ``RunInfra``.
        client_options: options as for ``RunInfra``.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong.
    """

    model: str
    top_n: int | None = None
    _blocking: Any = PrivateAttr()
    _asynchronous: Any = PrivateAttr()
    _made: Any = PrivateAttr()

    def __init__(
        self,
        model: str,
        *,
        top_n: int | None = None,
        client: RunInfra | None = None,
        async_client: AsyncRunInfra | None = None,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        pipeline_id: str | None = None,
        client_options: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(model=model, top_n=top_n)  # type: ignore[call-arg]  # fields of pydantic
        place = _place(api_key, base_url, pipeline_id, client_options)
        self._blocking = blocking(client, place)
        self._asynchronous = asynchronous(async_client, place)
        self._made = _made(model, base_url, pipeline_id, client_options, None)

    @classmethod
    def class_name(cls) -> str:
        """Its name where LlamaIndex writes it down."""
        return "RunInfraRerank"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        asked = self._asked(nodes, query_bundle)
        return _ordered(nodes, self._blocking.rerank.create(**asked)) if nodes else []

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        asked = self._asked(nodes, query_bundle)
        return _ordered(nodes, await self._asynchronous.rerank.create(**asked)) if nodes else []

    def _asked(self, nodes: list[NodeWithScore], query: QueryBundle | None) -> dict[str, Any]:
        if query is None:
            msg = "query_bundle: expected a query to rank by"
            raise ValueError(msg)
        texts = [one.node.get_content(metadata_mode=MetadataMode.EMBED) for one in nodes]
        asked = {"model": self.model, "query": query.query_str, "documents": texts}
        return asked if self.top_n is None else {**asked, "top_n": self.top_n}


def _ordered(nodes: list[NodeWithScore], ranked: Any) -> list[NodeWithScore]:
    return [
        NodeWithScore(node=nodes[result.index].node, score=result.score)
        for result in ranked.results
    ]
