"""The shape of the source: small folders, short files, declared dependencies."""

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "imtui").rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts)
FILES_MAX = 20
LINES_MAX = 350
LINES_MAX_WITH_REASON = 400
CALLBACKS_MAX = 5
WIDGET_MODULES = (
    "textual.command",
    "textual.containers",
    "textual.screen",
    "textual.scroll_view",
    "textual.widget",
    "textual.widgets",
)


def test_there_are_sources() -> None:
    assert len(SOURCES) > 100


def test_folders_hold_few_files() -> None:
    folders = Counter(path.parent for path in (*SOURCES, *TESTS))
    assert {folder.name: count for folder, count in folders.items() if count > FILES_MAX} == {}


def test_files_are_short() -> None:
    long = {}
    for path in SOURCES:
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


def callbacks(sources: Iterable[str]) -> list[str]:
    """Return the constructor arguments of widgets and screens that are callables.

    An argument is a callable if its annotation names ``Callable``, an alias of a callable type,
    or a class with ``__call__``.
    """
    trees = [ast.parse(source) for source in sources]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    widgets = {
        alias.asname or alias.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in WIDGET_MODULES
        for alias in node.names
    }
    _add_until_stable(widgets, [(one.name, one.bases) for one in classes])
    types = {"Callable"} | {one.name for one in classes if _method(one, "__call__")}
    _add_until_stable(types, [pair for tree in trees for pair in _aliases(tree)])
    return [
        f"{one.name}.{argument.arg}"
        for one in classes
        if one.name in widgets and (constructor := _method(one, "__init__"))
        for argument in ast.walk(constructor.args)
        if isinstance(argument, ast.arg) and argument.annotation
        if types & set(_names(argument.annotation))
    ]


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == name]
    return methods[0] if methods else None


def _aliases(tree: ast.Module) -> Iterator[tuple[str, list[ast.expr]]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, [node.value]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, [node.value]


def _add_until_stable(known: set[str], definitions: list[tuple[str, list[ast.expr]]]) -> None:
    """Add each name that is defined with a known name."""
    count = -1
    while count != len(known):
        count = len(known)
        known |= {
            name for name, parts in definitions if any(known & set(_names(part)) for part in parts)
        }


def _names(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from re.findall(r"\w+", part.value)


def test_widgets_take_few_callbacks() -> None:
    app = ROOT / "imtui/tui"
    found = callbacks(path.read_text() for path in SOURCES if app in path.parents)
    assert len(found) <= CALLBACKS_MAX, found


def test_callbacks_are_found() -> None:
    source = """
from textual.screen import Screen
from textual.widgets import Static

Act = Callable[[], None]
Choose: TypeAlias = Act | None

class Ask(Protocol):
    def __call__(self) -> str: ...

class Label(Static):
    def __init__(self, text: str, act: Act, *, then: collections.abc.Callable[[], None]) -> None:
        self.act: Act = act

class Big(Label):
    def __init__(self, choose: "Choose", *asks: Ask) -> None: ...

class Model:
    def __init__(self, act: Act) -> None: ...
"""
    assert callbacks([source]) == ["Label.act", "Label.then", "Big.choose", "Big.asks"]


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
