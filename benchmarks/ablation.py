"""Train with each choice the other way, and print a table of seconds and scores: python -m benchmarks.ablation

Run after `dvc repro`, on whatever data that left in data/. Photos in data/photos are only scored, in all rows but the
last, so that their column says how well what was learned from product pictures carries over.
"""

import argparse
import copy
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "frozen backbone": {"epochs": 0},
    "frozen backbone, pictures as they are": {"epochs": 0, "feature_views": 1},
    "no views like photographs": {"photo_views": 0.0},
    "all views like photographs": {"photo_views": 1.0},
    "weights as fine-tuned, not interpolated": {"interpolation": 1.0},
    "no warm-up": {"warm_up_epochs": 0},
    "5 blocks fine-tuned": {"fine_tuned_blocks": 5},
    "no label smoothing": {"label_smoothing": 0.0},
    # An epoch is shorter without balanced sampling, so that these take as long.
    "imbalance: none": {"imbalance": "none", "epochs": 10},
    "imbalance: class_weights": {"imbalance": "class_weights", "epochs": 10},
    "imbalance: focal_loss": {"imbalance": "focal_loss", "epochs": 10},
    "imbalance: logit_adjustment": {"imbalance": "logit_adjustment", "epochs": 10},
    "lego_cnn": {"network": "lego_cnn", "epochs": 12},
    "half of the photos in training": {"photos.train": 0.5},
}
COLUMNS = ["choice", "-S", "accuracy", "macro-F1", "photos", "features s", "training s"]


def main() -> None:
    """Run the variants, those done before read from the folder of results, and print the table."""
    args = arguments()
    params = yaml.safe_load(args.params.read_text(encoding="utf-8"))
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for name in args.only or VARIANTS:
        done = args.results / f"{name.replace(' ', '-').replace(':', '')}.json"
        if not done.exists():
            done.parent.mkdir(parents=True, exist_ok=True)
            done.write_text(json.dumps(measured(params, VARIANTS[name])), encoding="utf-8")
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


def measured(params: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return seconds and scores of one variant: the stages are run with their outputs in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "params.yaml").write_text(yaml.safe_dump(changed(params, changes)), encoding="utf-8")
        stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
        seconds = {
            name: run(stages[name], Path(folder)) for name in ("photos", "features", "train", "index", "evaluate")
        }
        results = {
            name: json.loads((Path(folder) / f"metrics/{name}.json").read_text()) for name in ("evaluate", "photos")
        }
    return {"seconds": seconds, **results}


def run(stage: dict[str, Any], folder: Path) -> float:
    """Run a stage as dvc.yaml says, but with what these stages write kept in a folder; return the seconds it took."""
    made = ("data/photo_shards", "data/photos.csv", "data/features", "models/", "metrics/", "plots/")
    words = [f"{folder}/{word}" if word.startswith(made) else word for word in stage["cmd"].split()]
    start = time.perf_counter()
    command = [sys.executable, *words[1:], "--params", str(folder / "params.yaml")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def row(name: str, changes: dict[str, Any], result: dict[str, Any]) -> str:
    """Return a line of the table."""
    figures, photos, seconds = result["evaluate"], result["photos"], result["seconds"]
    edits = " ".join(f"`{key if '.' in key else f'train.{key}'}={value}`" for key, value in changes.items())
    by_theme = ", ".join(f"{theme} {share:.2f}" for theme, share in photos.get("themes", {}).items())
    cells = [name, edits, f"{figures['accuracy']:.3f}", f"{figures['macro_f1']:.3f}", by_theme]
    return "| " + " | ".join([*cells, f"{seconds['features']:.0f}", f"{seconds['train']:.0f}"]) + " |"


if __name__ == "__main__":
    main()
