"""Texts in packs, and the vectors that come back for them, in the order of the texts."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from .. import errors as e
from .._ground import checks
from ..errors import RunInfraError
from .account import Account
from .extras import arrow, numpy

PACK_TEXTS: Final = 64
PACK_CHARACTERS: Final = 64_000  # about 16,000 tokens: within the budget of every class of model
OnError = Literal["raise", "record"]
_ITEM: Final = 4  # bytes of a number


class Pack(NamedTuple):
    """Texts that travel in one request.

    Attributes:
        first: number of the first text in the input, from 0.
        texts: they follow each other in the input.
    """

    first: int
    texts: list[str]

    @property
    def key(self) -> str:
        """What names it: the same texts of the input are the same row of the job."""
        return f"texts {self.first}-{self.first + len(self.texts) - 1}"

    def halves(self) -> list[Pack]:
        """The same texts in two packs."""
        middle = len(self.texts) // 2
        return [
            Pack(self.first, self.texts[:middle]),
            Pack(self.first + middle, self.texts[middle:]),
        ]


class Packer:
    """Fills packs by count and size.

    Args:
        texts: at most in a pack.
        characters: at most in a pack; a longer text has one of its own.
        strict: refuse a text that is blank, which no model embeds.

    Raises:
        InvalidRequestError: a number is wrong.
    """

    def __init__(self, texts: int, characters: int, *, strict: bool = True) -> None:
        self._strict = strict
        self._most = checks.count("pack_texts", texts, minimum=1)
        self._size = checks.count("pack_characters", characters, minimum=1)
        self._first = 0
        self._texts: list[str] = []
        self._characters = 0

    def add(self, text: object) -> Pack | None:
        """Take a text in; the pack that is full by it.

        Raises:
            InvalidRequestError: it is no text.
        """
        if not isinstance(text, str) or (self._strict and not text.strip()):
            number = self._first + len(self._texts)
            raise checks.wrong(f"texts[{number}]", "a non-blank string", text)
        full = None
        if self._texts and (
            len(self._texts) >= self._most or self._characters + len(text) > self._size
        ):
            full = self.rest()
        self._texts.append(text)
        self._characters += len(text)
        return full

    def rest(self) -> Pack | None:
        """What is left at the end."""
        if not self._texts:
            return None
        pack = Pack(self._first, self._texts)
        self._first += len(self._texts)
        self._texts, self._characters = [], 0
        return pack


def is_too_much(error: RunInfraError | None) -> bool:
    """Whether a request may be refused for one text of many, or for being too large."""
    return isinstance(
        error,
        e.InvalidRequestError
        | e.BadRequestError
        | e.PayloadTooLargeError
        | e.UnprocessableEntityError,
    ) and not isinstance(error, e.UnsupportedOperationError | e.IdempotencyReplayUnavailableError)


class Vectors(Sequence[Sequence[float]]):
    """The vectors of texts, in their order, as float32 in one piece of memory.

    Attributes:
        dimensions: length of each; 0 if there is none.
        errors: by the number of the text, why there is no vector; such a vector is zeros in
            ``vectors[i]``, NaN in :meth:`to_numpy` and null in :meth:`to_arrow`.
        account: of the job, in texts.
    """

    def __init__(self) -> None:
        self.dimensions = 0
        self.errors: dict[int, RunInfraError] = {}
        self.account = Account()
        self._numbers: array[float] = array("f")
        self._count = 0

    def put(self, pack: Pack, data: Sequence[Any]) -> None:
        """Take in what was answered for a pack.

        Raises:
            ResponseShapeError: it is not one vector of the same length for each text.
        """
        count = len(pack.texts)
        lengths = {len(one.embedding) for one in data} | ({self.dimensions} - {0})
        places = sorted(_place(one, place) for place, one in enumerate(data))
        if places != list(range(count)) or len(lengths) != 1:
            msg = f"The answer has not one vector of the same length for each of {count} texts."
            raise e.ResponseShapeError(msg)
        self.dimensions = width = lengths.pop()
        self._grow(pack.first + count)
        view = memoryview(self._numbers)
        for place, one in enumerate(data):
            begin = (pack.first + _place(one, place)) * width
            view[begin : begin + width] = array("f", one.embedding)

    def fail(self, pack: Pack, error: RunInfraError) -> None:
        """There are no vectors for a pack."""
        self._grow(pack.first + len(pack.texts))
        for number in range(pack.first, pack.first + len(pack.texts)):
            self.errors[number] = error

    def _grow(self, count: int) -> None:
        self._count = max(self._count, count)
        missing = self._count * self.dimensions - len(self._numbers)
        if missing > 0:
            self._numbers.frombytes(bytes(missing * _ITEM))

    def done(self) -> Vectors:
        """All is there that will be."""
        self._grow(self._count)
        return self

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        number = index + self._count if index < 0 else index
        if not 0 <= number < self._count:
            msg = f"there are {self._count} vectors"
            raise IndexError(msg)
        begin = number * self.dimensions
        return self._numbers[begin : begin + self.dimensions]

    def __iter__(self) -> Iterator[Sequence[float]]:
        return (self[number] for number in range(self._count))

    def to_numpy(self) -> Any:
        """A NumPy array of float32, one row for each text; it has its own memory.

        Raises:
            ConfigurationError: NumPy is not installed.
        """
        np = numpy()
        shape = self._count, self.dimensions
        made = np.frombuffer(self._numbers, dtype=np.float32).reshape(shape).copy()
        made[list(self.errors)] = np.nan
        return made

    def to_arrow(self) -> Any:
        """An Arrow column of fixed-size lists of float32; it has its own memory.

        Raises:
            ConfigurationError: pyarrow is not installed (extra ``parquet``).
        """
        pa = arrow()
        width = max(self.dimensions, 1)
        numbers = self._numbers if self.dimensions else array("f", bytes(self._count * _ITEM))
        values = pa.Array.from_buffers(
            pa.float32(), len(numbers), [None, pa.py_buffer(numbers.tobytes())]
        )
        mask = pa.array([number in self.errors for number in range(self._count)], pa.bool_())
        return pa.FixedSizeListArray.from_arrays(values, width, mask=mask)


def _place(one: Any, place: int) -> int:
    index = getattr(one, "index", None)
    return index if isinstance(index, int) else place
