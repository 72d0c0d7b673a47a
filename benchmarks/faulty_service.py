"""Download the built-in catalogue through faults and kills: python -m benchmarks.faulty_service

A share of all requests fails: errors, pauses, stalls, closed connections, cut bodies, HTML or nothing with status 200,
circles of redirects. `kill -9` ends `dvc repro download` at evenly spaced moments. It fails if a picture is missing, if
one was requested again after it arrived, or if the files differ from those of an undisturbed run.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from tests.end_to_end.catalogue import CountedCatalogue, run_until_killed, serving, without_port
from tests.end_to_end.faulty_catalogue import FaultyCatalogue
from tests.end_to_end.project import ProjectCopy

COMMAND = ("dvc", "repro", "download")
RESULT = ("data/thumbnails", "data/thumbnails.csv", "data/raw/sets.json")
SETTINGS = {"fetch.source": "here", "fetch.limit": None, "download.read_timeout_seconds": 3, "download.retries": 6}
CONNECTIONS = 8
MOST_RUNS = 20


def main() -> None:
    """Print the faults and what came of them; exit with status 1 if anything was lost or requested in vain."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", type=float, default=0.3, help="of the requests fail")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plain, faulty = CountedCatalogue(), FaultyCatalogue(args.share, args.seed)
        expected = downloaded(Path(folder) / "undisturbed", plain, [])
        pictures = len(plain.pictures_requested)
        moments = [pictures * kill // (args.kills + 1) for kill in range(1, args.kills + 1)]
        found = downloaded(Path(folder) / "disturbed", faulty, moments)
    # The catalogue has a few broken pictures, which every run requests several times.
    whole = [path for path, count in plain.pictures_requested.items() if count == 1]
    again = sum(max(0, faulty.pictures_requested[path] - 1) for path in whole)
    print(", ".join(f"{count} × {fault}" for fault, count in sorted(faulty.faults.items())))
    same = "the same" if found == expected else "OTHER"
    print(f"{pictures} pictures, {len(moments)} kills: {again} requested again, {same} bytes")
    # A kill may interrupt what each connection transfers.
    raise SystemExit(found != expected or again > CONNECTIONS * len(moments))


def downloaded(folder: Path, catalogue: CountedCatalogue, moments: list[int]) -> dict[str, bytes]:
    """Download a catalogue into a new project, with kills once so many pictures were requested; return the files."""
    folder.mkdir()
    project = ProjectCopy.made_in(folder)
    with catalogue, serving(catalogue):
        project.edit(SETTINGS | {"sources.here": catalogue.source, "download.connections": CONNECTIONS})
        for moment in moments:
            run_until_killed(project, catalogue, moment, *COMMAND)
        for _ in range(MOST_RUNS):
            if subprocess.run(COMMAND, cwd=folder, env=project.environment).returncode == 0:
                break
        return without_port(project.contents(*RESULT), catalogue)


if __name__ == "__main__":
    main()
