"""Ray Data over the gateway: columns of embeddings, answers and objects (extra ``ray``).

For datasets that outgrow one machine::

    import ray
    from runinfra_ext.integrations import ray as runinfra

    documents = ray.data.read_parquet("s3://bucket/documents")
    vectors = runinfra.embed(documents, column="text", model="acme-embed", key="id")
    vectors.write_parquet("s3://bucket/vectors")

A pool of async actors sends the rows, each actor with one client made from the environment of its
machine (``RUNINFRA_API_KEY``): no key is in the plan, the object store or the logs. A row's
idempotency key is derived from the job's name, the row's key and its request, so a task that Ray
runs again, on whatever machine, has the gateway replay what was done instead of paying for it
again; so has the whole job when it is run again, for as long as the gateway keeps its answers. One
actor, the pacer, shares the rate among all workers.

A row that fails has its error in a column and stops nothing. What concerns all rows (a wrong key,
no credit, a paused model) ends the job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Unpack

from .._ground import checks
from ..bulk.account import Account
from ._ray.plan import DatasetT, RayOptions, mapped
from ._ray.work import FromColumn, Work, arguments, asking

__all__ = ["RayOptions", "account", "chat", "embed", "parse"]


def embed(
    dataset: DatasetT,
    *,
    column: str = "text",
    model: str,
    params: Mapping[str, Any] | None = None,
    **options: Unpack[RayOptions],
) -> DatasetT:
    """Add a column of embeddings, one request a row.

    Args:
        dataset: the rows, a ``ray.data.Dataset``.
        column: of the texts.
        model: that embeds them.
        params: more arguments of ``embeddings.create``, such as ``dimensions``.
        **options: see :class:`RayOptions`; ``output`` is ``"embedding"`` unless given: a list of
            32-bit floats.

    Returns:
        A dataset, lazy as Ray's own; it can be used like any other.

    Raises:
        TypeError: an unknown option.
        InvalidRequestError: an argument is wrong; ``error.param`` names it.
        ConfigurationError: Ray is not installed.
    """
    work = Work("embeddings.create", FromColumn(column), arguments(params, model))
    return mapped(dataset, work, "embedding", options)


def chat(
    dataset: DatasetT,
    *,
    column: str = "prompt",
    request: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
    model: str | None = None,
    params: Mapping[str, Any] | None = None,
    **options: Unpack[RayOptions],
) -> DatasetT:
    """Add a column of answers.

    Args:
        dataset: the rows, a ``ray.data.Dataset``.
        column: of the questions, each sent as one message of the user.
        request: makes the arguments of ``chat.completions.create`` from a row, instead of
            ``column``.
        model: that answers.
        params: more arguments for all rows, such as ``temperature``.
        **options: see :class:`RayOptions`; ``output`` is ``"answer"`` unless given: the text.

    Returns:
        A dataset, lazy as Ray's own.

    Raises:
        TypeError: an unknown option.
        InvalidRequestError: an argument is wrong; ``error.param`` names it.
        ConfigurationError: Ray is not installed.
    """
    work = Work("chat.completions.create", asking(column, request), arguments(params, model))
    return mapped(dataset, work, "answer", options)


def parse(
    dataset: DatasetT,
    target: Any,
    /,
    *,
    column: str = "prompt",
    request: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
    model: str | None = None,
    params: Mapping[str, Any] | None = None,
    **options: Unpack[RayOptions],
) -> DatasetT:
    """Add a column of objects, as JSON texts that fit the target.

    Args:
        dataset: the rows, a ``ray.data.Dataset``.
        target: as of ``chat.completions.parse``: a dataclass, an attrs or pydantic class, a schema.
            It travels to the workers, so it is importable there or picklable by value.
        column: as of :func:`chat`.
        request: as of :func:`chat`.
        model: that answers.
        params: more arguments for all rows.
        **options: see :class:`RayOptions`; ``output`` is ``"parsed"`` unless given. A text that
            does not fit is an error of the row: it was answered, and paid.

    Returns:
        A dataset, lazy as Ray's own.

    Raises:
        TypeError: an unknown option.
        InvalidRequestError: an argument is wrong; ``error.param`` names it.
        ConfigurationError: Ray is not installed.
    """
    if target is None:
        raise checks.wrong("target", "a type or a schema", target)
    made = asking(column, request)
    work = Work("chat.completions.parse", made, arguments(params, model), target)
    return mapped(dataset, work, "parsed", options)


def account(dataset: Any, *, error: str = "error", meta: str = "runinfra") -> Account:
    """What the rows of a result took, all workers together.

    It is added up from the rows themselves, so a worker that died is neither missing nor counted
    twice. A dataset that is not materialised is run for it: give it ``dataset.materialize()``, or
    what was written and read again.

    Args:
        dataset: a result of this module.
        error: the column of the errors.
        meta: the column of what the rows took.

    Raises:
        InvalidRequestError: a column is missing.
    """
    from ._ray.columns import added_up  # noqa: PLC0415 - an extra

    return added_up(dataset, error=error, meta=meta)
