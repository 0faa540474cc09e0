"""Posts at their source: front matter, Markdown, addresses, git."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.content.folder import FolderError, open_folder
from crawler.content.frontmatter import FrontMatterError, split
from crawler.content.history import edits
from crawler.content.posts import ContentPost, SkippedFile, posts
from crawler.pages.markdown import markdown_text

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def read(
    root: Path, *, drafts: bool = False, site: str | None = "https://diary.example/"
) -> dict[str, ContentPost | SkippedFile]:
    folder = open_folder(root, site)
    return {each.file.name: each for each in posts(folder, NOW, drafts=drafts)}


def one(root: Path, **options: bool) -> ContentPost:
    (found,) = read(root, **options).values()
    assert isinstance(found, ContentPost), found
    return found


def test_yaml_front_matter_with_an_address_of_its_own_is_read_exactly(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/blog/third.md",
        "---\n\ndate: 2018-11-02 15:45:56+02:00\ntitle: 'Vol. 3: Coffee #4'\n\nurl: /blog/vol-3-coffee-4\n"
        "categories:\n- Coffee\n---\n\n\nWe sold *nothing*.\n\nThen we asked why.\n",
    )
    found = one(tmp_path)
    assert found.post.url == "https://diary.example/blog/vol-3-coffee-4"
    assert found.post.title == "Vol. 3: Coffee #4"
    assert found.post.published is not None
    assert found.post.published.moment == datetime(2018, 11, 2, 13, 45, 56, tzinfo=UTC)
    assert found.post.published.precision == "second"
    assert found.post.categories == ("Coffee",)
    assert found.post.text == "We sold nothing.\n\nThen we asked why."


def test_toml_and_json_heads_say_the_same_as_yaml(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "+++\ntitle = 'One'\ndate = 2020-02-03\ntags = ['x', 'y']\n+++\nText.\n")
    head = {"title": "One", "date": "2020-02-03", "tags": ["x", "y"]}
    write(tmp_path, "content/b.md", json.dumps(head, indent=1) + "\n\nText.\n")
    write(tmp_path, "content/c.md", "---\ntitle: One\ndate: 2020-02-03\ntags: [x, y]\n---\nText.\n")
    read_posts = [each.post for each in read(tmp_path).values() if isinstance(each, ContentPost)]
    assert [post.url for post in read_posts] == [f"https://diary.example/{name}/" for name in "abc"]
    assert len({(post.title, post.published, post.tags, post.text) for post in read_posts}) == 1
    assert read_posts[0].published is not None
    assert read_posts[0].published.precision == "day"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("draft: true\ndate: 2020-01-01", "draft: true"),
        ("published: false\ndate: 2020-01-01", "published: false"),
        ("date: 2031-05-01", "its date is in the future (2031-05-01)"),
        ("date: 2020-01-01\npublishDate: 2031-05-01", "its date is in the future (2031-05-01)"),
        ("date: 2020-01-01\nexpiryDate: 2021-02-03", "it expired on 2021-02-03"),
    ],
)
def test_what_the_generator_would_not_publish_is_left_out_with_its_reason(
    tmp_path: Path, head: str, reason: str
) -> None:
    write(tmp_path, "content/blog/hidden.md", f"---\ntitle: Hidden\n{head}\n---\nText.\n")
    left = read(tmp_path)["hidden.md"]
    assert isinstance(left, SkippedFile)
    assert (left.reason, left.broken) == (reason, False)


def test_drafts_are_taken_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "content/blog/hidden.md", "---\ntitle: Hidden\ndraft: true\ndate: 2020-01-01\n---\nText.\n")
    assert one(tmp_path, drafts=True).post.title == "Hidden"


@pytest.mark.parametrize(
    ("name", "head", "path"),
    [
        ("content/posts/First Call.md", "", "posts/first-call/"),
        ("content/posts/x.md", "slug: cold-calls", "posts/cold-calls/"),
        ("content/posts/bundle/index.md", "", "posts/bundle/"),
        ("content/posts/x.md", "url: archive/x.html", "archive/x.html"),
        ("content/posts/x.de.md", "", "posts/x/"),
    ],
)
def test_hugo_addresses_follow_the_path_the_slug_or_the_url(tmp_path: Path, name: str, head: str, path: str) -> None:
    write(tmp_path, name, f"---\ntitle: T\ndate: 2020-01-01\n{head}\n---\nText.\n")
    assert one(tmp_path).post.url == f"https://diary.example/{path}"


def test_hugo_permalinks_of_a_section_are_obeyed(tmp_path: Path) -> None:
    write(
        tmp_path,
        "hugo.toml",
        "baseURL = 'https://sales.example/notes/'\n[permalinks]\nposts = '/:year/:month/:slug/'\n",
    )
    write(tmp_path, "content/posts/x.md", "---\ntitle: Ask Early\ndate: 2020-03-04\n---\nText.\n")
    (found,) = read(tmp_path, site=None).values()
    assert isinstance(found, ContentPost)
    assert found.post.url == "https://sales.example/notes/2020/03/ask-early/"


def test_jekyll_names_dates_and_categories_make_the_address(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "url: https://jekyll.example\nbaseurl: /blog\n")
    write(tmp_path, "_posts/2019-05-06-first-demo.md", "---\ntitle: Demo\ncategories: [Sales, Demos]\n---\nText.\n")
    write(tmp_path, "_drafts/later.md", "---\ntitle: Later\n---\nText.\n")
    write(tmp_path, "about.md", "---\ntitle: About\n---\nText.\n")
    found = read(tmp_path, site=None)
    post = found["2019-05-06-first-demo.md"]
    assert isinstance(post, ContentPost)
    assert post.post.url == "https://jekyll.example/blog/sales/demos/2019/05/06/first-demo.html"
    assert post.post.published is not None
    assert post.post.published.precision == "day"
    assert isinstance(found["later.md"], SkippedFile)
    assert "about.md" not in found


def test_aliases_are_kept_as_older_addresses(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/x.md",
        "---\ntitle: T\ndate: 2020-01-01\naliases: [/old/x/, 'https://old.example/x']\n---\n.",
    )
    assert one(tmp_path).aliases == ("https://diary.example/old/x/", "https://old.example/x")


def test_shortcodes_and_html_leave_their_text_and_nothing_else() -> None:
    body = (
        'Before.\n\n{{< figure src="a.png" caption="The first demo" >}}\n\n'
        "{{% note %}}\nKeep *this*.\n{{% /note %}}\n\n"
        "<div class='box'>In a <b>box</b></div>\n\n{% include share.html %}\n{: .wide}\n\n<script>bad()</script>\n\n"
        "- one\n- two\n"
    )
    text = markdown_text(body)
    assert text.split("\n\n") == ["Before.", "The first demo", "Keep this.", "In a box", "- one\n- two"]


def test_a_broken_head_costs_that_file_only(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "---\ntitle: [unclosed\n---\nText.\n")
    write(tmp_path, "content/b.md", "---\ntitle: No end\n")
    write(tmp_path, "content/c.md", "---\ntitle: Good\ndate: 2020-01-01\n---\nText.\n")
    write(tmp_path, "content/d.md", "---\ndate: 2020-99-99\n---\nText.\n")
    found = read(tmp_path)
    assert [isinstance(each, SkippedFile) and each.broken for each in found.values()] == [True, True, False, True]


def test_deeply_nested_heads_are_refused() -> None:
    for text in ("---\na: " + "[" * 50_000 + "\n---\n", '{"a":' * 10_000, "+++\na = " + "[" * 50_000 + "\n+++\n"):
        with pytest.raises(FrontMatterError):
            split(text)


def test_a_folder_that_states_no_address_asks_for_one(tmp_path: Path) -> None:
    write(tmp_path, "hugo.toml", "baseURL = 'https://example.org/'\n")
    with pytest.raises(FolderError, match="-a site="):
        open_folder(tmp_path)


def test_git_history_gives_the_date_of_the_last_edit(tmp_path: Path) -> None:
    def git(*arguments: str, when: str) -> None:
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", "A"), ("EMAIL", "a@a.example"), ("DATE", when))
        }
        subprocess.run(
            ["git", "-C", str(tmp_path), *arguments],
            check=True,
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", **who},
        )

    git("init", when="2020-01-01T00:00:00Z")
    edited = write(tmp_path, "content/é dité.md", "---\ntitle: E\ndate: 2020-01-01\n---\nOne.\n")
    write(tmp_path, "content/once.md", "---\ntitle: O\ndate: 2020-01-01\n---\nOne.\n")
    git("add", ".", when="2020-01-01T00:00:00Z")
    git("commit", "-m", "first", when="2020-01-01T00:00:00Z")
    edited.write_text(edited.read_text("utf-8") + "Two.\n", "utf-8")
    git("commit", "-am", "second", when="2021-06-07T08:09:10Z")
    assert edits(tmp_path / "content") == {edited: datetime(2021, 6, 7, 8, 9, 10, tzinfo=UTC)}
    found = read(tmp_path)
    assert isinstance(found["é dité.md"], ContentPost)
    assert found["é dité.md"].post.updated == datetime(2021, 6, 7, 8, 9, 10, tzinfo=UTC)
    assert isinstance(found["once.md"], ContentPost)
    assert found["once.md"].post.updated is None
