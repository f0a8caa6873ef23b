# Generated from runinfra_ext/_async/namespaces.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The namespaces of the client: each loads its models when it is first used.

A process that only chats never pays for the others.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic

from .._call.scope import Scope_co
from .transport import Transport

if TYPE_CHECKING:
    from .resources.audio import Audio
    from .resources.chat import Chat
    from .resources.embeddings import Embeddings
    from .resources.images import Images
    from .resources.models import Models
    from .resources.rerank import Rerank
    from .resources.responses import Responses
    from .resources.voice import Voice


class Namespaces(Generic[Scope_co]):
    """What hangs on the client."""

    _transport: Transport

    @cached_property
    def chat(self) -> Chat:
        """Chat completions."""
        from .resources.chat import Chat

        return Chat(self._transport)

    @cached_property
    def responses(self) -> Responses:
        """The stateless Responses adapter."""
        from .resources.responses import Responses

        return Responses(self._transport)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Vectors of texts."""
        from .resources.embeddings import Embeddings

        return Embeddings(self._transport)

    @cached_property
    def rerank(self) -> Rerank:
        """Documents by relevance to a query."""
        from .resources.rerank import Rerank

        return Rerank(self._transport)

    @cached_property
    def images(self) -> Images:
        """Images from text."""
        from .resources.images import Images

        return Images(self._transport)

    @cached_property
    def audio(self) -> Audio:
        """Speech and transcription."""
        from .resources.audio import Audio

        return Audio(self._transport)

    @cached_property
    def models(self) -> Models:
        """Model discovery; free, and not counted against the rate limit."""
        from .resources.models import Models

        return Models(self._transport)

    @cached_property
    def voice(self) -> Voice:
        """The native voice pipeline; preview."""
        from .resources.voice import Voice

        return Voice(self._transport)
