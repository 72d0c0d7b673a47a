"""Measure the server against the bare model, in one run on the same machine: python -m benchmarks.serving

It starts `python -m app`. For the latency it alternates between a bare loop that decodes a picture and runs the model,
and a request to /api/predict. For the rate many clients send the picture, in turns with bare loops: with decoding,
without it, and in a thread for each core, which is the upper bound for any server. --compare repeats the second part
for several ways of batching. --keras also measures the bare model in Keras.
"""

import argparse
import http.client
import io
import multiprocessing
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image
from urllib3.filepost import encode_multipart_formdata

from app.incoming.picture_file import open_picture
from stages import paths
from themer.answering.runtime import LiteRuntime
from themer.pictures.files import picture_path
from themer.pictures.images import square

WARM_UP = 20
BARE_SECONDS = 20
CORES = os.cpu_count() or 1
READ_BYTES = 65_536
WAIT_SECONDS = 0.01
NUMBER = {name: re.compile(rf"\r\n{name}: (\d+)".encode()) for name in ("Content-Length", "Retry-After")}
WAYS = {"one by one": (1, 1), "two at a time": (1, 2), "batches of 8": (8, 1), "two batches of 8": (8, 2)}


def main() -> None:
    """Print latencies, rates, errors, and the server's time to start and memory."""
    args = arguments()
    content = jpeg_of(args.root, args.picture)
    model = LiteRuntime(args.root / paths.model, at_once=CORES)
    print(f"a JPEG of {len(content) / 1000:.0f} kB; load average {os.getloadavg()[0]:.1f}")
    with served(args.root) as (port, seconds):
        print(f"ready after {seconds:.1f} s, resident {resident_megabytes(port):.0f} MB")
        print_latencies(*latencies(model, content, port, args.requests))
    ways = WAYS if args.compare else {"as set": None}
    for name, batching in ways.items():
        print_rates(args, name, batching, model, content)
    if args.keras:
        print_keras(args.root / paths.classifier, pixels_of(model, content))


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(), help="a project whose pipeline has run")
    parser.add_argument("--picture", default="8547-1", help="the set whose thumbnail is sent, if it exists")
    parser.add_argument("--requests", type=int, default=500, help="pictures for the median latency")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60, help="seconds of load in all")
    parser.add_argument("--turns", type=int, default=12, help="parts of the load, with bare loops in between")
    parser.add_argument("--compare", action="store_true", help="measure several ways of batching")
    parser.add_argument("--keras", action="store_true", help="measure the bare model in Keras as well")
    return parser.parse_args()


def jpeg_of(root: Path, set_id: str) -> bytes:
    """Return a set's thumbnail, or the first one, as a JPEG of at most 400 x 400 pixels."""
    path = picture_path(root / paths.thumbnails, set_id)
    path = path if path.is_file() else min((root / paths.thumbnails).iterdir())
    picture, buffer = Image.open(path).convert("RGB"), io.BytesIO()
    picture.thumbnail((400, 400))
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@contextmanager
def served(root: Path, *options: str) -> Iterator[tuple[int, float]]:
    """Run the server in its own process; yield its port, and the seconds until it was ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = time.perf_counter()
    command = [sys.executable, "-m", "app", "--root", str(root), "--port", str(port), "--requests-per-minute", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while get(port, "/readyz")[0] != 200:
            time.sleep(0.01)
        yield port, time.perf_counter() - started
        process.terminate()


def latencies(model: LiteRuntime, content: bytes, port: int, count: int) -> tuple[list[float], list[float]]:
    """Return the seconds of the bare loop and of the requests, which alternate."""
    client, bare, served = Client(port, content), [], []
    for _ in range(WARM_UP + count):
        started = time.perf_counter()
        decode_and_run(model, content)
        between = time.perf_counter()
        status, _ = client.request()
        served.append(time.perf_counter() - between)
        bare.append(between - started)
        assert status == 200, status
    return bare[WARM_UP:], served[WARM_UP:]


def print_latencies(bare: list[float], served: list[float]) -> None:
    """Print medians and their ratio."""
    medians = 1000 * statistics.median(bare), 1000 * statistics.median(served)
    print(f"median of {len(bare)}: bare decode + model {medians[0]:.2f} ms, /api/predict {medians[1]:.2f} ms", end="")
    print(f", ratio {medians[1] / medians[0]:.2f}")


def print_rates(
    args: argparse.Namespace, name: str, batching: tuple[int, int] | None, model: LiteRuntime, content: bytes
) -> None:
    """Print the rate that many clients get, and those of the bare loops in between."""
    options = (
        () if batching is None else ("--pictures-per-batch", str(batching[0]), "--batches-at-once", str(batching[1]))
    )
    with served(args.root, *options) as (port, _):
        bare, loads = [bare_rates(model, content, BARE_SECONDS / args.turns)], []
        for _ in range(args.turns):
            loads.append(load(port, content, args.clients, args.seconds / args.turns))
            bare.append(bare_rates(model, content, BARE_SECONDS / args.turns))
        memory = resident_megabytes(port)
    statuses, seconds = sum((counts for counts, _ in loads), Counter()), sum(seconds for _, seconds in loads)
    rate = statuses[200] / seconds
    print(f"{name}: {args.clients} clients for {seconds:.0f} s: {dict(statuses)}, {rate:.0f} pictures/s", end="")
    print(f"; resident {memory:.0f} MB")
    for what in bare[0]:
        around = [(before[what] + after[what]) / 2 for before, after in pairwise(bare)]
        ratios = [counts[200] / seconds / one for (counts, seconds), one in zip(loads, around, strict=True)]
        mean = statistics.mean(around)
        print(f"    {what}: {mean:.0f}/s, ratio {rate / mean:.2f}, in turns {min(ratios):.2f} to {max(ratios):.2f}")


def print_keras(path: Path, pixels: np.ndarray) -> None:
    """Print the rate of the bare model in Keras, for one picture, uint8 [1, size, size, 3]."""
    from themer.networks.model_file import load_classifier

    model = load_classifier(path).model
    model.predict_on_batch(pixels)  # The first call takes seconds.
    rate = rate_of(lambda: model.predict_on_batch(pixels), BARE_SECONDS)
    print(f"the bare model one by one in Keras: {rate:.0f}/s")


def bare_rates(model: LiteRuntime, content: bytes, seconds: float) -> dict[str, float]:
    """Return the pictures per second of each bare loop, measured for `seconds` each."""
    pixels = pixels_of(model, content)
    return {
        "decode + model, one by one": rate_of(lambda: decode_and_run(model, content), seconds),
        "decode + model, one a core": rate_of(lambda: decode_and_run(model, content), seconds, threads=CORES),
        "the bare model, one by one": rate_of(lambda: model.run(pixels), seconds),
    }


def decode_and_run(model: LiteRuntime, content: bytes) -> None:
    """Decode a picture and run the bare model on it."""
    model.run(pixels_of(model, content))


def pixels_of(model: LiteRuntime, content: bytes) -> np.ndarray:
    """Return a file's picture as model input, uint8 [1, size, size, 3]."""
    size, fill = model.description.size, model.description.fill
    return np.asarray(square(open_picture(content, fill=fill), size, fill))[np.newaxis]


