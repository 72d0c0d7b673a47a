"""Train with one choice changed at a time, and print a table of seconds and scores: python -m benchmarks.ablation

Run it after `dvc repro`, on the data that is then in data/. Photos in data/photos are held out in every row but the
last, so their column shows how well training on product pictures carries over. Seconds are CPU seconds, which other
work on the machine hardly changes; on two cores the wall time is about 0.65 of them.
"""

import argparse
import copy
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stages import paths
from themer.base.params_file import read_values
from themer.features.feature_store import SETTINGS

PROJECT = Path(__file__).parent.parent
# What the stages resize and features read, and what they write: variants share it where they can.
PICTURES = (paths.thumbnails, paths.thumbnails_table, paths.dataset, paths.other_themes, paths.photos)
FEATURES = (paths.shards, paths.photo_shards, paths.photos_table, paths.features)
TABLES = (paths.dataset, paths.labelled, paths.other_themes, paths.calibration)

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "frozen backbone": {"epochs": 0},
    "frozen backbone, no further views": {"epochs": 0, "feature_views": 1},
    "no photograph-like views": {"photo_views": 0.0},
    "all views photograph-like": {"photo_views": 1.0},
    "weights as fine-tuned, not interpolated": {"interpolation": 1.0},
    "no warm-up": {"warm_up_epochs": 0},
    "3 blocks fine-tuned": {"fine_tuned_blocks": 3},
    "8 blocks fine-tuned": {"fine_tuned_blocks": 8},
    "no label smoothing": {"label_smoothing": 0.0},
    # An epoch is shorter without balanced sampling, so these take as long.
    "imbalance: none": {"imbalance": "none", "epochs": 10},
    "imbalance: class_weights": {"imbalance": "class_weights", "epochs": 10},
    "3 blocks, 6 epochs": {"fine_tuned_blocks": 3, "epochs": 6},
    "lego_cnn": {"network": "lego_cnn", "epochs": 12},
    "half of the photos in training": {"photos.train": 0.5},
}
COLUMNS = ["choice", "-S", "accuracy", "macro-F1", "photos", "features s", "training s"]


def main() -> None:
    """Run the variants, except those whose results are kept, and print the table."""
    args = arguments()
    params = read_values(args.params)
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for name in args.only or VARIANTS:
        done = args.results / f"{name.replace(' ', '-').replace(':', '')}.json"
        if not done.exists():
            done.parent.mkdir(parents=True, exist_ok=True)
            result = measured(changed(params, VARIANTS[name]), args.results)
            done.write_text(json.dumps(result), encoding="utf-8")
        print(row(name, VARIANTS[name], json.loads(done.read_text(encoding="utf-8"))), flush=True)


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--results", type=Path, default=Path(".cache/ablation"), help="results, kept for the next run")
    parser.add_argument("only", nargs="*", choices=[[], *VARIANTS], metavar="VARIANT", help="default: all")
    return parser.parse_args()


def changed(params: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return params with other values in `train`, or in the section that a key names."""
    params = copy.deepcopy(params)
    params["photos"]["train"] = 0.0
    for key, value in changes.items():
        section, _, name = key.rpartition(".")
        params[section or "train"][name] = value
    return params


def measured(params: dict[str, Any], results: Path) -> dict[str, Any]:
    """Return the CPU seconds and the scores of one variant."""
    inputs = features_folder(params, results)
    kept = inputs / "seconds.json"
    if not kept.exists():
        link(PICTURES, Path(), inputs)
        kept.write_text(json.dumps(run_stages(("resize", "features"), inputs, params)), encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        link(FEATURES, inputs, folder)
        link(TABLES, Path(), folder)
        seconds = run_stages(("train", "export", "evaluate"), folder, params)
        scores = {
            path.stem: json.loads((folder / path).read_text(encoding="utf-8"))
            for path in (paths.evaluate_metrics, paths.photo_metrics)
        }
    return {"seconds": {**json.loads(kept.read_text(encoding="utf-8")), **seconds}, **scores}


def features_folder(params: dict[str, Any], results: Path) -> Path:
    """Return the folder of shards and features, which variants share if nothing that they depend on differs."""
    dependencies = [params["photos"], {name: params["train"][name] for name in sorted(SETTINGS)}]
    folder = results / hashlib.sha256(json.dumps(dependencies).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def link(names: Iterable[Path], source: Path, folder: Path) -> None:
    """Link files and folders of one project folder into another."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to((source / name).resolve())


def run_stages(names: Iterable[str], folder: Path, params: dict[str, Any]) -> dict[str, float]:
    """Run stages in a folder with these params, and return the CPU seconds of each."""
    (folder / paths.params).write_text(json.dumps(params), encoding="utf-8")
    seconds = {}
    for name in names:
        start = processor_seconds()
        with (folder / "log.txt").open("a", encoding="utf-8") as log:
            command, environment = [sys.executable, "-m", f"stages.{name}"], {**os.environ, "PYTHONPATH": str(PROJECT)}
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=log, stderr=log)
        seconds[name] = processor_seconds() - start
    return seconds


def processor_seconds() -> float:
    """Return the CPU seconds of all commands that ran so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(name: str, changes: dict[str, Any], result: dict[str, Any]) -> str:
    """Return a line of the table."""
    figures, photos, seconds = result["evaluate"], result["photos"], result["seconds"]
    edits = " ".join(f"`{key if '.' in key else f'train.{key}'}={value}`" for key, value in changes.items())
    by_theme = ", ".join(f"{theme} {share:.2f}" for theme, share in photos.get("themes", {}).items())
    cells = [name, edits, f"{figures['accuracy']:.3f}", f"{figures['macro_f1']:.3f}", by_theme]
    return "| " + " | ".join([*cells, f"{seconds['features']:.0f}", f"{seconds['train']:.0f}"]) + " |"


if __name__ == "__main__":
    main()
