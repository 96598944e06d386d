"""Source trees to run: this one, or that of a commit in a separate folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.program import ROOT
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import folder_for


@dataclass(frozen=True)
class Tree:
    """A source tree that a backend can be started from."""

    name: str
    path: Path

    def run(self, folder: Path, seed: int = 0) -> AbstractContextManager[OurHost]:
        """Run ``imtui serve`` of this tree, with all its data in a folder.

        Compared processes need the same hash seed, because it affects the speed of look-ups.
        """
        environment = {**self._environment, "PYTHONHASHSEED": str(seed)}
        return imtui(folder, tree=self.path, environment=environment)

    def check(self) -> None:
        """Check that Python imports the sources of this tree.

        Raises:
            RuntimeError: Python imports others.
        """
        found = subprocess.run(
            [sys.executable, "-c", "import imtui; print(imtui.__file__)"],
            cwd=self.path,
            env={**os.environ, **self._environment},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()
        if not Path(found).is_relative_to(self.path):
            raise RuntimeError(f"{found} would be run, not what is in {self.path}")

    @property
    def _environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.path)}


THIS: Final = Tree("this tree", ROOT)


@contextmanager
def tree_of(rev: str) -> Iterator[Tree]:
    """Check a commit out for as long as the context lasts.

    Raises:
        RuntimeError: There is no such commit, or Python imports other sources.
    """
    try:
        commit = _git("rev-parse", "--verify", "--quiet", "--short", f"{rev}^{{commit}}")
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{rev} is no commit of this repository") from error
    with folder_for("tree") as folder:
        path = folder.resolve() / "tree"
        try:
            _git("worktree", "add", "--quiet", "--detach", path, commit)
            tree = Tree(rev if commit in rev else f"{rev} ({commit})", path)
            tree.check()
            yield tree
        finally:
            # If the folder was not created, git has no worktree to remove.
            if path.exists():
                _git("worktree", "remove", "--force", path)


def _git(*arguments: object) -> str:
    # In a git hook, these variables would select the repository of the hook.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    command = ["git", "-C", str(ROOT), *map(str, arguments)]
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
