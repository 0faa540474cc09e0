"""Every command of the tutorial works as shown, in its order, with a blog of the demo in place of the reader's."""

import re
import sys
from collections.abc import Iterator

import pytest

from crawler.demo.web import LittleWeb
from tests.support.documents import Reader, blocks
from tests.support.paths import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"
COMMANDS = [line for block in blocks(TUTORIAL, "sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with LittleWeb() as web:
        yield Reader(tmp_path_factory.mktemp("reader"), web.blog("classic").base)


def test_the_commands_work_in_the_order_shown(reader: Reader) -> None:
    assert len(COMMANDS) >= 15
    for command in COMMANDS:
        if command == "sales-archive serve":
            assert b"forklift" in reader.serves(command, "forklift")
        else:
            done = reader.types(command)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("command", [each for each in COMMANDS if " search " in each])
def test_each_search_finds_something(reader: Reader, command: str) -> None:
    assert re.match(r"[1-9]\d* results?\b", reader.types(command).stdout)


def test_the_status_says_that_the_crawl_finished_with_new_posts(reader: Reader) -> None:
    assert re.search(r"finished .*: [1-9]\d* new", reader.types("sales-archive status").stdout)


def test_the_last_crawl_requested_nothing(reader: Reader) -> None:
    (latest,) = re.findall(r"latest crawls.*\n(.*)", reader.types("sales-archive status").stdout)
    assert "0 new posts" in latest
    assert " 0 requests" in latest


def test_the_cron_line_crawls_in_silence(reader: Reader) -> None:
    ((line,),) = (block.splitlines() for block in blocks(TUTORIAL, "cron"))
    *schedule, command = line.split(" ", 5)
    status = "sales-archive status | grep 'latest crawls'"
    before = reader.types(status).stdout

    done = reader.types(f"env -i HOME=$HOME PATH=/usr/bin:/bin /bin/sh -c '{command}'")

    assert [re.fullmatch(r"\*|\d+", field) is not None for field in schedule] == [True] * 5
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (before, reader.types(status).stdout) == ("latest crawls (3):\n", "latest crawls (4):\n")


def test_python_opens_the_dataset(reader: Reader) -> None:
    (program,) = blocks(TUTORIAL, "python")
    (reader.home / "open_dataset.py").write_text(program)

    done = reader.types(f"{sys.executable} {reader.home / 'open_dataset.py'}")

    counts = [int(count) for count in re.findall(r"^(\d+) comments: \S", done.stdout, re.MULTILINE)]
    assert (len(counts), counts) == (3, sorted(counts, reverse=True)), done.stderr


def test_the_backup_makes_an_equal_archive(reader: Reader) -> None:
    both = [reader.types(f"sales-archive {option} search price --json").stdout for option in ("", "--archive copy")]
    assert both[0].count('"url"') == both[1].count('"url"') > 0


def test_the_catalogue_is_as_large_as_the_tutorial_says() -> None:
    catalogue = (ROOT / "crawler" / "catalogue" / "sites.toml").read_text("utf-8")
    (said,) = re.findall(r"catalogue of (\d+) blogs", TUTORIAL.read_text("utf-8"))
    assert catalogue.count("[[site]]") == int(said)


def test_the_tutorial_is_short_enough_for_one_sitting() -> None:
    assert 80 <= len(TUTORIAL.read_text("utf-8").splitlines()) <= 150
