"""Download and pad the same pictures as img2dataset does: python -m benchmarks.img2dataset PICTURES IMG2DATASET

PICTURES is a folder of some thousand different JPEG files, and IMG2DATASET the program, in an environment of its own:
python -m venv /tmp/other && /tmp/other/bin/pip install img2dataset==1.47.0. Both get every picture from one server on
loopback and pack PNG squares of 224 pixels with a border. The stages download and resize also keep the original files
twice (the second in the user's cache), hash each picture and look for placeholders. Both run in turn, as whole
processes; img2dataset has a process for each core, with 8 connections each, and packs level 6 as small as the stage.
"""

import argparse
import csv
import gzip
import json
import os
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from stages import paths
from tests.end_to_end.project import ProjectCopy

EXPORT, TABLES = "api/sets/export", "media/downloads"
CONNECTIONS = 8
STAGES = ("download", "resize")


class Files(SimpleHTTPRequestHandler):
    """Serves a folder; the header of a response does not wait for its body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: object) -> None:
        """Write no log."""


def main() -> None:
    """Print the pictures per second and the CPU seconds of both, round by round."""
    args = arguments()
    pictures = sorted(args.pictures.resolve().glob("*.jpg"))[: args.number]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder, "served"), pictures) as url:
        project = prepared(Path(folder, "project"), pictures, url)
        urls = Path(folder, "urls.txt")
        urls.write_text("".join(f"{url}/{path.name}\n" for path in pictures))
        for _ in range(args.rounds):
            for path in (paths.thumbnails, paths.shards, Path(".cache/downloads"), Path("img2dataset")):
                shutil.rmtree(project.folder / path, ignore_errors=True)
            (project.folder / paths.thumbnails_table).unlink(missing_ok=True)
            own = [("python", "-m", f"stages.{stage}") for stage in STAGES]
            report("download and resize", len(pictures), project, own)
            report("img2dataset", len(pictures), project, [other(args, urls)])


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pictures", type=Path, metavar="PICTURES")
    parser.add_argument("program", type=Path, metavar="IMG2DATASET")
    parser.add_argument("--number", type=int, default=5000, help="of pictures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--level", type=int, default=6, help="of img2dataset's PNG compression, 0 to 9")
    return parser.parse_args()


@contextmanager
def serving(folder: Path, pictures: list[Path]) -> Iterator[str]:
    """Serve pictures, and a catalogue that lists each as a set, while the block lasts; yields the base URL."""
    numbers = [f"{row}-1" for row in range(1, len(pictures) + 1)]
    for name in (EXPORT, TABLES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / TABLES).mkdir()
    listed = [
        {"id": row, "set_id": number, "name": path.stem, "image_urls": {"genericnx400": f"/{path.name}"}}
        for row, (number, path) in enumerate(zip(numbers, pictures, strict=True), start=1)
    ]
    (folder / EXPORT).write_text(json.dumps(listed))
    with gzip.open(folder / TABLES / "sets.csv.gz", "wt", newline="") as table:
        csv.writer(table).writerows([("set_num", "theme_id"), *((number, 1) for number in numbers)])
    with gzip.open(folder / TABLES / "themes.csv.gz", "wt", newline="") as table:
        csv.writer(table).writerows([("id", "name", "parent_id"), (1, "Technic", "")])
    for path in pictures:
        (folder / path.name).symlink_to(path)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def prepared(folder: Path, pictures: list[Path], url: str) -> ProjectCopy:
    """Return a project that has everything before the stage download, and the tables that the stage resize reads."""
    folder.mkdir()
    project = ProjectCopy.made_in(folder)
    source = {"brick_insights": url, "rebrickable": url, "api_requests_per_minute": None, "pictures_per_second": None}
    project.edit({"sources.here": source, "fetch.source": "here", "regroup.by": "root"})
    project.run("python", "-m", "stages.fetch")
    (folder / paths.photos).mkdir(exist_ok=True)
    rows = [(f"{row}-1", f"label {row % 4}", row, "train") for row in range(1, len(pictures) + 1)]
    for path, header, body in (
        (paths.dataset, ("set_id", "label", "family", "split"), rows),
        (paths.other_themes, ("set_id", "theme", "family", "split"), []),
    ):
        with (folder / path).open("w", newline="") as table:
            csv.writer(table, lineterminator="\n").writerows([header, *body])
    return project


def other(args: argparse.Namespace, urls: Path) -> tuple[str, ...]:
    """Return the command that runs img2dataset in a project's folder."""
    return (
        *(str(args.program.absolute()), "--url_list", str(urls), "--output_folder", "img2dataset"),
        *("--output_format", "webdataset", "--resize_mode", "border", "--image_size", "224"),
        *("--encode_format", "png", "--encode_quality", str(args.level), "--number_sample_per_shard", "1000"),
        *("--processes_count", str(os.cpu_count()), "--thread_count", str(CONNECTIONS)),
    )


def report(name: str, pictures: int, project: ProjectCopy, commands: list[tuple[str, ...]]) -> None:
    """Run commands and print how many pictures they took a second, and their CPU seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=project.folder, env=project.environment, check=True, capture_output=True)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {pictures / seconds:.0f} pictures/s in {seconds:.1f} s, {cpu_seconds:.1f} CPU s", flush=True)


if __name__ == "__main__":
    main()
