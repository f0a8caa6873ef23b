"""What a stream offers besides iteration, the same for both drivers: no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from runinfra_client import models

from .._ground.metadata import Meta
from .reader import EventReader

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

if TYPE_CHECKING:
    # Which of them it is follows from what the stream amounts to; a property can't say that.

    class _UsageOf:
        @overload
        def __get__(
            self, stream: StreamView[Any, models.ChatCompletion], owner: object = None
        ) -> models.CompletionUsage | None: ...
        @overload
        def __get__(
            self, stream: StreamView[Any, models.Response], owner: object = None
        ) -> models.ResponseUsage | None: ...
        @overload
        def __get__(self, stream: StreamView[Any, Any], owner: object = None) -> Any: ...
        def __get__(self, stream: Any, owner: object = None) -> Any: ...

    class _ToolCallsOf:
        @overload
        def __get__(
            self, stream: StreamView[Any, models.ChatCompletion], owner: object = None
        ) -> list[models.ChatCompletionMessageToolCall]: ...
        @overload
        def __get__(
            self, stream: StreamView[Any, models.Response], owner: object = None
        ) -> list[models.ResponseFunctionToolCall]: ...
        @overload
        def __get__(self, stream: StreamView[Any, Any], owner: object = None) -> list[Any]: ...
        def __get__(self, stream: Any, owner: object = None) -> Any: ...


class StreamView(Generic[T, R_co]):
    """The facts about a stream and what it has brought so far.

    They are there before the first event, during the stream, and after its end or failure.
    """

    _reader: EventReader[T, R_co]

    @property
    def meta(self) -> Meta:
        """Status, headers, ids, attempts and rate limits of the call."""
        return self._reader.meta

    @property
    def request_id(self) -> str | None:
        """The gateway's id of this answer; give it to support."""
        return self._reader.meta.request_id

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers, case-insensitive."""
        return self._reader.meta.headers

    @property
    def event_count(self) -> int:
        """Events handed out so far."""
        return self._reader.event_count

    @property
    def text(self) -> str:
        """The text so far; of several choices that of the first."""
        return self._reader.assembler.text

    @property
    def text_delta(self) -> str:
        """What the last event handed out has added to :attr:`text`; empty if nothing."""
        return self._reader.news

    if TYPE_CHECKING:
        usage: _UsageOf
        tool_calls: _ToolCallsOf
    else:

        @property
        def usage(self) -> models.CompletionUsage | models.ResponseUsage | None:
            """The usage, once it has come."""
            return self._reader.assembler.usage

        @property
        def tool_calls(
            self,
        ) -> list[models.ChatCompletionMessageToolCall] | list[models.ResponseFunctionToolCall]:
            """The tool calls that are complete; never one whose arguments are still coming."""
            return self._reader.assembler.tool_calls

    def __repr__(self) -> str:
        reader = self._reader
        return (
            f"<{type(self).__name__}: {reader.event_count} events, {reader.state},"
            f" request id {reader.meta.request_id}>"
        )
