"""LangChain over this SDK's engine (extra ``langchain``): chat models, embeddings, a reranker.

The classes are LangChain's own of ``langchain-openai``, with what sends their requests replaced::

    from runinfra_ext.integrations.langchain import ChatRunInfra

    model = ChatRunInfra(model="acme-chat-8b")  # RUNINFRA_API_KEY from the environment
    model.invoke("Name one prime.")

A lost answer is asked for again with the same key, which charges nothing; a stream that is cut, an
error inside of it and a web page under status 200 are errors of ``openai``'s tree, with the SDK's
as their ``__cause__``. A pickle holds no API key: it is read from the environment again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

from .._async.client import AsyncRunInfra
from .._sync.client import RunInfra
from ._extras import asynchronous, blocking, missing, refuse_http
from .openai import async_openai_client, openai_client

try:
    from langchain_core.callbacks import Callbacks
    from langchain_core.documents import BaseDocumentCompressor, Document
    from langchain_core.utils import from_env, secret_from_env
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings
    from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
except ImportError as error:
    raise missing("langchain", error) from error

__all__ = ["ChatRunInfra", "RunInfraEmbeddings", "RunInfraRerank"]

_KEY = "RUNINFRA_API_KEY"
# What is made anew from the rest, and the key, which no pickle holds.
_NOT_KEPT = {
    *("client", "async_client", "root_client", "root_async_client"),
    *("http_client", "http_async_client", "runinfra_api_key", "openai_api_key"),
}
# They set up openai's own HTTP client, or speak to OpenAI.
_OF_HTTP = (
    *("http_client", "http_async_client", "http_socket_options"),
    *("openai_proxy", "openai_organization"),
)
# What a deep copy has in common with the first: these hold connections, and the key.
_SHARED = _NOT_KEPT | {"runinfra", "async_runinfra", "_blocking", "_async"}


def _revived(kind: type[BaseModel], fields: dict[str, Any]) -> BaseModel:
    return kind(**fields)


class _Engine(BaseModel):
    """What all of them take besides their framework's own arguments.

    Attributes:
        runinfra: a blocking client of your own; it stays yours.
        async_runinfra: an async client of your own.
        pipeline_id: as for ``RunInfra``.
        client_options: options as for ``RunInfra``: ``deadline``, ``replay_policy``, …
    """

    # Else a mistake in another argument would show the key.
    model_config = ConfigDict(hide_input_in_errors=True)

    runinfra: Any = Field(default=None, exclude=True)
    async_runinfra: Any = Field(default=None, exclude=True)
    pipeline_id: str | None = None
    client_options: dict[str, Any] = Field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: getattr(self, name) for name in self.model_fields_set - _NOT_KEPT}
        return _revived, (type(self), fields)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """A copy with arguments of its own, which sends by the same clients."""
        kept = {} if memo is None else memo
        for name, value in {**self.__dict__, **(self.__pydantic_private__ or {})}.items():
            if name in _SHARED:
                kept[id(value)] = value
        return super().__deepcopy__(kept)


class _OpenAIEngine(_Engine):
    """Of LangChain's classes that speak by openai's clients."""

    runinfra_api_key: SecretStr | Callable[[], str] | None = Field(
        alias="api_key", default_factory=secret_from_env(_KEY, default=None)
    )
    openai_api_key: SecretStr | None = Field(default=None, exclude=True)  # it has none
    openai_api_base: str | None = Field(
        alias="base_url", default_factory=from_env("RUNINFRA_BASE_URL", default=None)
    )

    def _clients(self) -> tuple[Any, Any]:
        """Both clients of openai's, over the engine and with the model's own options."""
        mine: Any = self
        # What the environment says to openai's own client is not for this one.
        given = {name: getattr(self, name) for name in self.model_fields_set}
        refuse_http(given, *_OF_HTTP)
        key: Any = self.runinfra_api_key
        place = {
            "api_key": key.get_secret_value() if isinstance(key, SecretStr) else key,
            "base_url": self.openai_api_base,
            "pipeline_id": self.pipeline_id,
            **self.client_options,
        }
        for name, value in (("max_retries", mine.max_retries), ("timeout", mine.request_timeout)):
            if value is not None:
                place.setdefault(name, value)
        own: RunInfra | None = self.runinfra
        async_own: AsyncRunInfra | None = self.async_runinfra
        clients = (
            openai_client(blocking(own, place)),
            async_openai_client(asynchronous(async_own, place)),
        )
        self.openai_api_base = str(clients[0].base_url).rstrip("/")
        headers, query = mine.default_headers, mine.default_query
        if headers or query:
            return tuple(  # type: ignore[return-value]  # two in, two out
                one.with_options(default_headers=headers, default_query=query) for one in clients
            )
        return clients


class ChatRunInfra(_OpenAIEngine, ChatOpenAI):  # type: ignore[misc]  # the engine names fields of its base
    """LangChain's ``ChatOpenAI``, sent by this SDK.

    Takes what that takes, with ``api_key``, ``base_url``, ``pipeline_id``, ``max_retries`` and
    ``timeout`` as of ``RunInfra``, and ``client_options``, ``runinfra`` and ``async_runinfra``.

    Raises:
        AuthenticationError: no API key was given or set.
        ValidationError: pydantic's own, with the text of a ``ConfigurationError``.
    """

    model_name: str = Field(alias="model")
    max_retries: int | None = None
    stream_usage: bool | None = True

    @property
    def _llm_type(self) -> str:
        return "runinfra-chat"

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Not by LangChain's own format, which loads no class but LangChain's; it is pickled."""
        return False

    @model_validator(mode="after")
    def validate_environment(self) -> Self:
        """Put the engine under the model."""
        if self.client is None:
            self.root_client, self.root_async_client = self._clients()
            self.client = self.root_client.chat.completions
            self.async_client = self.root_async_client.chat.completions
        super().validate_environment()  # type: ignore[operator]  # a validator, which pydantic lets call
        self.openai_api_key = None  # OPENAI_API_KEY is for another gateway
        return self

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "runinfra"
        return params


