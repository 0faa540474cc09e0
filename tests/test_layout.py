"""The layout of the project: how large folders and modules may be, and what tests and benchmarks share."""

import ast
import re
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.paths import ROOT, TESTS

PACKAGES = ("archive", "crawler", "webui")
MOST_LINES = 450
MOST_MODULES = 15
LONGEST_TEST_NAME = 70
#: Folders of one file a thing, which grow with the things.
UNLIMITED = {
    "archive/cli", "archive/export/shapes", "crawler/commands", "crawler/comments/systems", "crawler/platforms",
    "webui/views",
}  # fmt: skip

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_no_module_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_no_folder_holds_too_many_modules() -> None:
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in MODULES if not path.name.startswith("__"))
    assert {name: count for name, count in counts.items() if count > MOST_MODULES and name not in UNLIMITED} == {}


def test_no_test_name_is_too_long() -> None:
    modules = [path for path in TESTS.rglob("test_*.py") if "node_modules" not in path.parts]
    names = {
        name
        for path in modules
        for name in re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    assert {name for name in names if len(name) > LONGEST_TEST_NAME} == set()


def imports_of_tests(path: Path) -> set[str]:
    """Return the modules of the tests that a module imports."""
    return set(re.findall(r"^\s*(?:from|import) (tests[\w.]*)", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_tests_share_only_their_own_folder_and_support(path: Path) -> None:
    if "node_modules" in path.parts:
        pytest.skip("a package of npm's")
    own = ".".join(("tests", *path.relative_to(TESTS).parts[:1])).removesuffix(".py")
    allowed = ("tests.support",) if own in {"tests.support", "tests.conftest"} else ("tests.support", own)
    foreign = {name for name in imports_of_tests(path) if not name.startswith(allowed)}
    assert foreign == set()
    assert not any(re.search(r"\.test_\w+$", name) for name in imports_of_tests(path)), "a test module is imported"


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.name)
def test_benchmarks_take_of_the_tests_only_support(path: Path) -> None:
    assert {name for name in imports_of_tests(path) if not name.startswith("tests.support")} == set()


def imported(path: Path) -> set[str]:
    """Return the names of all modules that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_only_the_stemmers_of_whoosh_are_used_outside_its_engine() -> None:
    foreign = {
        (str(path.relative_to(ROOT)), name)
        for path in MODULES
        if not path.is_relative_to(ROOT / "archive" / "search" / "whoosh")
        for name in imported(path)
        if name.partition(".")[0] == "whoosh"
    }
    assert foreign == {("archive/search/words.py", "whoosh.lang")}


def test_every_library_is_declared_and_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[^\w.-]", line)[0].lower() for line in project["dependencies"]}
    known = set(sys.stdlib_module_names) | set(PACKAGES) | {"compression"}  # of Python 3.14
    roots = {name.partition(".")[0] for path in MODULES for name in imported(path)} - known
    distributions = packages_distributions()
    used = {name.lower() for root in roots for name in distributions.get(root, [root])}
    used |= {"backports.zstd"} if "backports" in roots else set()
    reasons = (ROOT / "docs" / "design.md").read_text("utf-8")
    assert used <= declared
    assert {name for name in declared - used if f"`{name}`" not in reasons} == set()
