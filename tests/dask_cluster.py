"""A Dask scheduler and workers on loopback, in processes of their own."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from tests.conftest import PROJECT
from themer.base.cluster import Cluster, connect
from themer.base.engines import VARIABLE

LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
SCHEDULER = ("-m", "distributed.cli.dask_scheduler")
WORKER = ("-m", "themer.base.worker")
PLAIN_WORKER = ("-m", "distributed.cli.dask_worker")


class Processes:
    """The processes of a cluster, which end with it."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen] = []
        # A task may end one worker, not four as by default.
        once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        self.scheduler, line = self.start("Scheduler at:", *SCHEDULER, "--port", "0", **once)
        self.address = line.split()[-1]

    def worker(
        self,
        *program: str,
        until: str = "Registered to:",
        memory: str = "0",
        nanny: str = "--no-nanny",
        cwd: Path = PROJECT,
        **env: str,
    ) -> subprocess.Popen:
        """Start a worker of one thread and return its process once it has said something."""
        options = (nanny, "--nthreads", "1", "--memory-limit", memory)
        return self.start(until, *(program or WORKER), self.address, *options, cwd=cwd, **env)[0]

    def start(self, until: str, *command: str, cwd: Path = PROJECT, **env: str) -> tuple[subprocess.Popen, str]:
        """Return a process, and the line in which it has said something."""
        process = subprocess.Popen(
            [sys.executable, *command, *LOOPBACK], cwd=cwd, env=os.environ | env, stderr=subprocess.PIPE, text=True
        )
        self.started.append(process)
        lines = []
        for line in process.stderr:
            lines.append(line)
            if until in line:
                # What it says later must not fill the pipe.
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return process, line
        raise AssertionError("".join(lines))

    def engine(self, wait_seconds: float = 60) -> Cluster:
        """Return the engine on this cluster."""
        return Cluster(connect(self.address, VARIABLE), wait_seconds)

    def end_workers(self) -> None:
        """End all workers; the process that a nanny watches ends with it."""
        while len(self.started) > 1:
            worker = self.started.pop()
            worker.kill()
            worker.wait()

    def stop(self) -> None:
        """End all processes, and the clients in this process."""
        # A client without its scheduler tries to connect for ever. Its pauses take Python's random numbers, from which
        # Keras draws the weights of a network that another test builds.
        for client in [one for one in Client._instances if one.scheduler and one.scheduler.address == self.address]:
            client.close(timeout=1)
        self.end_workers()
        self.scheduler.kill()
        self.scheduler.wait()


@contextmanager
def cluster(workers: int = 0) -> Iterator[Processes]:
    """Give a cluster with some workers, and end its processes."""
    processes = Processes()
    try:
        for _ in range(workers):
            processes.worker()
        yield processes
    finally:
        processes.stop()
