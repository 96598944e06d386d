"""Each section of the page and each decision about the backend has a test."""

import importlib
import inspect
import pkgutil

from . import __path__ as package_path
from .clauses import DECISIONS, SECTIONS


def covered() -> set[str | int]:
    """Return the clauses that the tests of this package declare."""
    found: set[str | int] = set()
    for module in pkgutil.walk_packages(package_path, f"{__package__}."):
        if module.name.rpartition(".")[2].startswith("test_"):
            imported = importlib.import_module(module.name)
            for name, test in inspect.getmembers(imported, inspect.isfunction):
                if name.startswith("test_"):
                    found |= set(test.__dict__.get("clauses", ()))
    return found


def test_each_section_of_the_page_has_a_test() -> None:
    assert set(SECTIONS) - covered() == set()


def test_each_decision_has_a_test() -> None:
    assert set(DECISIONS) - covered() == set()
