"""Export everything that is served: the classifier for LiteRT, its index, and the threshold for abstaining."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import themer
from stages import paths
from themer.answering.index import SHARES_NAME, VALIDATION_NAME
from themer.answering.index import SUMMARY_NAME as INDEX_NAME
from themer.answering.predictor import Predictor
from themer.base.errors import UserError
from themer.base.files import files_sha256, write_json
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import column_by_set, read_csv
from themer.exporting.thresholds import Guarantee, Promises, choose_thresholds, is_made_from
from themer.features.feature_store import LIBRARIES
from themer.shards.files import read_labels, read_summary

THEMER = Path(themer.__file__).parent
# The code that dvc.yaml declares. The index stores a digest of it: that of other code would differ in a fresh run.
CODE = (
    "answering/*.py",
    "base/*.py",
    "exporting/*.py",
    "features/*.py",
    "networks/*.py",
    "pictures/images.py",
    "shards/*.py",
    "training/*.py",
)


@stage
def main() -> None:
    """Write the model and its index, unless they are up to date, then choose the threshold."""
    params = load_params(paths.params)
    set_page, views = params.source.set_page, params.export.views
    made_from = fingerprint(set_page, views)
    if is_made_from(paths.index, made_from) and is_whole():
        print("export: the model and its index are up to date; only the thresholds are chosen")
    else:
        write_model_and_index(set_page, views, made_from)
    promises = choose_thresholds(paths.index, read_csv(paths.calibration), params.export)
    write_json(metrics(promises), paths.export_metrics)
    print(summary(promises))


def is_whole() -> bool:
    """Return whether all that an earlier run exported is here, undamaged."""
    try:
        Predictor.load(paths.model, paths.index)
        for name in (VALIDATION_NAME, SHARES_NAME):
            read_csv(paths.index / name, "set_id", "confidence")
        views = read_summary(paths.view_shards).pictures
        return all(count == len(read_labels(paths.view_shards, split)) for split, count in views.items())
    except (UserError, OSError):
        return False


def fingerprint(set_page: str | None, views: int) -> str:
    """Return 16 hexadecimal digits for everything that the model and its index depend on."""
    folders = [folder for folder in (paths.shards, paths.photo_shards) if folder.is_dir()]
    tables = (paths.classifier, paths.labelled, paths.dataset, paths.other_themes, paths.photos_table)
    data = [path for path in tables if path.is_file()]
    files = [*data, *(path for folder in folders for path in folder.iterdir())]
    versions = [version(name) for name in LIBRARIES]
    code = [Path(__file__), *(path for pattern in CODE for path in THEMER.glob(pattern))]
    everything = f"{files_sha256(files)} {files_sha256(code)} {versions} {set_page} {views}"
    return hashlib.sha256(everything.encode()).hexdigest()[:16]


def write_model_and_index(set_page: str | None, views: int, made_from: str) -> None:
    """Write the model and its index, and print how much its probabilities differ from the classifier's."""
    # Imported here, so that choosing a threshold does not import TensorFlow.
    from themer.exporting.held_out_views import write_test_views
    from themer.exporting.index_writer import set_facts, write_index
    from themer.exporting.served_model import write_served_model

    # Otherwise a run that is stopped here would leave an index that is complete, beside views and a model of others.
    (paths.index / INDEX_NAME).unlink(missing_ok=True)
    write_test_views(paths.shards, paths.view_shards)
    compared = write_served_model(paths.classifier, paths.model, paths.shards, views)
    facts = set_facts(read_csv(paths.labelled), set_page)
    write_index(paths.model, paths.shards, paths.photo_shards, paths.index, made_from, facts, families())
    print(
        f"export: {paths.model.stat().st_size / 1e6:.1f} MB; on {compared.pictures} test pictures, no probability "
        f"differs from the classifier's by more than {compared.largest_difference:.0e}"
    )


def families() -> dict[str, str]:
    """Return the family of each set, by its number, and of each photo, by its name."""
    photos = read_csv(paths.photos_table, "photo", "family")
    of_sets = column_by_set(paths.dataset, "family") | column_by_set(paths.other_themes, "family")
    return of_sets | dict(zip(photos["photo"], photos["family"], strict=True))


def metrics(promises: Promises) -> dict[str, float | bool]:
    """Return the size of the model, its thresholds, and what they promise."""
    return {
        "bytes": paths.model.stat().st_size,
        "threshold": promises.risk.threshold,
        "risk_bound": promises.risk.bound,
        "risk_holds": promises.risk.holds,
        "boundary": promises.other_themes.threshold,
        "other_themes_bound": promises.other_themes.bound,
        "other_themes_holds": promises.other_themes.holds,
    }


def summary(promises: Promises) -> str:
    """Return in words when the model abstains, and which promises the data can't support."""
    risk, others = promises.risk, promises.other_themes
    lines = [
        f"export: the model abstains below confidence {risk.threshold:g}, and where the labels' themes have a "
        f"probability below {others.threshold:g}",
        unsupported("accepted_risk", risk),
        unsupported("accepted_other_themes", others),
    ]
    return "\n".join(filter(None, lines))


def unsupported(name: str, promise: Guarantee) -> str:
    """Return a sentence on a promise that the data can't support, or ""."""
    if promise.holds:
        return ""
    if promise.threshold == 0:
        return f"export: no set has a theme other than the labels', so export.{name} has no effect."
    return (
        f"export: export.{name} can't be promised: there are too few held-out pictures or too many errors. The rate "
        f"may be up to {promise.bound:.3f}. Get more pictures, or raise export.{name}."
    )


if __name__ == "__main__":
    main()
