"""Long work shows how far it has come: as a bar on a terminal, as lines in a file."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.cli import progress as module
from archive.cli.progress import progress

PROGRAM = """
import sys
from archive.cli.progress import progress
with progress("Indexing", "texts") as show:
    for number in range(1, 201):
        show(number, 200)
"""


ONE_STEP = """
from archive.cli.progress import progress
with progress("Indexing", "texts") as show:
    show(200, 200)
"""


def on_terminal(columns: int, program: str = PROGRAM, **variables: str) -> str:
    """Return what a program writes to a terminal of so many columns."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns), **variables}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=slave)
    os.close(slave)
    written = b""
    with suppress(OSError):  # the other end is closed
        while part := os.read(master, 65_536):
            written += part
    assert process.wait(timeout=60) == 0
    os.close(master)
    return written.decode()


@pytest.mark.parametrize("columns", [80, 40])
def test_a_terminal_gets_a_bar_that_fits_its_width(columns: int) -> None:
    written = on_terminal(columns)

    last = written.replace("\x1b[?25l", "").replace("\x1b[?25h", "").rstrip().rpartition("\r")[2]
    assert last.startswith("Indexing")
    assert "200/200" in last
    assert "texts/s" in last
    assert "0/1 " not in written
    assert len(last) <= columns


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_no_step_is_wider_than_the_terminal(columns: int) -> None:
    slow = PROGRAM.replace("show(number, 200)", "show(number * 1_000, 250_000); time.sleep(0.006)")
    written = on_terminal(columns, f"import time\n{slow}")

    steps = re.sub(r"\x1b\[\?25[lh]", "", written).splitlines()
    assert any("00:00:0" in step for step in steps)
    assert max(map(len, steps)) <= columns


def test_the_rate_includes_the_last_step() -> None:
    assert " 0 texts/s" not in on_terminal(80, ONE_STEP)


def test_a_dumb_terminal_gets_no_escapes() -> None:
    assert on_terminal(80, TERM="dumb") == ""


def test_a_file_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "LINE_SECONDS", 0.0)
    with progress("Exporting", "posts") as show:
        show(500, 2_000)
        show(2_000, 2_000)

    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("Exporting: 500 of 2,000 posts, ")
    assert first.endswith(" left")
    assert last.startswith("Exporting: 2,000 of 2,000 posts, ")
    assert last.endswith("0:00:00 left")


@pytest.mark.parametrize("command", [["index", "--rebuild"], ["export", "{out}"]])
def test_short_work_writes_nothing_into_a_file(command: list[str], filled: Archive, tmp_path: Path) -> None:
    arguments = [part.format(out=tmp_path / "out") for part in command]
    program = [sys.executable, "-m", "archive", "--archive", str(filled.directory), *arguments]
    result = subprocess.run(program, capture_output=True, text=True, check=True)
    assert "\r" not in result.stderr
    assert "texts," not in result.stderr
