#!/usr/bin/env bash
# `Future.result(timeout=...)` of Dask while five other threads wait for results that take long to come.
#
# Version: distributed 2026.8.0.
# Behaviour: a client fetches at most five results at once. If the time limit of a sixth runs out, the client keeps the
# cancelled request and attaches every later one to it. So no result can be had from this client any more: each call,
# with or without a time limit, raises UnboundLocalError, although the task has finished. A new client gets results.
# It matters to programs that ask from several threads and take a timeout for "later": they can't be helped by waiting.
# Seen:
#   five slow ones under way: TimeoutError
#   all five have come: UnboundLocalError, the task is finished
#   another task: UnboundLocalError, the task is finished
#   another client: 8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q distributed==2026.8.0
cat >"$folder/ask.py" <<'PYTHON'
import time
from concurrent.futures import ThreadPoolExecutor

from distributed import Client, LocalCluster, wait


class Slow:
    """A result that takes three seconds to pickle, as a large one does to send."""

    def __reduce__(self):
        time.sleep(3)
        return str, ("slow",)


def ask(future, timeout=None):
    try:
        return future.result(timeout=timeout)
    except Exception as error:
        return type(error).__name__


def started(pool, future):
    """Ask in another thread, long enough after the one before for a request of its own."""
    time.sleep(0.2)
    return pool.submit(ask, future)


def show(client, address):
    slow = [client.submit(Slow, pure=False) for _ in range(5)]
    quick, other = client.submit(int, "7"), client.submit(int, "8")
    wait([*slow, quick, other])
    with ThreadPoolExecutor(5) as pool:
        asked = [started(pool, future) for future in slow]
        time.sleep(1)
        print(f"five slow ones under way: {ask(quick, timeout=0.5)}")
    assert all(one.result() == "slow" for one in asked)
    print(f"all five have come: {ask(quick)}, the task is {quick.status}")
    print(f"another task: {ask(other, timeout=5)}, the task is {other.status}")
    with Client(address, set_as_default=False) as second:
        print(f"another client: {ask(second.submit(int, '8'))}")


if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        show(client, cluster.scheduler_address)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" 2>"$folder/log" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
five slow ones under way: TimeoutError
all five have come: UnboundLocalError, the task is finished
another task: UnboundLocalError, the task is finished
another client: 8
SEEN
