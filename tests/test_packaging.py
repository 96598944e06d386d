"""What is built and installed: all that is needed, and nothing else."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

import imtui
from tests.pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BUILD = (
    "import sys; sys.path.insert(0, '.build'); import backend;"
    "print(getattr(backend, 'build_' + sys.argv[1])(sys.argv[2]))"
)
IN_SDIST = {
    *("README.md", "LICENSE", "PKG-INFO", "pyproject.toml", "setup.cfg"),
    *("imtui", "imtui.egg-info", "tests", "screenshots", ".ci", ".build"),
}
"""``setup.cfg`` and the folder of metadata are made by the build."""
CACHES = ("__pycache__", ".pyc", ".hypothesis", ".pytest_cache", ".mypy_cache", ".venv")
DATA = re.compile(
    r"imtui/(py\.typed|CHANGELOG\.md|([a-z]+/)*README\.md|tui/\w+/\w+\.tcss|cli/share/[\w/.-]+)"
)


pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist in a copy of the tree, and a wheel from the sdist; return their folder."""
    tree, dist = (tmp_path_factory.mktemp(name) for name in ("tree", "dist"))
    for folder in ("imtui", "tests", "screenshots", ".ci", ".build"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("venv"))
    for name in IN_SDIST:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, tree)
    for stray in (".venv/lib/a.py", "tests/__pycache__/a.cpython-311.pyc", "build/lib/a.py"):
        (tree / stray).parent.mkdir(parents=True, exist_ok=True)
        (tree / stray).touch()
    _build("sdist", tree, dist)
    (file,) = dist.iterdir()
    with tarfile.open(file) as archive:
        archive.extractall(tree, filter="data")
    _build("wheel", tree / file.name.removesuffix(".tar.gz"), dist)
    return dist


def _build(kind: str, tree: Path, dist: Path) -> None:
    command = [sys.executable, "-c", BUILD, kind, str(dist)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)


@pytest.fixture(scope="module")
def sdist(built: Path) -> list[str]:
    """Return the paths of the files in the sdist, without its own folder."""
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        files = [one.name for one in archive.getmembers() if one.isfile()]
    return [name.partition("/")[2] for name in files]


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (file,) = built.glob("*.whl")
    return zipfile.ZipFile(file)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_an_sdist_is_the_source_and_nothing_else(sdist: list[str]) -> None:
    assert {name.partition("/")[0] for name in sdist} == IN_SDIST
    assert not [name for name in sdist if any(cache in name for cache in CACHES)]
    assert {"tests/conftest.py", "tests/pem/first.pem", ".ci/run"} <= set(sdist)


def test_a_wheel_is_the_package_with_its_data(wheel: zipfile.ZipFile) -> None:
    all_names = wheel.namelist()
    names = {name for name in all_names if ".dist-info/" not in name and ".data/" not in name}
    shared = {name.partition(".data/data/share/")[2] for name in all_names if ".data/" in name}
    share = ROOT / "imtui/cli/share"
    assert shared == {
        path.relative_to(share).as_posix() for path in share.rglob("*") if path.is_file()
    }
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "imtui").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == here
    data = {name for name in names if not name.endswith(".py")}
    assert {name for name in data if not DATA.fullmatch(name)} == set()
    assert {"imtui/py.typed", "imtui/tui/README.md"} <= data


def test_an_installed_wheel_runs(built: Path, tmp_path: Path) -> None:
    (file,) = built.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(tmp_path), str(file)], check=True)
    program = "import imtui.tui.app.app, imtui.cli.entry as e; print(imtui.__file__); e.run()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "--version"],
        env={"PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        str(tmp_path / "imtui" / "__init__.py"),
        f"imtui {imtui.__version__}",
    ]
    assert (tmp_path / "bin" / "imtui").exists()


def test_on_an_index_no_link_leads_nowhere(metadata: Message) -> None:
    text = metadata.get_payload()
    assert isinstance(text, str)
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "centre is **presence**" in text
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert not [link for link in links if not link.startswith("https://")]
    named = re.findall(r"`(imtui/[\w/.]+)`", text)
    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert "imtui/tui/README.md" in named


def test_the_version_is_one_and_the_changelog_tells_of_it() -> None:
    version = PROJECT["version"]
    assert version == imtui.__version__
    changelog = (ROOT / "imtui/CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert re.fullmatch(rf"\[{re.escape(version)}\] - (unreleased|\d{{4}}-\d\d-\d\d)", headings[0])
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - .*", one) for one in headings)
    kinds = set(re.findall(r"^### (.*)$", changelog, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_dependency_has_both_bounds() -> None:
    extras = PROJECT["optional-dependencies"].values()
    for dependency in (*PROJECT["dependencies"], *(one for extra in extras for one in extra)):
        assert re.fullmatch(r"[\w-]+>=[\d.]+,<[\d.]+", dependency), dependency
