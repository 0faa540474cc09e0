"""Changing one's own catalogue from the command line."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.cli import main
from crawler.catalogue.editing import add
from crawler.catalogue.sites import load_sites


def run(directory: Path, *arguments: str) -> int:
    return main(["--archive", str(directory), "sites", *arguments])


def own(directory: Path) -> dict[str, tuple[str | None, bool]]:
    return {each.url: (each.name, each.disabled) for each in load_sites(directory / "sites.toml")}


def test_a_blog_is_added_once(directory: Path) -> None:
    assert run(directory, "add", "blog.example", "--name", 'A "quoted" \\ name') == 0
    assert run(directory, "add", "https://blog.example/") == 0

    assert own(directory) == {"https://blog.example/": ('A "quoted" \\ name', False)}


def test_blogs_that_are_added_at_once_are_all_added(directory: Path) -> None:
    def add_ten(number: int) -> None:
        for blog in range(10):
            add(directory / "sites.toml", f"https://blog-{number}-{blog}.example/")

    with ThreadPoolExecutor(8) as people:
        list(people.map(add_ten, range(8)))

    assert len(own(directory)) == 80


def test_a_blog_of_the_shipped_catalogue_is_left_out_by_ones_own(directory: Path) -> None:
    assert run(directory, "disable", "https://davidcummings.org/") == 0
    assert run(directory, "disable", "https://davidcummings.org/") == 0

    assert own(directory)["https://davidcummings.org/"][1]


def test_disabling_keeps_what_a_person_wrote(directory: Path) -> None:
    directory.mkdir()
    text = "# mine\n[[site]]\nurl = 'https://blog.example'  # a note\ndelay = 3\n"
    (directory / "sites.toml").write_text(text)

    assert run(directory, "disable", "blog.example") == 0

    (read,) = load_sites(directory / "sites.toml")
    assert (read.disabled, read.delay) == (True, 3)
    assert "# a note" in (directory / "sites.toml").read_text()


def test_a_feed_readers_list_is_imported(directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(
        '<opml version="2.0"><body><outline text="Sales"><outline text="One" xmlUrl="https://one.example/feed/"/>'
        '<outline title="Two" htmlUrl="https://two.example/blog" xmlUrl="https://two.example/blog/rss.xml"/>'
        '<outline text="Known" htmlUrl="https://davidcummings.org/"/></outline></body></opml>'
    )

    assert run(directory, "import", str(opml)) == 0

    assert own(directory) == {"https://one.example/": ("One", False), "https://two.example/blog": ("Two", False)}
    assert "2 added" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [("add", "mailto:x"), ("disable", "https://nowhere.example/"), ("import", "/nowhere.opml")],
)
def test_what_cannot_be_done_is_told(
    directory: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(directory, *arguments) == 2
    assert capsys.readouterr().err


def test_the_catalogue_is_listed_with_what_is_left_out(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(directory, "add", "blog.example")
    run(directory, "disable", "blog.example")
    capsys.readouterr()

    assert run(directory, "list") == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 100
    assert "https://blog.example/\t\t\tdisabled" in lines


def test_importing_opml_reports_what_is_no_blog_and_imports_the_rest(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(
        '<opml><body><outline xmlUrl="feed://odd.example/rss.xml"/><outline htmlUrl="javascript:alert(1)"/>'
        '<outline text="&quot;]&#10;[[site]]&#10;x = 1" htmlUrl="https://three.example/a&quot;b\\c"/>'
        '<outline htmlUrl="https://four.example/"/><outline htmlUrl="https://four.example/"/></body></opml>'
    )

    assert run(directory, "import", str(opml)) == 0

    assert [url.split("/")[2] for url in own(directory)] == ["three.example", "four.example"]
    said = capsys.readouterr().out
    assert "2 added" in said
    assert "'javascript:alert(1)'" in said


def test_disabling_a_site_ignores_the_catalogue_entry_in_a_comment(directory: Path) -> None:
    directory.mkdir()
    line = 'url = "https://b.example/"'
    text = f'# once: {line}\n[[site]]\nurl = "https://a.example/"\n[[site]]\n{line}\n'
    (directory / "sites.toml").write_text(text)

    assert run(directory, "disable", "b.example") == 0

    assert {url: disabled for url, (_, disabled) in own(directory).items()} == {
        "https://a.example/": False,
        "https://b.example/": True,
    }


def test_a_catalogue_that_cannot_take_another_line_is_left_unchanged(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory.mkdir()
    text = '[[site]]\nurl = "https://a.example/"\ndisabled = false\n'
    (directory / "sites.toml").write_text(text)

    assert run(directory, "disable", "a.example") == 2

    assert (directory / "sites.toml").read_text() == text
    assert "change it by hand" in capsys.readouterr().err
    assert [each.name for each in directory.iterdir()] == ["sites.toml"]
