"""Long lists, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, Self, TypeVar

from runinfra_client import facts

T = TypeVar("T")


class AsyncPages(Generic[T]):
    """The items of a long list; the next page is asked for when the last one is used up.

    Args:
        ask: the method that gives a page.
        arguments: its keyword arguments.
        pages: where a page has its items, and where the next one begins.
    """

    def __init__(
        self,
        ask: Callable[..., Awaitable[Any]],
        arguments: Mapping[str, Any],
        pages: facts.Pages | None,
    ) -> None:
        if pages is None:
            msg = "this operation has no pages"
            raise TypeError(msg)
        self._ask = ask
        self._arguments = dict(arguments)
        self._pages = pages
        self._items: list[T] = []
        self._begun = False
        self._next: Any = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._begun and self._next is None:
                raise StopAsyncIteration
            if self._begun:
                self._arguments[self._pages.parameter] = self._next
            page = await self._ask(**self._arguments)
            self._begun = True
            self._items = list(getattr(page, self._pages.items) or ())
            following = getattr(page, self._pages.next, None)
            # A gateway that names the same place again would keep us here for ever.
            self._next = None if following == self._next else following
            self._items.reverse()
        return self._items.pop()