class RunInfraEmbeddings(_OpenAIEngine, OpenAIEmbeddings):  # type: ignore[misc]  # the engine names fields of its base
    """LangChain's ``OpenAIEmbeddings``, sent by this SDK.

    Texts are sent as they are, not as the numbers of OpenAI's tokenizer.

    Raises:
        AuthenticationError: no API key was given or set.
        ValidationError: pydantic's own, with the text of a ``ConfigurationError``.
    """

    model: str
    max_retries: int | None = None  # type: ignore[assignment]  # None: as the SDK does by itself
    check_embedding_ctx_length: bool = False

    @model_validator(mode="after")
    def validate_environment(self) -> Self:
        """Put the engine under the embeddings."""
        if self.client is None:
            clients = self._clients()
            self.client, self.async_client = (one.embeddings for one in clients)
        super().validate_environment()  # type: ignore[operator]  # a validator, which pydantic lets call
        return self


class RunInfraRerank(_Engine, BaseDocumentCompressor):
    """Puts documents in the order of what they have to do with a query.

    Each document that is kept has its score in ``metadata["relevance_score"]``. What goes wrong is
    an error of this SDK.

    Attributes:
        model: that ranks.
        top_n: how many documents are kept; all if left out.
        api_key: as for ``RunInfra``.
        base_url: as for ``RunInfra``.

    Raises:
        AuthenticationError: no API key was given or set.
        ValidationError: pydantic's own, with the text of a ``ConfigurationError``.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    model: str
    top_n: int | None = None
    api_key: SecretStr | None = Field(default=None, exclude=True)
    base_url: str | None = None

    @model_validator(mode="after")
    def _make_clients(self) -> Self:
        key = self.api_key
        place = {
            "api_key": None if key is None else key.get_secret_value(),
            "base_url": self.base_url,
            "pipeline_id": self.pipeline_id,
            **self.client_options,
        }
        self._blocking = blocking(self.runinfra, place)
        self._async = asynchronous(self.async_runinfra, place)
        return self

    _blocking: Any = None
    _async: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        kept = self.model_fields_set - {"api_key"}
        return _revived, (type(self), {name: getattr(self, name) for name in kept})

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The best documents, best first.

        Raises:
            RunInfraError: they could not be ranked.
        """
        del callbacks  # one request; there is no run to tell of
        if not documents:
            return []
        return _ordered(documents, self._blocking.rerank.create(**self._asked(documents, query)))

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The same, by the async client."""
        del callbacks
        if not documents:
            return []
        return _ordered(documents, await self._async.rerank.create(**self._asked(documents, query)))

    def _asked(self, documents: Sequence[Document], query: str) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "model": self.model,
            "query": query,
            "documents": [document.page_content for document in documents],
        }
        return asked if self.top_n is None else {**asked, "top_n": self.top_n}


def _ordered(documents: Sequence[Document], ranked: Any) -> list[Document]:
    found: list[Document] = []
    for result in ranked.results:
        document = documents[result.index]
        metadata = {**document.metadata, "relevance_score": result.score}
        found.append(document.model_copy(update={"metadata": metadata}))
    return found
