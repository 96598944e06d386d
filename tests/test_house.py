"""The shape of the source: small folders, short files, declared dependencies."""

import ast
import re
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "imtui").rglob("*.py"))
ROOMS = ("imtui/server", "imtui/protocol", "imtui/sdk")
FILES_MAX = 20
LINES_MAX = 350
LINES_MAX_WITH_REASON = 400


def of_rooms() -> list[Path]:
    return [path for path in SOURCES if path.relative_to(ROOT).as_posix().startswith(ROOMS)]


def test_there_are_sources() -> None:
    assert len(of_rooms()) > 100


def test_folders_hold_few_files() -> None:
    folders = Counter(path.parent for path in of_rooms())
    assert {folder.name: count for folder, count in folders.items() if count > FILES_MAX} == {}


def test_files_are_short() -> None:
    long = {}
    for path in of_rooms():
        text = path.read_text()
        lines = len(text.splitlines())
        # Where one thing is truly one thing, the docstring says so.
        most = LINES_MAX_WITH_REASON if "One file:" in text[:1500] else LINES_MAX
        if lines > most:
            long[path.relative_to(ROOT).as_posix()] = lines
    assert long == {}


def test_nobody_outside_the_core_looks_into_its_state() -> None:
    core = ROOT / "imtui/server/core"
    looking = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "imtui/server").rglob("*.py")
        if core not in path.parents
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "state" and _is_context(node.value)
    ]
    assert looking == []


def _is_context(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("context", "account", "_core", "core")


def imported() -> dict[str, set[str]]:
    """Return the top-level modules that each file of ours imports."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
        found[path.relative_to(ROOT).as_posix()] = names
    return found


@pytest.fixture(scope="module")
def declared() -> set[str]:
    """Return the distributions that pyproject.toml declares for those who run imtui."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], *(extras[name] for name in extras if name != "dev")]
    return {_normal(re.split(r"[<>=!~;\[ ]", one)[0]) for some in lists for one in some}


def test_what_is_imported_is_declared(declared: set[str]) -> None:
    distributions = packages_distributions()
    undeclared = {
        (path, name)
        for path, names in imported().items()
        for name in names - {"imtui"} - set(sys.stdlib_module_names)
        if not {_normal(one) for one in distributions.get(name, [name])} & declared
    }
    assert undeclared == set()


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
