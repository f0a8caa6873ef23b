# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The namespaces of the client: each loads its models when it is first used.

A process that only chats never pays for the others.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic

from .._call.scope import Scope_co
from .transport import AsyncTransport

if TYPE_CHECKING:
    from .resources.audio import AsyncAudio
    from .resources.chat import AsyncChat
    from .resources.embeddings import AsyncEmbeddings
    from .resources.images import AsyncImages
    from .resources.models import AsyncModels
    from .resources.rerank import AsyncRerank
    from .resources.responses import AsyncResponses
    from .resources.voice import AsyncVoice


class AsyncNamespaces(Generic[Scope_co]):
    """What hangs on the client."""

    _transport: AsyncTransport

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat completions."""
        from .resources.chat import AsyncChat

        return AsyncChat(self._transport)

    @cached_property
    def responses(self) -> AsyncResponses:
        """The stateless Responses adapter."""
        from .resources.responses import AsyncResponses

        return AsyncResponses(self._transport)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Vectors of texts."""
        from .resources.embeddings import AsyncEmbeddings

        return AsyncEmbeddings(self._transport)

    @cached_property
    def rerank(self) -> AsyncRerank:
        """Documents by relevance to a query."""
        from .resources.rerank import AsyncRerank

        return AsyncRerank(self._transport)

    @cached_property
    def images(self) -> AsyncImages:
        """Images from text."""
        from .resources.images import AsyncImages

        return AsyncImages(self._transport)

    @cached_property
    def audio(self) -> AsyncAudio:
        """Speech and transcription."""
        from .resources.audio import AsyncAudio

        return AsyncAudio(self._transport)

    @cached_property
    def models(self) -> AsyncModels:
        """Model discovery; free, and not counted against the rate limit."""
        from .resources.models import AsyncModels

        return AsyncModels(self._transport)

    @cached_property
    def voice(self) -> AsyncVoice:
        """The native voice pipeline; preview."""
        from .resources.voice import AsyncVoice

        return AsyncVoice(self._transport)
