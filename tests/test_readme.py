"""Every command that the README shows works as shown, with a blog of our own in place of the reader's."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from crawler.demo.programs import CRAWL_SETTINGS, free_port
from crawler.demo.web import LittleWeb
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
CRON = [line for language, block in BLOCKS if language == "cron" for line in block.splitlines()]

#: Shown to be typed into a shell, and seen to work whenever these tests run: they made this environment.
_INSTALLING = ("python3 -m venv", ".venv/bin/pip install", ". .venv/bin/activate", "export ")


@dataclass
class Reader:
    """Somebody who types the README's commands, one after the other."""

    directory: Path
    blog: str
    environment: dict[str, str] = field(default_factory=dict)

    def types(self, command: str) -> subprocess.CompletedProcess[str]:
        shell = ["/bin/sh", "-c", self.here(command)]
        return subprocess.run(
            shell, cwd=self.directory, env=self.environment, capture_output=True, text=True, check=False
        )

    def here(self, command: str) -> str:
        """Return a command with the reader's own blog and post in it."""
        post = f"{self.blog}/2008/04/two-responses/ --yes"  # it asks at a terminal
        return command.replace("https://blog.example.com/some-post/", post).replace(
            "https://blog.example.com", self.blog
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    directory = tmp_path_factory.mktemp("reader")
    settings = ["from crawler.settings import *  # noqa: F403"]
    settings += [f"{name} = {value!r}" for name, value in CRAWL_SETTINGS.items()]
    (directory / "readers_settings.py").write_text("\n".join(settings))
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SALES_ARCHIVE": str(directory / "kept"),
        "SCRAPY_SETTINGS_MODULE": "readers_settings",
        "PYTHONPATH": str(directory),
    }
    with LittleWeb() as web:
        yield Reader(directory, web.blog("classic").base, environment)


def test_the_commands_work_in_the_order_shown(reader: Reader) -> None:
    typed = [each for each in COMMANDS if each.startswith(("scrapy ", "sales-archive "))]
    assert len(typed) == 5

    for command in typed:
        if "serve" in command:
            assert _serves(reader, command)
        else:
            done = reader.types(command)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_search_finds_what_was_crawled(reader: Reader) -> None:
    (search,) = [each for each in COMMANDS if each.startswith("sales-archive search")]

    assert "gatekeeper" in reader.types(search).stdout


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.startswith("make ")])
def test_make_knows_what_to_do(command: str) -> None:
    planned = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, check=False)

    assert planned.returncode == 0


def test_every_other_command_installs(reader: Reader) -> None:
    others = [each for each in COMMANDS if not each.startswith(("scrapy ", "sales-archive ", "make "))]

    assert [each for each in others if not each.startswith(_INSTALLING)] == []
    assert (ROOT / "constraints.txt").exists()


def test_the_cron_line_crawls(reader: Reader) -> None:
    (line,) = CRON
    schedule, command = line.split(" ", 5)[:5], line.split(" ", 5)[5]
    home = reader.directory / "home"
    project = home / "src" / "sales-archive"
    (project / ".venv").mkdir(parents=True)
    (project / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    environment = reader.environment | {"HOME": str(home)}

    of_ours = f"{command} -a site={reader.blog}/"  # the catalogue names blogs of others
    done = subprocess.run(["/bin/sh", "-c", of_ours], env=environment, capture_output=True, text=True, check=False)

    assert [re.fullmatch(r"\*|\d+", each) is not None for each in schedule] == [True] * 5
    assert done.returncode == 0, done.stderr
    assert (home / "sales-archive" / "records.db").exists()


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 120


def _serves(reader: Reader, command: str) -> bool:
    """Tell whether a command serves the search page."""
    port = free_port(8500)
    program = [*shlex.split(command), "--port", str(port)]
    with subprocess.Popen(program, cwd=reader.directory, env=reader.environment) as process:
        try:
            while process.poll() is None:
                try:
                    with urlopen(f"http://127.0.0.1:{port}/search?q=forklift", timeout=30) as answer:
                        return b"forklift" in answer.read()
                except URLError:
                    continue
        finally:
            process.terminate()
    return False
