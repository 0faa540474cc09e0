"""The parts of the documents that are made from the code are what the code makes today."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT


def run(program: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, program, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"COLUMNS": "40", "TERM": "dumb", "NO_COLOR": "1", "SALES_ARCHIVE": "/somewhere"},
        {
            "COLUMNS": "200",
            "TERM": "xterm-256color",
            "LANG": "de_DE.UTF-8",
            "LC_ALL": "de_DE.UTF-8",
            "LANGUAGE": "de",
        },
    ],
    ids=["plain", "narrow", "wide and German"],
)
def test_every_generated_part_is_current_or_run_make_docs(environment: dict[str, str]) -> None:
    done = run(ROOT / "docs" / "generate.py", "--check", **environment)

    assert (done.stdout, done.stderr) == ("", "")
    assert done.returncode == 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the documents and the packages in which something may be changed."""
    for name in ("archive", "crawler", "webui"):
        (tmp_path / name).symlink_to(ROOT / name)
    return shutil.copytree(
        ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("screenshots", "decisions")
    )


@pytest.mark.parametrize("document", ["cli.md", "map.md", "platforms.md"])
def test_an_outdated_part_is_named_with_the_remedy_and_mended(document: str, copy: Path) -> None:
    path = copy / document
    current = path.read_text(encoding="utf-8")
    begin = current.index("<!-- begin ")
    path.write_text(current[:begin] + current[begin:].replace("the", "THE", 1), encoding="utf-8")

    named = run(copy / "generate.py", "--check")
    assert (named.returncode, named.stderr.count("\n")) == (1, 1)
    assert f"docs/{document}: " in named.stderr
    assert "run `make docs`" in named.stderr

    assert run(copy / "generate.py").returncode == 0
    assert path.read_text(encoding="utf-8") == current
