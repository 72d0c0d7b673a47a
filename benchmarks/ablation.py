"""Train with each choice the other way, and print a table of seconds and scores: python -m benchmarks.ablation

Run after `dvc repro`, on whatever data that left in data/. Photos in data/photos are only scored, in all rows but the
last, so that their column says how well what was learned from product pictures carries over. Seconds are those of
the processors, which other work on the machine changes little; on two cores, about 0.65 of them pass by the clock.
"""

import argparse
import copy
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from stages.features import SETTINGS

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "frozen backbone": {"epochs": 0},
    "frozen backbone, pictures as they are": {"epochs": 0, "feature_views": 1},
    "no views like photographs": {"photo_views": 0.0},
    "all views like photographs": {"photo_views": 1.0},
    "weights as fine-tuned, not interpolated": {"interpolation": 1.0},
    "no warm-up": {"warm_up_epochs": 0},
    "4 blocks fine-tuned": {"fine_tuned_blocks": 4},
    "no label smoothing": {"label_smoothing": 0.0},
    # An epoch is shorter without balanced sampling, so that these take as long.
    "imbalance: none": {"imbalance": "none", "epochs": 10},
    "imbalance: class_weights": {"imbalance": "class_weights", "epochs": 10},
    "imbalance: focal_loss": {"imbalance": "focal_loss", "epochs": 10},
    "imbalance: logit_adjustment": {"imbalance": "logit_adjustment", "epochs": 10},
    "4 blocks, 6 epochs": {"fine_tuned_blocks": 4, "epochs": 6},
    "4 blocks, imbalance: logit_adjustment": {"fine_tuned_blocks": 4, "imbalance": "logit_adjustment", "epochs": 10},
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
    """Return seconds and scores of one variant: the stages are run with their outputs in folders of their own."""
    inputs = features_folder(params, results)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        kept = inputs / "seconds.json"
        if not kept.exists():
            kept.write_text(json.dumps({name: run(name, Path(folder), inputs) for name in ("photos", "features")}))
        seconds = {name: run(name, Path(folder), inputs) for name in ("train", "index", "evaluate")}
        figures = {
            name: json.loads(Path(folder, f"metrics/{name}.json").read_text()) for name in ("evaluate", "photos")
        }
    return {"seconds": {**json.loads(kept.read_text()), **seconds}, **figures}


def features_folder(params: dict[str, Any], results: Path) -> Path:
    """Return the folder of photos and features, which variants share that differ in nothing that makes these."""
    what = [params["photos"], {name: params["train"][name] for name in sorted(SETTINGS)}]
    folder = results / hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(name: str, folder: Path, inputs: Path) -> float:
    """Run a stage as dvc.yaml says, but with what these stages write in two folders; return the seconds it took."""
    stage = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"][name]
    words = [placed(word, folder, inputs) for word in stage["cmd"].split()[1:]]
    settings = ["--params", str(folder / "params.yaml")] if "params" in stage else []
    start = processor_seconds()
    with (inputs / "log.txt").open("a", encoding="utf-8") as log:
        subprocess.run([sys.executable, *words, *settings], check=True, stdout=log, stderr=log)
    return processor_seconds() - start


def placed(word: str, folder: Path, inputs: Path) -> str:
    """Return a word of a command, a path into the folder of photos and features or into that of all else made here."""
    if word.startswith(("data/photo_shards", "data/photos.csv", "data/features")):
        return f"{inputs}/{word}"
    return f"{folder}/{word}" if word.startswith(("models/", "metrics/", "plots/")) else word


def processor_seconds() -> float:
    """Return how long all processors together have worked for the commands that were run so far."""
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
