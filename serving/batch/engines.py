"""Who does the tasks: processes of this machine, or Ray's workers on many."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any

from ...features.errors import ConfigurationError
from .targets import Target
from .task import Plan, Result, process

Engine = Callable[[Plan, Iterable[Target], int, str], Iterator[Result]]
"""From a plan, targets, how many at a time (0: as many as there are cores) and an address."""

_WAITING = 4
"""Tasks handed over in advance, for each that can be done at a time."""


def local(plan: Plan, targets: Iterable[Target], workers: int, address: str) -> Iterator[Result]:
    """Use this machine; each task has a process of its own (`bounded`)."""
    ahead = iter(targets)
    with ThreadPoolExecutor(workers) as pool:
        under_way = {pool.submit(process, plan, t) for t in islice(ahead, workers * _WAITING)}
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            under_way |= {pool.submit(process, plan, t) for t in islice(ahead, len(done))}
            yield from (task.result() for task in done)


def on_ray(plan: Plan, targets: Iterable[Target], workers: int, address: str) -> Iterator[Result]:
    """Use a Ray cluster, which starts tasks of lost workers and machines again by itself.

    Raises
    ------
    ConfigurationError
        If Ray is not installed, or the cluster does not answer.
    """
    ray = _connected(address)
    task = ray.remote(num_cpus=1, max_retries=-1, retry_exceptions=False)(process)
    shared = ray.put(plan)
    slots = workers or int(ray.cluster_resources().get("CPU", 1))
    ahead = iter(targets)
    under_way = [task.remote(shared, t) for t in islice(ahead, slots * _WAITING)]
    try:
        while under_way:
            done, under_way = ray.wait(under_way)
            under_way += [task.remote(shared, t) for t in islice(ahead, len(done))]
            yield from ray.get(done)
    finally:
        ray.shutdown()


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError as error:
        raise ConfigurationError(
            "Ray is not installed", hint="install the extra: pip install 'trustdrift[cluster]'"
        ) from error
    try:
        ray.init(
            address=address or None, log_to_driver=False, include_dashboard=False,
            configure_logging=False,
        )  # fmt: skip
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ConfigurationError(
            f"the Ray cluster {address or 'here'} does not answer: {error}",
            hint="start one with `ray start --head`, and name its address",
        ) from error
    return ray


ENGINES: dict[str, Engine] = {"local": local, "ray": on_ray}
