"""The options, checked before Ray is asked for anything; and the dataset that will be worked on."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, TypedDict, TypeVar

from ..._call.options import ClientOptions
from ..._ground import checks
from ...bulk.flow import HIGHEST, Flow
from ...errors import ConfigurationError, InvalidRequestError
from .tracing import carrier
from .work import Columns, Work, column_name

DatasetT = TypeVar("DatasetT")

_ACTORS: Final = (1, 4)
_BATCH: Final = 256
_CPUS: Final = 0.1  # an actor mostly waits for the gateway


class RayOptions(TypedDict, total=False):
    """Options of every function here.

    Attributes:
        key: the column that names a row; two rows of the same key and request are paid once.
            Without it the request names the row, so equal rows are one row: sent and paid once.
        job: name of the job, part of all idempotency keys (default ``"ray"``). Another name pays
            for everything anew.
        output: the column of the results.
        error: the column of the errors (default ``"error"``): a struct, null where all went well.
        meta: the column of what a row took (default ``"runinfra"``); :func:`account` adds it up.
        concurrency: actors: how many, or least and most (default 1 to 4).
        batch_size: rows that an actor works on together (default 256).
        max_concurrency: requests on their way at most, in all actors together (default 64).
        requests_per_minute: pace of all actors together.
        tokens_per_minute: pace of all actors together.
        client: options of the actors' clients, as of ``RunInfra``; no credentials.
        ray_remote_args: more for Ray's actors, such as ``num_cpus`` (default 0.1: they wait).
    """

    key: str | None
    job: str
    output: str
    error: str
    meta: str
    concurrency: int | tuple[int, int]
    batch_size: int
    max_concurrency: int
    requests_per_minute: float | None
    tokens_per_minute: float | None
    client: ClientOptions
    ray_remote_args: Mapping[str, Any]


def mapped(dataset: DatasetT, work: Work, output: str, options: Mapping[str, Any]) -> DatasetT:
    """The dataset with the columns of the work.

    Raises:
        TypeError: an unknown option.
        InvalidRequestError: an option is wrong.
        ConfigurationError: Ray is not installed.
    """
    given = _checked(options)
    columns = Columns(
        column_name("output", given.get("output", output)),
        column_name("error", given.get("error", "error")),
        column_name("meta", given.get("meta", "runinfra")),
    )
    if len(set(columns)) < len(columns):
        raise checks.wrong("output", "another name than error and meta", columns.output)
    ray = _ray()
    if not isinstance(dataset, ray.data.Dataset):
        raise checks.wrong("dataset", "a ray.data.Dataset", dataset)
    from .pacer import Pacer  # noqa: PLC0415 - only used here
    from .worker import Worker  # noqa: PLC0415 - needs pyarrow, which comes with Ray

    job = given.get("job", "ray")
    flow = (
        given.get("max_concurrency", HIGHEST),
        given.get("requests_per_minute"),
        given.get("tokens_per_minute"),
    )
    # Named by the job: all that it does shares one pace. It stays on this machine, which the job
    # does not outlive, and takes no share of the CPUs.
    pacer = (
        ray.remote(Pacer)
        .options(
            name=f"runinfra pacer of {job}",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=0,
            scheduling_strategy=ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
                ray.get_runtime_context().get_node_id(), soft=True
            ),
        )
        .remote(*flow)
    )
    made: Any = dataset
    result: DatasetT = made.map_batches(
        Worker,
        fn_constructor_kwargs={
            "work": work,
            "columns": columns,
            "key": given.get("key"),
            "job": job,
            "client": dict(given.get("client") or {}),
            "flow": flow,
            "pacer": pacer,
            "trace": carrier(),
        },
        batch_size=given.get("batch_size", _BATCH),
        batch_format="pyarrow",
        concurrency=given.get("concurrency", _ACTORS),
        **{"num_cpus": _CPUS, **(given.get("ray_remote_args") or {})},
    )
    return result


def _checked(options: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in options:
        if name not in RayOptions.__annotations__:
            known = ", ".join(sorted(RayOptions.__annotations__))
            msg = f"unexpected option: {name!r} (there are {known})"
            raise TypeError(msg)
    if options.get("key") is not None:
        column_name("key", options["key"])
    if "job" in options:
        checks.printable("job", options["job"])
    if "batch_size" in options:
        checks.count("batch_size", options["batch_size"], minimum=1)
    least, most = _bounds(options.get("concurrency", _ACTORS))
    checks.count("concurrency", most, minimum=checks.count("concurrency", least, minimum=1))
    for name in ("client", "ray_remote_args"):
        value = options.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise checks.wrong(name, "a mapping of options", value)
    client: Mapping[str, Any] = options.get("client") or {}
    for name in client:
        if name not in ClientOptions.__annotations__:
            msg = (
                f"client: unexpected option {name!r}; workers read credentials and addresses from "
                "the environment of their machine"
            )
            raise InvalidRequestError(msg, param="client")
    Flow(
        highest=options.get("max_concurrency", HIGHEST),
        requests_per_minute=options.get("requests_per_minute"),
        tokens_per_minute=options.get("tokens_per_minute"),
    )
    return options


def _bounds(actors: Any) -> tuple[Any, Any]:
    """Least and most actors; of anything but a pair, both are that."""
    try:
        least, most = actors
    except (TypeError, ValueError):
        return actors, actors
    return least, most


def _ray() -> Any:
    problem = ""
    try:
        import_module("ray.data")
        import_module("ray.util.scheduling_strategies")
        return import_module("ray")
    except ImportError as error:
        problem = str(error)
    msg = f"Ray Data is needed: pip install 'runinfra-ext[ray]' ({problem})"
    raise ConfigurationError(msg)
