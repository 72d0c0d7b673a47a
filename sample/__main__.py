"""Serve the built-in catalogue: python -m sample [--port 0] [--pages N] [--per-minute N]."""

import argparse
import signal
import sys
import threading

from sample.services.catalogue import at_brick_insights
from sample.services.processes import Draw, drawing_processes
from sample.services.server import Server


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m sample", description="Serve the built-in catalogue on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free port)")
    parser.add_argument("--pages", type=int, default=0, help="split the export into PAGES pages (default: one array)")
    parser.add_argument(
        "--per-minute",
        type=int,
        default=0,
        help="requests of /api/sets/ID per minute before the server returns 429 (default: no limit)",
    )
    parser.add_argument("--until-input-ends", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def end_with_standard_input(server: Server) -> None:
    """Stop serving when standard input ends: the program that started the server through a pipe has exited."""
    sys.stdin.read()
    server.shutdown()


def listening(args: argparse.Namespace, draw: Draw) -> Server:
    """Return a server that listens on the port; exit with a message if it can't."""
    try:
        return Server(args.port, args.pages, args.per_minute, draw)
    except OSError as error:
        sys.exit(f"sample: cannot listen on port {args.port}: {error.strerror}. Choose another --port, or 0 for any.")


def main() -> None:
    """Serve until interrupted or, with --until-input-ends, until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    args = arguments()
    with drawing_processes() as draw, listening(args, draw) as server:
        if args.until_input_ends:
            threading.Thread(target=end_with_standard_input, args=[server], daemon=True).start()
        print(f"serving {len(at_brick_insights())} sets on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
