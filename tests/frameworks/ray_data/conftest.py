"""A cluster of two machines on this one, and a sandbox that its workers know from their environment."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray
from ray.cluster_utils import Cluster

from runinfra_ext.sandbox import Sandbox, Settings

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# Three chat tokens in a second and a half: workers can be met at work.
SLOW = Settings(tokens_per_second=20, time_to_first_token=0.2)


@pytest.fixture(scope="session")
def gateway() -> Iterator[Sandbox]:
    """The sandbox; its address and key are in the environment before any machine starts."""
    with Sandbox(process=True, settings=SLOW) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNINFRA_BASE_URL", sandbox.base_url)
        patch.setenv("RUNINFRA_API_KEY", sandbox.api_key)
        yield sandbox


@pytest.fixture(scope="session")
def cluster(gateway: Sandbox) -> Iterator[Cluster]:
    """A head that does no work, where the application is, and machines with one CPU each."""
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    made.add_node(num_cpus=1)
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture(autouse=True)
def fresh(gateway: Sandbox, cluster: Cluster) -> None:
    """Without a past."""
    gateway.reset()


class Ledger:
    """What the sandbox has charged.

    Args:
        gateway: the sandbox.
    """

    def __init__(self, gateway: Sandbox) -> None:
        self._gateway = gateway

    def by_key(self) -> Counter[str]:
        """How often each idempotency key was charged."""
        return Counter(charge.idempotency_key for charge in self._gateway.charges)

    def wait(self, more: int) -> None:
        """Until so many charges are there."""
        limit = time.monotonic() + 120
        while len(self._gateway.charges) < more:
            assert time.monotonic() < limit, "no worker has done anything"
            time.sleep(0.05)


@pytest.fixture
def ledger(gateway: Sandbox) -> Ledger:
    """What was charged."""
    return Ledger(gateway)


@pytest.fixture
def kill_a_worker() -> Callable[[], None]:
    """Kills one process that sends rows."""
    return _kill_a_worker


def _kill_a_worker() -> None:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            title = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if title.startswith(b"ray::MapWorker(MapBatches(Worker))"):
            os.kill(int(folder.name), signal.SIGKILL)
            return
    pytest.fail("no worker was found")
