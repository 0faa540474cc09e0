import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from archive.archive import Archive
from archive.cli import main
from archive.cli.program import ORDER, group
from archive.records.models import Post, Visit
from archive.search.query.parser import FIELDS

Builder = Callable[..., Post]
THREAD = (("1", None, "It works."), ("2", "1", "For whom?"))


@pytest.fixture
def filled(archive: Archive, make_post: Builder) -> Path:
    post = make_post(thread=THREAD)
    visit = Visit(url=post.url, site=post.site, at=datetime(2026, 8, 1, tzinfo=UTC), status=200, post=post)
    archive.record(visit)
    return archive.directory


@pytest.fixture
def run(filled: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run_(*arguments: str) -> tuple[int, str, str]:
        status = main(["--archive", str(filled), *arguments])
        output, errors = capsys.readouterr()
        return status, output, errors

    return run_


Run = Callable[..., tuple[int, str, str]]
PROGRAM = [sys.executable, "-m", "archive"]


def test_search_brings_the_index_up_to_date_and_prints_hits(run: Run):
    status, output, errors = run("search", "works")

    assert (status, errors) == (0, "")
    assert output.startswith(
        "1 result\n\nYour first ten customers\n  comment, by Reader 1, example.com, 2015-03-02\n"
    )
    assert "https://example.com/first-ten-customers/#comment-1" in output


def test_search_says_what_was_perhaps_meant(run: Run):
    _, output, _ = run("search", "custmers")
    assert "Did you mean: customers\n" in output


def test_the_help_of_search_names_every_field_of_the_query_language(capsys: pytest.CaptureFixture[str]):
    assert main(["search", "--help"]) == 0
    output, _ = capsys.readouterr()
    assert [name for name in FIELDS if f"{name}:" not in output] == ["intitle"]  # another name of title


def test_search_as_json_is_the_result_page(run: Run):
    _, output, _ = run("search", "--json", "customers", "--filter", "kind=post", "--sort", "newest")

    results = json.loads(output)
    assert results["total"] == 1
    assert results["hits"][0]["url"] == "https://example.com/first-ten-customers/"


@pytest.mark.parametrize(
    "arguments", [["--filter", "colour=red"], ["--filter", "site"], ["--page", "0"], ["--sort", "best"]]
)
def test_arguments_that_mean_nothing_are_refused(run: Run, arguments: list[str]):
    status, output, errors = run("search", "customers", *arguments)
    assert (status, output) == (2, "")
    assert "Error: Invalid value for" in errors


@pytest.mark.parametrize(
    "name",
    [
        "https://example.com/first-ten-customers/",
        "http://www.example.com/first-ten-customers?utm_source=x#comment-2",
        "example.com/first-ten-customers",
    ],
)
def test_show_finds_a_post_by_any_spelling_of_its_address(run: Run, name: str):
    status, output, _ = run("show", name)

    assert status == 0
    assert output.startswith("Your first ten customers\nAnn Lee, 2015-03-01, example.com\n")
    assert "\n  Reader 2, 2015-03-02 09:02:00\n  For whom?\n" in output


def test_show_finds_a_post_by_the_id_of_one_of_its_comments(run: Run, make_post: Builder):
    post = make_post(thread=THREAD)

    _, output, _ = run("show", "--json", post.comments[1].id)

    assert Post.from_json(json.loads(output)) == post


def test_show_prints_the_history_of_a_text(run: Run, archive: Archive, make_post: Builder):
    archive.add(make_post(thread=THREAD[:1], title="Your first customers"))

    _, of_post, _ = run("show", "--history", make_post().id)
    _, of_comment, _ = run("show", "--history", make_post(thread=THREAD).comments[1].id)

    assert [line.split("  ")[2] for line in of_post.splitlines()] == ["added", "changed: title"]
    assert [line.split("  ")[2] for line in of_comment.splitlines()] == ["added", "removed"]


def test_show_prints_what_each_revision_changed(run: Run, archive: Archive, make_post: Builder):
    archive.add(make_post(text="Call first.\n\n-- Then write.\n\nThen wait.", title="Before"))
    archive.add(make_post(text="Call first.\n\nThen write twice.\n\nThen wait.", title="Before"))

    _, output, _ = run("show", "--diff", make_post().id)

    shown = [line[4:] for line in output.splitlines() if line.startswith(("    +", "    -"))]
    assert shown[-2:] == ["--- Then write.", "+Then write twice."]


@pytest.mark.parametrize("name", ["https://example.com/nothing/", "post:0", "comment:0", "http://[", ""])
def test_show_tells_that_there_is_no_such_post(run: Run, name: str):
    status, output, errors = run("show", name)

    assert (status, output) == (1, "")
    assert errors.startswith("sales-archive: no post of this archive has the ")
    assert run("show", "--history", name)[0] == 1


def test_show_lets_nothing_archived_steer_the_terminal(run: Run, archive: Archive, make_post: Builder):
    archive.add(make_post("https://evil.example/", title="\x1b]0;owned\x07 \u202egnp.exe", text="a\x9b2Jb\rc"))

    _, output, _ = run("show", "https://evil.example/")

    assert not set(output) & set("\x1b\x07\x9b\r\u202e")
    assert "a\ufffd2Jb\ufffdc" in output


def test_status_tells_sites_short_threads_failures_and_crawls(run: Run, archive: Archive, make_post: Builder):
    short = make_post("https://short.example/", thread=THREAD, comments_stated=9)
    at = datetime(2026, 8, 1, tzinfo=UTC)
    archive.record(
        Visit(url=short.url, site=short.site, at=at, status=200, post=short, thread_whole=False, reason="page 2: 503")
    )
    archive.record(Visit(url="https://short.example/b/", site="short.example", at=at, reason="timed out"))
    counts = {"archive/posts_new": 2, "archive/comments_new": 5}
    archive.jobs.end(archive.jobs.start("blog"), {"healthy": True, "requests": 9, "counts": counts})
    ill = {"healthy": False, "exit_status": 3, "reasons": ["short.example did not answer"], "counts": {}}
    archive.jobs.end(archive.jobs.start("blog"), ill)
    archive.jobs.start("discussions")

    _, output, _ = run("status")

    assert "example.com        1         2  not recorded\n" in output
    assert "https://short.example/: 2 of 9 (page 2: 503)" in output
    assert "https://short.example/b/: timed out (failures: 1)" in output
    assert ": OK; 2 new posts, 0 changed, 5 new comments; 9 requests, ended " in output
    assert ": UNHEALTHY, exit status 3: short.example did not answer; 0 new posts" in output
    assert ": not finished: running or killed\n" in output


def test_status_as_json_has_everything(run: Run):
    _, output, _ = run("status", "--json")

    status = json.loads(output)
    assert (status["posts"], status["comments"], status["failing"], status["jobs"]) == (1, 2, [], [])


def test_sites_lists_what_is_archived_per_site(run: Run):
    _, output, _ = run("sites", "--json")

    assert json.loads(output) == [
        {"site": "example.com", "platform": None, "posts": 1, "comments": 2, "pages": 1, "due": 1}
    ]
    assert run("sites")[1].splitlines()[0].split() == ["site", "platform", "posts", "comments", "pages", "due"]


def test_check_of_a_sound_archive_succeeds(run: Run):
    run("index")

    status, output, _ = run("check")

    assert status == 0
    assert output.startswith("no problems found in ")


def test_check_of_a_damaged_archive_fails_with_findings(run: Run, archive: Archive):
    run("index")
    with archive.database.write() as connection:
        connection.execute("DELETE FROM posts")

    status, output, _ = run("check")

    assert status == 1
    assert "belongs to a post that is not there" in output


def test_index_can_be_made_anew(run: Run):
    assert "3 texts indexed" in run("index")[1]
    assert "0 texts indexed" in run("index")[1]
    assert "index rebuilt (" in run("index", "--rebuild")[1]


@pytest.mark.parametrize("command", ["search x", "show x", "status", "sites", "check", "index", "serve"])
def test_without_an_archive_a_command_says_how_to_make_one_and_makes_none(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    directory = tmp_path / "nowhere"

    assert main(["--archive", str(directory), *command.split()]) == 2
    assert f"sales-archive: no archive in {directory}: create one with" in capsys.readouterr().err
    assert not directory.exists()


def test_the_directory_comes_from_the_environment(filled: Path):
    result = subprocess.run(
        [*PROGRAM, "sites"],
        env={**os.environ, "SALES_ARCHIVE": str(filled)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "example.com" in result.stdout


def test_a_damaged_database_is_told_in_one_line(filled: Path, archive: Archive):
    archive.close()
    with (filled / "records.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 60_000)

    result = subprocess.run(
        [*PROGRAM, "--archive", str(filled), "status"], capture_output=True, text=True, check=False
    )

    assert result.returncode == 2
    assert result.stderr.startswith("sales-archive: cannot ")
    assert result.stderr.count("\n") == 1


def test_a_reader_that_goes_away_ends_the_command_quietly(filled: Path):
    command = subprocess.Popen(
        [*PROGRAM, "--archive", str(filled), "status"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert command.stdout is not None
    command.stdout.close()

    _, errors = command.communicate(timeout=60)

    assert (command.returncode, errors) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_the_output_is_told_in_one_line(filled: Path):
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*PROGRAM, "--archive", str(filled), "status"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (result.returncode, result.stderr) == (2, "sales-archive: No space left on device\n")


def test_an_interrupted_command_ends_at_once_without_a_traceback(filled: Path, archive: Archive, make_post: Builder):
    post = make_post("https://long.example/", text="far more than a pipe holds " * 20_000)
    archive.add(post)
    command = subprocess.Popen(
        [*PROGRAM, "--archive", str(filled), "show", post.id], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.read(1)  # it is writing, and soon waits for us to read on

    command.send_signal(signal.SIGINT)

    assert command.wait(timeout=60) == 130
    assert command.stderr.read() == b""
    command.stdout.close()
    command.stderr.close()


@pytest.mark.parametrize("name", ORDER)
def test_every_command_and_option_has_help(name: str, capsys: pytest.CaptureFixture[str]):
    assert main([name, "--help"]) == 0
    output = capsys.readouterr().out
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert output.startswith(f"Usage: sales-archive {name}")
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_the_packages_contribute_the_commands_that_help_lists(capsys: pytest.CaptureFixture[str]):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == list(ORDER)
    assert "..." not in listed


@pytest.mark.parametrize("arguments", [[], ["sites"], ["serve"], ["show"]])
def test_help_fits_a_terminal_of_40_columns(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "40")
    assert main([*arguments, "--help"]) == 0
    output = capsys.readouterr().out
    assert [line for line in output.splitlines() if len(line) > 40] == []
    assert "..." not in output.partition("Commands:\n")[2]


def test_without_a_command_help_is_printed_and_the_status_is_2(capsys: pytest.CaptureFixture[str]):
    assert main([]) == 2
    assert "Commands:" in "".join(capsys.readouterr())


def test_a_mistyped_command_names_the_nearest(capsys: pytest.CaptureFixture[str]):
    assert main(["serve-it", "price"]) == 2
    assert "'serve'" in capsys.readouterr().err


def test_help_loads_nothing_heavy():
    program = (
        "import sys; from archive.cli import main; main(['--help']); "
        "print([name for name in ('numpy', 'whoosh', 'scrapy', 'flask', 'lxml') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [["customers", "-works"], ["customers -works"], ["--", "customers", "-works"]])
def test_a_word_after_one_dash_is_part_of_the_query(run: Run, words: list[str]):
    status, output, _ = run("search", "--json", *words)
    assert status == 0
    assert json.loads(output)["query"] == "customers -works"


def test_an_unknown_option_of_search_is_refused(run: Run):
    status, output, errors = run("search", "customers", "--wrong")
    assert (status, output) == (2, "")
    assert "--wrong" in errors


@pytest.mark.parametrize(("variables", "bold"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_bold_marks_unless_it_wants_none(filled: Path, variables: dict[str, str], bold: bool):
    master, slave = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    subprocess.run(
        [*PROGRAM, "--archive", str(filled), "search", "works"],
        env={**environment, "TERM": "xterm", **variables},
        stdout=slave,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    os.close(slave)
    written = os.read(master, 65_536)
    os.close(master)
    assert b"works" in written
    assert (b"\x1b[" in written) == bold


def test_a_shell_is_offered_commands_fields_and_sites(filled: Path):
    def offered(line: str) -> list[str]:
        words = line.split(" ")
        variables = {
            "_SALES_ARCHIVE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1),
            "SALES_ARCHIVE": str(filled),
        }  # fmt: skip
        program = "from archive.cli import main; main([])"
        result = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return [row.partition(",")[2] for row in result.stdout.splitlines()]

    assert offered("sales-archive se") == ["serve", "search"]
    assert offered("sales-archive search auth") == ["author:"]
    assert offered("sales-archive search site:ex") == ["site:example.com"]
    assert offered("sales-archive export out --site ex") == ["example.com"]
    assert offered("sales-archive export out --shape conv") == ["convokit"]
