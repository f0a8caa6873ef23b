"""pydantic-ai over this SDK's engine (extra ``pydantic-ai``): a provider for its OpenAI models.

::

    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from runinfra_ext.integrations.pydantic_ai import RunInfraProvider

    agent = Agent(OpenAIChatModel("acme-chat-8b", provider=RunInfraProvider()))

What goes wrong is an error of pydantic-ai's or of ``openai``'s, with the SDK's own in its chain of
``__cause__``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Unpack

from .._call.options import ClientOptions
from ._extras import missing
from .openai import async_openai_client

try:
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
except ImportError as error:
    raise missing("pydantic-ai", error) from error

if TYPE_CHECKING:
    from .._async.client import AsyncRunInfra

__all__ = ["RunInfraProvider"]


class RunInfraProvider(OpenAICompatibleProvider):
    """For ``OpenAIChatModel``, ``OpenAIResponsesModel`` and ``OpenAIEmbeddingModel``.

    Args:
        client: an ``AsyncRunInfra`` of your own; it stays yours.
        api_key: as for ``AsyncRunInfra``.
        pipeline_id: as for ``AsyncRunInfra``.
        base_url: as for ``AsyncRunInfra``.
        profile: what pydantic-ai is to know of the models; see its ``OpenAICompatibleProvider``.
        options: as for ``AsyncRunInfra``.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong.
    """

    def __init__(
        self,
        client: AsyncRunInfra | None = None,
        *,
        api_key: str | Callable[[], str] | None = None,
        pipeline_id: str | None = None,
        base_url: str | None = None,
        profile: Any = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        made = async_openai_client(
            client, api_key=api_key, pipeline_id=pipeline_id, base_url=base_url, **options
        )
        super().__init__("runinfra", openai_client=made, profile=profile)
