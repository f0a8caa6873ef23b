"""LangChain's standard tests, as they are, of the integration's classes.

What is skipped, and why: the model of the sandbox takes no PDF, sound, picture or tool's picture, and
no parts in the shape of another maker's API; LangChain's own format of serialisation loads no class
but LangChain's (the classes are pickled); a benchmark that compares with a recording needs one.
"""

from __future__ import annotations

import pytest
from langchain_tests.integration_tests import ChatModelIntegrationTests, EmbeddingsIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

from runinfra_ext.integrations.langchain import ChatRunInfra, RunInfraEmbeddings
from tests.frameworks.helpers import CHAT, EMBED

KEY = "rp_live_nobody"


class TestChatUnit(ChatModelUnitTests):
    """Without a gateway."""

    @property
    def chat_model_class(self):
        return ChatRunInfra

    @property
    def chat_model_params(self):
        return {"model": CHAT, "api_key": KEY, "base_url": "https://gateway.example/v1"}

    @property
    def init_from_env_params(self):
        env = {"RUNINFRA_API_KEY": KEY, "RUNINFRA_BASE_URL": "https://gateway.example/v1"}
        wanted = {"runinfra_api_key": KEY, "openai_api_base": "https://gateway.example/v1"}
        return env, {"model": CHAT}, wanted


class TestEmbeddingsUnit(EmbeddingsUnitTests):
    """Without a gateway."""

    @property
    def embeddings_class(self):
        return RunInfraEmbeddings

    @property
    def embedding_model_params(self):
        return {"model": EMBED, "api_key": KEY, "base_url": "https://gateway.example/v1"}

    @property
    def init_from_env_params(self):
        env = {"RUNINFRA_API_KEY": KEY, "RUNINFRA_BASE_URL": "https://gateway.example/v1"}
        wanted = {"runinfra_api_key": KEY, "openai_api_base": "https://gateway.example/v1"}
        return env, {"model": EMBED}, wanted


@pytest.mark.usefixtures("sandbox")
class TestChat(ChatModelIntegrationTests):
    """Against the sandbox."""

    @property
    def chat_model_class(self):
        return ChatRunInfra

    @property
    def chat_model_params(self):
        return {"model": CHAT}

    @property
    def has_tool_choice(self):
        return True

    @property
    def supports_json_mode(self):
        return True

    @property
    def supports_model_override(self):
        return True

    @property
    def model_override_value(self):
        return "acme-chat-8b"


@pytest.mark.usefixtures("sandbox")
class TestEmbeddings(EmbeddingsIntegrationTests):
    """Against the sandbox."""

    @property
    def embeddings_class(self):
        return RunInfraEmbeddings

    @property
    def embedding_model_params(self):
        return {"model": EMBED}
