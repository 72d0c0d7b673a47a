"""Pictures are drawn by several processes, which leave when the server does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
import requests

from sample.services.catalogue import all_sets
from sample.services.pictures import picture

NUMBER = "8683-1"


@contextmanager
def running() -> Iterator[tuple[psutil.Popen, str, list[psutil.Process]]]:
    """Yield the program, a picture's URL, and the processes that draw."""
    with psutil.Popen([sys.executable, "-m", "sample"], stdout=subprocess.PIPE, text=True) as program:
        url = f"{program.stdout.readline().split()[-1]}/crop/small/sets/{NUMBER}.jpg"
        try:
            yield program, url, program.children()
        finally:
            program.terminate()


def test_other_processes_draw_the_same_pictures() -> None:
    with running() as (program, url, drawing):
        before = sum(one.cpu_times().user for one in drawing)
        drawn = [requests.get(url.replace(NUMBER, number), timeout=60).content for number in list(all_sets())[:40]]
        after = sum(one.cpu_times().user for one in drawing)
        assert len(drawing) == os.cpu_count() and after > before
        assert picture(all_sets()[NUMBER], "brick insights", "small") == requests.get(url, timeout=60).content
        assert len(set(drawn)) > 30


def test_pictures_are_drawn_without_the_processes_too() -> None:
    with running() as (program, url, drawing):
        for one in drawing:
            # When one is gone, the server may end the others.
            with suppress(psutil.NoSuchProcess):
                one.kill()
        content = [requests.get(url, timeout=60).content for _ in range(3)]
    assert set(content) == {picture(all_sets()[NUMBER], "brick insights", "small")}


@pytest.mark.parametrize("end", [psutil.Process.terminate, psutil.Process.kill])
def test_the_processes_end_with_the_server(end) -> None:
    with running() as (program, url, drawing):
        assert requests.get(url, timeout=60).ok
        end(psutil.Process(program.pid))
        assert psutil.wait_procs(drawing, timeout=10)[1] == []
