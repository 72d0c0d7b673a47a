"""The stages before training on real sets, pictures and tables, where those are at hand; they are not part of this."""

import json
from pathlib import Path

import pytest

from stages import paths, regroup
from tests.conftest import REAL_DATA
from tests.end_to_end.project import ProjectCopy
from themer.base.files import write_bytes
from themer.base.tables import read_csv

pytestmark = pytest.mark.skipif(not REAL_DATA.exists(), reason="there are no real sets beside this checkout")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A copy in which the stages up to resize have run on the real sets, through a source of its own."""
    copy = ProjectCopy.made_in(tmp_path_factory.mktemp("real"))
    source = {
        "command": ["python", str(REAL_DATA / "serve.py"), "--port", "0"],
        "brick_insights": "{url}",
        "rebrickable": "{url}",
        "api_requests_per_minute": None,
        "pictures_per_second": None,
    }
    copy.edit({"sources.real": source, "fetch.source": "real", "resize.size": 32})
    copy.repro("resize")
    return copy


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def metrics(project: ProjectCopy, name: str) -> dict[str, int]:
    return json.loads(project.read(f"metrics/{name}.json"))


def test_every_picture_is_taken_and_every_set_accounted_for(project):
    pictures = read_csv(project.folder / "data" / "thumbnails.csv")
    assert dict(pictures["status"].value_counts()) == {"ok": 1067, "gone": 25}
    counts = metrics(project, "join")
    assert counts["sets"] == 1092 == sum(counts[name] for name in ("labelled", "orphan_theme", "without_picture"))
    assert counts["unmatched"] == 0


def test_the_orphan_theme_is_listed(project):
    unlabelled = read_csv(project.folder / "data" / "unlabelled.csv").set_index("reason")
    assert "is not in the table of themes" in unlabelled.loc["orphan theme", "detail"]


def test_set_numbers_keep_their_zeros(project):
    assert "00-6" in set(read_csv(project.folder / "data" / "unlabelled.csv")["set_id"])


def test_the_default_groups_find_sets_in_every_group(project):
    dataset = read_csv(project.folder / "data" / "dataset.csv")
    assert set(dataset["label"]) == {"Bulk Bricks", "MiniFig", "Technic/Bionicle", "Young Childrens"}
    assert dataset.groupby("family")["split"].nunique().max() == 1


@pytest.mark.parametrize(("by", "most"), [("root", 25), ("leaf", 40)])
def test_root_and_leaf_themes_can_be_learned_as_well(project, folder, by, most):
    for path in (paths.params, paths.labelled, paths.thumbnails_table, paths.theme_paths):
        write_bytes((project.folder / path).read_bytes(), path)
    ProjectCopy(folder).edit({"regroup.by": by, "regroup.minimum_pictures": 12})
    regroup.main()
    assert 10 < metrics(ProjectCopy(folder), "dataset")["labels"] < most
