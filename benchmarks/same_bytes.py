"""Whether the pipeline gives the same bytes on other processors: python -m benchmarks.same_bytes

Draws a few dozen sets and runs the stages from `resize` to `evaluate` on 1, 2 and all cores of this machine. Where
qemu-x86_64 is installed (Debian's package qemu-user), other processors are emulated too; each takes tens of minutes.
Prints a digest of what each stage wrote, and fails if two differ.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas
import yaml

from stages import paths
from themer.base.files import file_sha256
from themer.base.params_file import read_values

PROJECT = Path(__file__).parent.parent
DRAWN = ("fetch", "download", "join", "regroup")
STAGES = ("resize", "features", "train", "cross_validate", "export", "evaluate")
PROCESSORS = ("Haswell", "Skylake-Client", "EPYC-Rome", "EPYC-Milan")
EMULATOR = "qemu-x86_64"
WEIGHTS = Path("random.weights.h5")
CHANGES: dict[str, dict[str, Any]] = {
    "fetch": {"limit": 90},
    "regroup": {"split": {"train": 0.5, "validation": 0.2, "test": 0.3}},
    "resize": {"size": 64},
    "train": {"feature_views": 2, "epochs": 1, "warm_up_epochs": 0, "batch_size": 16},
    "cross_validate": {"folds": 2, "other_splits": False},
}


class Machine(NamedTuple):
    """What runs a stage: a name for the table, the command before Python, and the cores that it may use."""

    name: str
    command: list[str]
    cores: set[int]


def main() -> None:
    """Run the stages on every machine and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="efficientnet_lite0", help="one of keras.applications: random weights")
    parser.add_argument("--from-scratch", action="store_true", help="train all layers, for lego_cnn and alexnet too")
    parser.add_argument("--processors", nargs="*", default=PROCESSORS, help="to emulate; none for this machine alone")
    parser.add_argument("--cores", nargs="*", type=int, default=[1, 2, os.cpu_count()], help="of this machine")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "drawn")
        prepare(source, args.network, args.from_scratch)
        found = list(machines(args.cores, args.processors))
        digests = {one.name: run(one, source, Path(name, one.name)) for one in found}
    table = pandas.DataFrame(digests).fillna("none")
    same = table.nunique(axis=1) == 1
    print(table.groupby(level=0, sort=False).agg(joined).assign(same=same.groupby(level=0).all()).to_string())
    for stage, file in table.index[~same]:
        print(f"{stage} differs in {file}")
    sys.exit(int(not same.all()))


def joined(digests: pandas.Series) -> str:
    """Return one digest for those of several files."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:8]


def machines(cores: list[int], processors: list[str]) -> Iterator[Machine]:
    """Yield this machine with each number of cores, then the emulated ones."""
    mine = sorted(os.sched_getaffinity(0))
    for count in sorted({min(count, len(mine)) for count in cores}):
        yield Machine(f"{count} of {len(mine)} cores", [], set(mine[:count]))
    for processor in processors if shutil.which(EMULATOR) else []:
        yield Machine(processor, [EMULATOR, "-cpu", processor], set(mine))


def prepare(folder: Path, network: str, from_scratch: bool) -> None:
    """Draw the sets, and random weights to start from for a network whose own are not installed."""
    (folder / paths.photos).mkdir(parents=True)
    params = read_values(PROJECT / paths.params)
    for section, changes in CHANGES.items():
        params[section].update(changes)
    params["train"]["network"] = network
    if from_scratch:
        params["train"]["weights"] = "none"
    elif not network.startswith("efficientnet_lite"):
        params["train"]["weights"] = str(WEIGHTS)
        write_weights(network, params["resize"]["size"], folder / WEIGHTS)
    (folder / paths.params).write_text(json.dumps(params), encoding="utf-8")
    for stage in DRAWN:
        run_stage(stage, folder, Machine("", [], os.sched_getaffinity(0)))


def write_weights(network: str, size: int, path: Path) -> None:
    """Write random weights for a network without its classifier."""
    from themer.base.quiet_tensorflow import keras
    from themer.networks.registry import BACKBONES

    keras.utils.set_random_seed(0)
    BACKBONES[network].features(size, False).save_weights(path)


def run(machine: Machine, source: Path, folder: Path) -> dict[tuple[str, str], str]:
    """Run the stages in a copy of a folder; return a digest of each file, by its stage and path."""
    shutil.copytree(source, folder)
    found = {}
    for stage in STAGES:
        run_stage(stage, folder, machine)
        found |= {(stage, path): file_sha256(folder / path)[:8] for path in written(folder, stage)}
        print(f"{machine.name}: {stage} done", file=sys.stderr)
    return found


def run_stage(stage: str, folder: Path, machine: Machine) -> None:
    """Run a stage in a folder; print its messages if it fails."""
    done = subprocess.run(
        [*machine.command, sys.executable, "-m", f"stages.{stage}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, machine.cores),
    )
    if done.returncode:
        sys.exit(f"{machine.name}: {stage} failed.\n{done.stdout}")


def written(folder: Path, stage: str) -> list[str]:
    """Return the paths of all files among the outputs that dvc.yaml declares for a stage."""
    declared = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"][stage]
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in declared.get(kind, [])]
    roots = [folder / (entry if isinstance(entry, str) else next(iter(entry))) for entry in entries]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in files)


if __name__ == "__main__":
    main()
