import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import PROJECT
from themer.base.engines import Threads, engine, scheduler_address
from themer.base.errors import UserError


@settings(deadline=None)
@given(st.lists(st.integers()), st.integers(1, 4))
def test_results_keep_the_order_of_the_items(items, workers):
    assert list(Threads(workers).ordered_map(lambda item: item * 2, items)) == [item * 2 for item in items]


def test_only_a_few_items_are_taken_ahead():
    taken = []
    results = Threads(2).ordered_map(lambda item: item, (taken.append(item) or item for item in range(1000)))
    next(results)
    assert len(taken) <= 8


def test_threads_work_at_the_same_time():
    both = threading.Barrier(2, timeout=10)
    assert len(list(Threads(2).ordered_map(lambda item: both.wait() >= 0, range(2)))) == 2


def test_an_error_in_a_thread_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(Threads(2).ordered_map(lambda item: 1 // item, [1, 0, 1]))


def test_threads_share_a_value_as_it_is():
    value = b"a model"
    assert Threads().shared(value) is value


def test_threads_are_the_engine_unless_the_environment_names_another(monkeypatch):
    monkeypatch.delenv("LEGO_THEMER_DASK", raising=False)
    assert isinstance(engine(), Threads)
    monkeypatch.setenv("LEGO_THEMER_DASK", "")
    assert isinstance(engine(), Threads)


@pytest.mark.parametrize("name", ["tcp://10.0.0.1:8786", "tls://cluster.example:8786/", "tcp://[::1]:1"])
def test_a_schedulers_address_is_one(name):
    assert scheduler_address(name) == name.rstrip("/")


@pytest.mark.parametrize(
    "name",
    [
        "10.0.0.1:8786",
        "tcp://10.0.0.1",
        "tcp://:8786",
        "http://a:1",
        "tcp://a:b",
        "Dask",
        "tcp://a:1/x",
        "tcp://[:1",
        " ",
    ],
)
def test_anything_else_is_refused_with_what_may_be_there(monkeypatch, name):
    monkeypatch.setenv("LEGO_THEMER_DASK", name)
    with pytest.raises(
        UserError, match=r"LEGO_THEMER_DASK is .* such as tcp://10.0.0.1:8786, to dask for a cluster on"
    ):
        engine()


def test_without_dask_the_user_is_told_to_install_it():
    code = "import sys; sys.modules['distributed'] = None; from themer.base.engines import engine; engine()"
    env = {"LEGO_THEMER_DASK": "dask"}
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, capture_output=True, text=True)
    assert "UserError: LEGO_THEMER_DASK needs Dask" in done.stderr and "requirements-dask.txt" in done.stderr


def test_dask_is_imported_only_if_asked_for():
    code = "import stages.resize, sys; stages.resize.engine(); print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
