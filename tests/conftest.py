"""How long tests run, which share a process, and the figures of docs/reliability.md that `make torture` prints."""

import signal
from collections.abc import Callable

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

from tests.support.torture import TORTURE

#: Folders whose files share something expensive, such as a WordPress. They take longest, so they start first.
SHARED = ("tests/wordpress/", "tests/e2e/")
_FIGURES = pytest.StashKey[list[str]]()


def pytest_sessionstart() -> None:
    """Let Ctrl-C reach the programs under test: a shell that runs the suite in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class FilesAndFolders(LoadFileScheduling):
    """Runs each file, and each folder of `SHARED`, in one of the processes of `pytest -n --dist loadfile`.

    `--dist loadgroup` would do the same, but pytest-xdist 3.8 takes no notice of its groups under pytest 9.2
    (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the tests that a test shares its process with."""
        return next((folder for folder in SHARED if nodeid.startswith(folder)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesAndFolders | None:
    """Take our scheduler for `--dist loadfile`."""
    return FilesAndFolders(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start the folders of `SHARED` first in the processes of `pytest -n`."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(SHARED))


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
