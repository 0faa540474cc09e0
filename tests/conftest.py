"""How long tests run, which share a process, and the figures of docs/reliability.md that `make torture` prints."""

import signal
from collections.abc import Callable

import pytest

from tests.support.paths import TESTS
from tests.support.torture import TORTURE

#: Folders whose files share something expensive, such as a WordPress. They take longest, so they start first.
SHARED = ("wordpress", "e2e")

_FIGURES = pytest.StashKey[list[str]]()


def pytest_sessionstart() -> None:
    """Let Ctrl-C reach the programs under test: a shell that runs the suite in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep each file, and each folder of `SHARED`, in one of the processes of `pytest -n`."""
    if not hasattr(config, "workerinput"):  # not a process of `pytest -n`
        return
    for item in items:
        path = item.path.relative_to(TESTS)
        item.add_marker(pytest.mark.xdist_group(path.parts[0] if path.parts[0] in SHARED else str(path)))
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in SHARED)


@pytest.fixture(scope="session")
def torture() -> bool:
    """Tell whether to run the long version of a test."""
    return TORTURE


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return what takes a figure in words, to be printed below the test's name when all tests are done."""
    figures = request.config.stash.setdefault(_FIGURES, [])
    return lambda words: figures.append(f"{request.node.name}: {words}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, in the order of the tests."""
    if TORTURE and (figures := terminalreporter.config.stash.get(_FIGURES, [])):
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(line)
