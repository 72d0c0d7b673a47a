"""The engine on real clusters: schedulers and workers in processes of their own."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import PROJECT
from tests.dask_cluster import PLAIN_WORKER, WORKER, cluster
from tests.themer.base import tasks
from themer.base import cluster as module
from themer.base.arithmetic import SETTINGS
from themer.base.engines import engine
from themer.base.errors import UserError
from themer.base.worker import identity


@pytest.fixture(scope="module")
def two():
    """A cluster of two workers."""
    with cluster(workers=2) as processes:
        yield processes


@pytest.fixture(scope="module")
def scheduler():
    """A cluster without workers."""
    with cluster() as processes:
        yield processes


@pytest.fixture
def bare(scheduler):
    """A cluster without workers, to which a test adds its own."""
    yield scheduler
    scheduler.end_workers()


def test_results_keep_the_order_of_the_items_and_both_workers_take_part(two):
    assert list(two.engine().ordered_map(tasks.double, range(100))) == [2 * item for item in range(100)]
    assert len(set(two.engine().ordered_map(tasks.process, range(100)))) == 2
    assert list(two.engine().ordered_map(tasks.double, [])) == []


def test_equal_items_are_tasks_of_their_own(two):
    assert list(two.engine().ordered_map(tasks.double, [1, 1, 1])) == [2, 2, 2]


def test_only_a_few_items_are_taken_ahead(two):
    taken = []
    results = two.engine().ordered_map(tasks.double, (taken.append(item) or item for item in range(1000)))
    next(results)
    assert len(taken) == 2 * module.TASKS_AHEAD


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (tasks.inverse, ZeroDivisionError, "division"),
        (tasks.refuse, UserError, "photo 0: can't be read"),
        (tasks.time_out, TimeoutError, "0"),
    ],
)
def test_an_error_of_the_function_is_raised_as_it_is(two, function, kind, message):
    with pytest.raises(kind, match=message):
        list(two.engine().ordered_map(function, range(50)))


def test_nothing_waits_to_run_any_more_when_the_caller_stops(two):
    workers = two.engine()
    results = workers.ordered_map(tasks.double, itertools.count())
    assert next(results) == 0
    results.close()
    # A round trip: the client lets go of its tasks in another thread.
    workers.client.scheduler_info()
    assert workers.client.futures == {}


def test_a_constant_arrives_as_bytes_and_is_loaded_once_a_worker(two):
    workers = two.engine()
    constant = workers.shared(bytes(1_000_000))
    found = list(workers.ordered_map(partial(tasks.with_constant, constant), range(40)))
    assert [one[0] for one in found] == [1_000_000 + item for item in range(40)]
    assert {one[3] for one in found} == {"bytes"}
    assert len({one[2] for one in found}) == len({(one[1], one[2]) for one in found}) == 2


def test_a_worker_that_dies_and_those_that_join_later_change_no_result(bare, tmp_path):
    first = bare.worker()
    workers = bare.engine()
    constant = workers.shared(b"model")
    assert next(workers.ordered_map(partial(tasks.with_constant, constant), [1]))[0] == 6
    results = workers.ordered_map(partial(tasks.die_once, str(tmp_path)), range(40))
    assert next(results) == 0
    second = bare.worker()
    assert list(results) == list(range(1, 40))
    assert [first.poll(), second.poll()].count(-signal.SIGKILL) == 1
    # The scheduler makes the constant again for the worker that is left.
    assert next(workers.ordered_map(partial(tasks.with_constant, constant), [1]))[0] == 6


@pytest.fixture
def impatient(monkeypatch):
    """Look after a late result at once."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.1)


def test_a_scheduler_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    monkeypatch.setenv("LEGO_THEMER_DASK", "tcp://127.0.0.1:9")
    with pytest.raises(UserError, match="tcp://127.0.0.1:9: no scheduler responds .* unset LEGO_THEMER_DASK"):
        engine()


def test_a_scheduler_without_workers_is_waited_for_and_named(bare, impatient, capsys):
    with pytest.raises(
        UserError, match=f"waited 0 s: {bare.address} has no workers. .*-m themer.base.worker {bare.address}"
    ):
        list(bare.engine(wait_seconds=0.3).ordered_map(tasks.double, [1]))
    waiting = [line for line in capsys.readouterr().err.splitlines() if line.startswith("waiting: ")]
    assert len(waiting) == 1 and "has no workers" in waiting[0]


def test_work_begins_when_a_worker_joins(bare, impatient):
    joining = threading.Thread(target=bare.worker)
    joining.start()
    assert list(bare.engine().ordered_map(tasks.double, [1, 2])) == [2, 4]
    joining.join()


