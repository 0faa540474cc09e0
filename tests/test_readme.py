"""Every command that the README shows works as shown, with a blog of our own in place of the reader's."""

import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest

from crawler.demo.web import LittleWeb
from tests.support.documents import PROGRAMS, Reader, blocks
from tests.support.paths import ROOT

README = ROOT / "README.md"
COMMANDS = [line for block in blocks(README, "sh") for line in block.splitlines()]
CRON = [line for block in blocks(README, "cron") for line in block.splitlines()]

#: Shown to be typed into a shell, and seen to work whenever these tests run: they made this environment.
_INSTALLING = ("python3 -m venv", ".venv/bin/pip install", ". .venv/bin/activate", "pipx install .")
_POST = "https://blog.example.com/some-post/"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with LittleWeb() as web:
        reader = Reader(tmp_path_factory.mktemp("reader"), web.blog("classic").base)
        reader.types("export SCRAPY_SETTINGS_MODULE=crawler.settings")  # as in the directory of scrapy.cfg
        yield reader


def typed(command: str) -> str:
    """Return a command with a post of the blog in it, and with a yes to what it asks at a terminal."""
    return command.replace(_POST, "https://blog.example.com/2008/04/two-responses/ --yes")


def test_the_commands_work_in_the_order_shown(reader: Reader) -> None:
    ours = [each for each in COMMANDS if each.startswith(("scrapy ", "sales-archive ", "export "))]
    assert len(ours) == 7

    for command in ours:
        if "serve" in command:
            assert b"forklift" in reader.serves(command, "forklift")
        else:
            done = reader.types(typed(command))
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_search_finds_what_was_crawled(reader: Reader) -> None:
    (search,) = [each for each in COMMANDS if each.startswith("sales-archive search")]

    assert "gatekeeper" in reader.types(search).stdout


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.startswith("make ")])
def test_make_knows_what_to_do(command: str) -> None:
    planned = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, check=False)

    assert planned.returncode == 0


def test_every_other_command_installs() -> None:
    others = [each for each in COMMANDS if not each.startswith(("scrapy ", "sales-archive ", "export ", "make "))]

    assert [each for each in others if not each.startswith(_INSTALLING)] == []
    assert (ROOT / "constraints.txt").exists()


def test_the_cron_line_crawls(reader: Reader) -> None:
    (line,) = CRON
    *schedule, command = line.split(" ", 5)
    project = reader.home / "src" / "sales-archive"
    (project / ".venv").mkdir(parents=True)
    (project / ".venv" / "bin").symlink_to(PROGRAMS)
    (project / "scrapy.cfg").symlink_to(ROOT / "scrapy.cfg")
    kept = reader.home / "sales-archive" / "records.db"
    kept.unlink()

    of_ours = f"{command} -a site=https://blog.example.com/"  # the catalogue names blogs of others
    done = reader.types(f"env -i HOME=$HOME PATH=/usr/bin:/bin /bin/sh -c '{of_ours}'")

    assert [re.fullmatch(r"\*|\d+", each) is not None for each in schedule] == [True] * 5
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert kept.exists()


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 120
