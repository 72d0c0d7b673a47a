"""Export everything that is served: the classifier for LiteRT, its index, and the threshold for abstaining."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import themer
from stages import paths
from themer.base.errors import explained
from themer.base.files import files_sha256, write_json
from themer.base.params_file import load_params
from themer.base.tables import read_csv
from themer.exporting.thresholds import choose_threshold, is_made_from

THEMER = Path(themer.__file__).parent


@explained
def main() -> None:
    """Write the model and its index, unless they are up to date, then choose the threshold."""
    params = load_params(paths.params)
    made_from = fingerprint(params.source.set_page)
    if paths.model.exists() and is_made_from(paths.index, made_from):
        print("export: the model and its index are up to date; only the threshold is chosen")
    else:
        write_model_and_index(params.source.set_page, made_from)
    index = choose_threshold(paths.index, params.export.accepted_risk)
    write_json({"bytes": paths.model.stat().st_size, "threshold": index.threshold}, paths.export_metrics)
    print(f"export: the model abstains below confidence {index.threshold:.3f} and beyond distance {index.limit:.3f}")


def fingerprint(set_page: str | None) -> str:
    """Return 16 hexadecimal digits for everything that the model and its index depend on."""
    folders = [folder for folder in (paths.shards, paths.photo_shards) if folder.is_dir()]
    data = [path for path in (paths.classifier, paths.labelled) if path.is_file()]
    files = [*data, *(path for folder in folders for path in folder.iterdir())]
    versions = [version(name) for name in ("ai-edge-litert", "keras", "tensorflow")]
    code = [Path(__file__), *THEMER.rglob("*.py")]
    everything = f"{files_sha256(files)} {files_sha256(code)} {versions} {set_page}"
    return hashlib.sha256(everything.encode()).hexdigest()[:16]


def write_model_and_index(set_page: str | None, made_from: str) -> None:
    """Write the model and its index, and print how much its probabilities differ from the classifier's."""
    # Imported here, so that choosing a threshold does not import TensorFlow.
    from themer.exporting.index_writer import set_facts
    from themer.exporting.served_model import write_served_model

    facts = set_facts(read_csv(paths.labelled), set_page)
    compared = write_served_model(
        paths.classifier, paths.model, paths.index, paths.shards, paths.photo_shards, facts, made_from
    )
    print(
        f"export: {paths.model.stat().st_size / 1e6:.1f} MB; no probability differs by more than "
        f"{compared.largest_difference:.0e} on {compared.pictures} test pictures"
    )


if __name__ == "__main__":
    main()