def edited(folder: Path) -> dict[str, Any]:
    """Return how to start a worker of an edited copy of the code."""
    shutil.copytree(PROJECT / "themer", folder / "themer")
    (folder / "themer" / "pictures" / "images.py").open("a").write("# Edited.\n")
    return {"cwd": folder}


def other_pillow(folder: Path) -> dict[str, Any]:
    """Return how to start a worker of another version of Pillow, as its metadata tell."""
    (folder / "pillow-1.0.dist-info").mkdir()
    (folder / "pillow-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 1.0\n")
    return {"PYTHONPATH": str(folder)}


def without_code(folder: Path) -> dict[str, Any]:
    """Return how to start a worker of no code at all."""
    return {"program": PLAIN_WORKER, "cwd": folder}


def without_settings(folder: Path) -> dict[str, Any]:
    """Return how to start a worker whose libraries may use other instructions."""
    return {"program": PLAIN_WORKER, "NPY_DISABLE_CPU_FEATURES": "AVX512_SPR", "ONEDNN_MAX_CPU_ISA": "ALL"}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (edited, f"the code in themer is [0-9a-f]{{12}}, not {identity()['the code in themer']}"),
        (other_pillow, "pillow is 1.0, not "),
        (without_code, "No module named 'themer'"),
        (without_settings, "NPY_DISABLE_CPU_FEATURES is AVX512_SPR, not X86_V4.*, ONEDNN_MAX_CPU_ISA is ALL, not AVX2"),
    ],
)
def test_a_worker_that_may_give_other_bytes_is_refused_though_it_joins_later(bare, tmp_path, other, message):
    bare.worker()
    results = bare.engine().ordered_map(tasks.double, itertools.count())
    assert next(results) == 0
    how = other(tmp_path)
    bare.worker(*how.pop("program", ()), **how)
    with pytest.raises(UserError, match=f"{message}.* with: python -m themer.base.worker"):
        list(results)


def test_a_plain_worker_with_the_settings_in_its_environment_is_as_good(bare):
    bare.worker(*PLAIN_WORKER, **SETTINGS)
    assert list(bare.engine().ordered_map(tasks.double, [1, 2])) == [2, 4]


def test_workers_that_have_paused_are_named_with_their_limit(bare, impatient):
    bare.worker(*WORKER, until="Pausing worker", memory="30MB")
    with pytest.raises(UserError, match=r"only paused workers, because .* \(limit: 0.03 GB\). Give each"):
        list(bare.engine(wait_seconds=0).ordered_map(tasks.double, [1]))


def test_a_scheduler_that_ends_is_named():
    with cluster(workers=1) as first:
        results = first.engine().ordered_map(tasks.double, itertools.count())
        assert next(results) == 0
        first.scheduler.kill()
        first.scheduler.wait()
        with pytest.raises(UserError, match=f"{first.address}: the scheduler stopped or was restarted.* run again"):
            list(results)


def test_a_task_that_no_worker_survives_ends_the_run_with_what_to_do(bare, tmp_path):
    bare.worker(*PLAIN_WORKER, **SETTINGS, nanny="--nanny")
    with pytest.raises(UserError, match=r"2 workers died during the same task; .* Give each at least 2 GB"):
        list(bare.engine().ordered_map(tasks.die, [1]))


@pytest.fixture
def on_this_machine(tmp_path):
    """A process in a group of its own that runs a task that never ends, on a cluster of this machine."""
    code = "import tests; from tests.themer.base import tasks; tasks.run_for_ever()"
    env = os.environ | {"LEGO_THEMER_DASK": "dask", "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=-1, stderr=-1, text=True, start_new_session=True
    )
    assert process.stdout.readline() == "running\n"
    yield process
    process.kill()
    process.communicate()


def test_a_cluster_of_this_machine_listens_on_loopback_only_and_ends_with_ctrl_c(on_this_machine):
    everyone = [psutil.Process(on_this_machine.pid), *psutil.Process(on_this_machine.pid).children(recursive=True)]
    sockets = [
        one.laddr.ip for process in everyone for one in process.net_connections("inet") if one.status == "LISTEN"
    ]
    assert set(sockets) == {"127.0.0.1"}
    os.killpg(on_this_machine.pid, signal.SIGINT)
    said = on_this_machine.communicate()[1]
    assert on_this_machine.returncode == 130
    assert "stopped. Finished work is kept; run again to go on." in said
    assert psutil.wait_procs(everyone[1:], timeout=20)[1] == []


def test_a_cluster_of_this_machine_ends_when_its_client_is_killed(on_this_machine):
    workers = psutil.Process(on_this_machine.pid).children(recursive=True)
    on_this_machine.kill()
    assert len(workers) >= 1 and psutil.wait_procs(workers, timeout=20)[1] == []
