"""Where the work of a command runs: in processes of this machine, or on the workers of a Dask cluster."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from nerwin.parallel.workers import Workers


Engine = Literal["local", "dask"]
EngineOption = Annotated[
    Engine,
    typer.Option("--engine", help="local: in processes of this machine; dask: on the workers of a Dask cluster."),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="dask: the cluster's, e.g. tcp://host:8786; default: one that is started on this machine.",
    ),
]


def workers(engine: Engine, scheduler: str | None, jobs: int) -> "Workers":
    """The workers that an engine stands for, which start when they are entered.

    Raises:
        ConfigError: a scheduler that nobody would ask.
    """
    from nerwin.errors import ConfigError
    from nerwin.parallel.cluster import cluster
    from nerwin.parallel.workers import processes

    if engine == "dask":
        return cluster(scheduler, jobs)
    if scheduler is not None:
        raise ConfigError(
            f"--scheduler {scheduler}: expected --engine dask with it, found --engine {engine}. Add --engine dask."
        )
    return processes(jobs)
