"""The sources of a backend: those of this tree, or of a commit in a folder of its own."""

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
    """Sources that a backend can be started from."""

    name: str
    path: Path

    def run(self, folder: Path, seed: int = 0) -> AbstractContextManager[OurHost]:
        """Run ``imtui serve`` of these sources with all that it keeps in a folder.

        The seed is that of hashes, which decide how fast each process finds what it looks for.
        """
        environment = {**self._environment, "PYTHONHASHSEED": str(seed)}
        return imtui(folder, tree=self.path, environment=environment)

    def check(self) -> None:
        """Make sure that it is these sources that are run.

        Raises:
            RuntimeError: Python finds others.
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
        RuntimeError: There is no such commit, or Python would run other sources.
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
            # One that was not made is none of git's.
            if path.exists():
                _git("worktree", "remove", "--force", path)


def _git(*arguments: object) -> str:
    # Within a hook of git these would lead to what it works on.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    command = ["git", "-C", str(ROOT), *map(str, arguments)]
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
