"""Haystack over this SDK's engine (extra ``haystack``): chat generators and embedders.

The components are Haystack's own of the same names with ``OpenAI``, with what sends their requests
replaced; they stand in pipelines that are written down and read again::

    from runinfra_ext.integrations.haystack import RunInfraChatGenerator

    generator = RunInfraChatGenerator("acme-chat-8b")  # RUNINFRA_API_KEY from the environment

What goes wrong is an error of ``openai``'s tree, with the SDK's own as its ``__cause__``.
"""

from __future__ import annotations

import copy
from typing import Any, Self

from ._extras import missing, refuse_http
from .openai import async_openai_client, openai_client

try:
    from haystack import component
    from haystack.components.embedders import OpenAIDocumentEmbedder, OpenAITextEmbedder
    from haystack.components.generators.chat import (
        OpenAIChatGenerator,
        OpenAIResponsesChatGenerator,
    )
    from haystack.utils import Secret
except ImportError as error:
    raise missing("haystack", error) from error

__all__ = [
    "RunInfraChatGenerator",
    "RunInfraDocumentEmbedder",
    "RunInfraResponsesChatGenerator",
    "RunInfraTextEmbedder",
]

_KEY = Secret.from_env_var("RUNINFRA_API_KEY")
# What is made when a component is warmed up: connections, and the key.
_COLD = {"client": None, "async_client": None}


class _Engine:
    """What all of them take besides the arguments of their Haystack class.

    Args:
        model: that answers.
        api_key: a ``Secret``; ``RUNINFRA_API_KEY`` if left out.
        pipeline_id: as for ``RunInfra``.
        client_options: options as for ``RunInfra``: ``deadline``, ``replay_policy``, …
        arguments: of Haystack's class: ``generation_kwargs``, ``tools``, ``api_base_url``, …

    Raises:
        AuthenticationError: no API key was given or set; when it is warmed up.
        ConfigurationError: an option is wrong; but for those of an HTTP client, when it is warmed
            up.
    """

    client: Any
    async_client: Any

    def __init__(
        self,
        model: str,
        *,
        api_key: Secret = _KEY,
        pipeline_id: str | None = None,
        client_options: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        refuse_http(arguments, "http_client_kwargs", "organization")
        self.pipeline_id = pipeline_id
        self.client_options = client_options
        super().__init__(model=model, api_key=api_key, **arguments)  # type: ignore[call-arg]  # its decorator hides what is there

    def _place(self) -> dict[str, Any]:
        mine: Any = self
        place = {
            "api_key": mine.api_key.resolve_value(),
            "base_url": mine.api_base_url,
            "pipeline_id": self.pipeline_id,
            **(self.client_options or {}),
        }
        for name in ("timeout", "max_retries"):
            if getattr(mine, name) is not None:
                place.setdefault(name, getattr(mine, name))
        return place

    def warm_up(self) -> None:
        """Make the blocking client."""
        if self.client is None:
            self.client = openai_client(**self._place())

    async def warm_up_async(self) -> None:
        """Make the async client."""
        if self.async_client is None:
            self.async_client = async_openai_client(**self._place())

    def __copy__(self) -> Self:
        """A copy that sends by the same clients."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy that makes clients of its own when it is warmed up."""
        copied = memo[id(self)] = object.__new__(type(self))
        copied.__dict__.update(copy.deepcopy({**self.__dict__, **_COLD}, memo))
        return copied

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: neither clients nor a key.

        Raises:
            ValueError: the key is not read from the environment, but was given as it is.
        """
        mine: Any = self
        mine.api_key.to_dict()
        return {**self.__dict__, **_COLD}

    def to_dict(self) -> dict[str, Any]:
        """What the component is made of, without the key."""
        data: dict[str, Any] = super().to_dict()  # type: ignore[misc]  # its decorator hides what is there
        own = {"pipeline_id": self.pipeline_id, "client_options": self.client_options}
        data["init_parameters"].update(own)
        return data


@component
class RunInfraChatGenerator(_Engine, OpenAIChatGenerator):
    """Haystack's ``OpenAIChatGenerator``, sent by this SDK."""


@component
class RunInfraResponsesChatGenerator(_Engine, OpenAIResponsesChatGenerator):
    """Haystack's ``OpenAIResponsesChatGenerator``, sent by this SDK."""


@component
class RunInfraTextEmbedder(_Engine, OpenAITextEmbedder):
    """Haystack's ``OpenAITextEmbedder``, sent by this SDK."""


@component
class RunInfraDocumentEmbedder(_Engine, OpenAIDocumentEmbedder):
    """Haystack's ``OpenAIDocumentEmbedder``, sent by this SDK."""
