"""A copy of the project that tests may run and edit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import yaml
from dvc.repo import Repo

from tests.conftest import PROJECT, change
from tests.dvc_repo import opened_repo
from themer.catalogue.download_cache import FOLDER_VARIABLE

# Small enough to train in seconds; everything else is as users get it.
QUICK = {
    "fetch.limit": 80,
    "resize.size": 32,
    "regroup.split.train": 0.5,
    "regroup.split.validation": 0.2,
    "regroup.split.test": 0.3,
    "train.network": "lego_cnn",
    "train.epochs": 1,
    "train.warm_up_epochs": 0,
}


class ProjectCopy:
    """A git repository with DVC and the project's files in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def made_in(cls, folder: Path) -> "ProjectCopy":
        """Copy what git tracks or would track, as it is now, and commit it."""
        listing = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
        listed = subprocess.run(listing, cwd=PROJECT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (PROJECT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(PROJECT / name, folder / name)
        project = cls(folder)
        project.run("git", "init", "-q")
        project.commit("Copy")
        return project

    def copied_to(self, folder: Path) -> "ProjectCopy":
        """Return a copy of this copy, with all that DVC has made in it."""
        shutil.copytree(self.folder, folder, symlinks=True, copy_function=copy_or_link)
        return ProjectCopy(folder)

    @property
    def environment(self) -> dict[str, str]:
        """The environment with this interpreter first, and no settings of the user's own."""
        own = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.folder)}
        own |= {FOLDER_VARIABLE: str(self.folder / ".cache" / "downloads")}
        names = {
            f"GIT_{who}_{what}": "tests@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        return {**os.environ, **own, **names}

    def run(self, *command: str, fails: bool = False) -> str:
        """Run a command in the copy and return what it prints; it must succeed, or fail if told so."""
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        printed = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, printed
        return printed

    def dvc(self, *words: str, fails: bool = False) -> str:
        """Run a DVC command."""
        return self.run("dvc", *words, fails=fails)

    def opened(self) -> AbstractContextManager[Repo]:
        """Return what DVC's commands use here, in this process."""
        return opened_repo(self.folder, self.environment)

    def repro(self, *targets: str) -> list[str]:
        """Do what `dvc repro` does, and return the stages that it ran, in order."""
        with self.opened() as repo:
            return [stage.addressing for stage in repo.reproduce([*targets])]

    def stages_out_of_date(self) -> list[str]:
        """Return the stages that `dvc repro` would run, as far as can be told before it runs any of them."""
        with self.opened() as repo:
            return [*repo.status()]

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "--allow-empty", "-m", message)

    def edit(self, changes: dict[str, object]) -> None:
        """Change values in params.yaml, `{"train.epochs": 1}`."""
        values = yaml.safe_load(self.read("params.yaml"))
        change(values, changes)
        (self.folder / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False))

    @contextmanager
    def edited(self, changes: dict[str, object]) -> Iterator[None]:
        """Change values in params.yaml while the block lasts."""
        before = self.read("params.yaml")
        self.edit(changes)
        try:
            yield
        finally:
            (self.folder / "params.yaml").write_text(before)

    def read(self, name: str) -> str:
        """Return a file's text."""
        return (self.folder / name).read_text(encoding="utf-8")

    def contents(self, *names: str) -> dict[str, bytes]:
        """Return the bytes of files, and of all files in folders, by their path."""
        roots = [self.folder / name for name in names]
        files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}


def copy_or_link(source: str, target: str) -> None:
    """Copy a file with its times, or link it if DVC or git stores it under its digest and so never changes it."""
    stored = any(f"/{store}/" in source for store in (".dvc/cache/files", ".git/objects"))
    (os.link if stored else shutil.copy2)(source, target)


def stages_run(printed: str) -> list[str]:
    """Return the stages that `dvc repro` says it ran, in order."""
    return [line.split("'")[1] for line in printed.splitlines() if line.startswith("Running stage '")]
