"""How long tests run, and the figures they show: those of docs/reliability.md under `make torture`."""

import signal
from collections.abc import Callable

import pytest

from tests.support.torture import TORTURE

_FIGURES = pytest.StashKey[list[str]]()


def pytest_sessionstart() -> None:
    """Let Ctrl-C reach the programs under test: a shell that runs the suite in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