def rate_of(do: Callable[[], object], seconds: float, threads: int = 1) -> float:
    """Return the calls per second of a function, called again and again by each of some threads."""
    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(count_until, [end] * threads, [do] * threads)) / seconds


def count_until(end: float, do: Callable[[], object]) -> int:
    """Call a function until `end`, a time of time.perf_counter; return the number of calls."""
    count = 0
    while time.perf_counter() < end:
        do()
        count += 1
    return count


def load(port: int, content: bytes, clients: int, seconds: float) -> tuple[Counter[int | str], float]:
    """Return how often many clients got each status or error, and the seconds that it took."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(send_from_many, (port, content, clients, seconds))


def send_from_many(port: int, content: bytes, clients: int, seconds: float) -> tuple[Counter[int | str], float]:
    """Send a picture again and again from many clients in one thread, which takes the least CPU time."""
    statuses: Counter[int | str] = Counter()
    started = time.perf_counter()
    due = [(started, Client(port, content)) for _ in range(clients)]
    with selectors.DefaultSelector() as selector:
        while due or selector.get_map():
            now = time.perf_counter()
            for client in [client for when, client in due if when <= now]:
                # `next_turn` counts the error: a request that can't be sent gets no response.
                with suppress(OSError):
                    client.send()
                selector.register(client, selectors.EVENT_READ)
            due = [(when, client) for when, client in due if when > now]
            for key, _ in selector.select(WAIT_SECONDS if due else None):
                due += next_turn(selector, key.fileobj, statuses)
            due = due if now < started + seconds else []
    return statuses, time.perf_counter() - started


def next_turn(
    selector: selectors.BaseSelector, client: "Client", statuses: Counter[int | str]
) -> list[tuple[float, "Client"]]:
    """Read what a client received; return when it sends again once its response is complete or has failed."""
    try:
        found = client.receive()
    except OSError as error:
        found = type(error).__name__, 0.0
    if found is None:
        return []
    selector.unregister(client)
    statuses[found[0]] += 1
    return [(time.perf_counter() + found[1], client if isinstance(found[0], int) else client.again())]


class Client:
    """A persistent connection with a prepared request. It does little, since it shares the cores with the server.

    Args:
        port: where the server listens.
        content: the picture.
    """

    def __init__(self, port: int, content: bytes) -> None:
        self._port, self._content = port, content
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request, self._received = request_of(content), b""

    def again(self) -> "Client":
        """Return the client with a new connection."""
        self._connection.close()
        return Client(self._port, self._content)

    def fileno(self) -> int:
        """Return the file descriptor, for a selector."""
        return self._connection.fileno()

    def request(self) -> tuple[int, float]:
        """Send the picture; return the status and the seconds to wait, or raise ConnectionError without a response."""
        self.send()
        while (found := self.receive()) is None:
            pass
        return found

    def send(self) -> None:
        """Send the picture."""
        self._connection.sendall(self._request)

    def receive(self) -> tuple[int, float] | None:
        """Read some bytes; return the status and the seconds to wait once the response is complete."""
        part = self._connection.recv(READ_BYTES)
        if not part:
            raise ConnectionResetError
        self._received += part
        head, separator, body = self._received.partition(b"\r\n\r\n")
        length, wait_seconds = (NUMBER[name].search(head) for name in ("Content-Length", "Retry-After"))
        if not separator or length is None or len(body) < int(length[1]):
            return None
        self._received = b""
        return int(head.split(b" ", 2)[1]), float(wait_seconds[1]) if wait_seconds else 0.0


def request_of(content: bytes) -> bytes:
    """Return a complete request with one picture."""
    body, content_type = encode_multipart_formdata({"image": ("picture.jpg", content)})
    head = (
        "POST /api/predict HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*head, "", ""]).encode() + body


def get(port: int, path: str) -> tuple[int, bytes]:
    """Return the status and body of a page of the server."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def resident_megabytes(port: int) -> float:
    """Return the server's resident memory, from its metrics."""
    lines = get(port, "/metrics")[1].decode().splitlines()
    [line] = [line for line in lines if line.startswith("process_resident_memory_bytes")]
    return float(line.split()[1]) / 1e6


if __name__ == "__main__":
    main()
