"""The chat completion as a result; it stands alone, so that a chat loads no other models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from runinfra_client import models

from .._stream.tool_calls import with_standard_calls


class ChatCompletion(models.ChatCompletion):
    """A chat completion; ``.choices[0].message.content`` is the text.

    A tool call that an engine sends in a form of its own (without ``type`` or ``id``, with an
    object for ``arguments``, twice, of an unknown kind) is read as that of a stream, and has the
    standard's form from then on.
    """

    __slots__ = ()

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does; tool calls in an engine's own form are read."""
        return super().from_dict(with_standard_calls(src_dict))

    def _repr_html_(self) -> None:
        """None: a notebook would prefer it to Markdown."""

    def _repr_markdown_(self) -> str:
        from .notebook import called, markdown  # noqa: PLC0415 - only notebooks need it

        texts: list[str] = []
        for choice in self.choices or ():
            message = choice.message
            # What it says, or refuses to say, and what it wants to have called.
            text = message.content or message.refusal or ""
            texts.append(f"{text}{called(message.tool_calls)}".strip("\n"))
        return markdown("\n\n---\n\n".join(texts))
