from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import ArchiveOpenError, ArchiveWriteError
from archive.export.people import Authors, People, secret_key
from archive.records.models import Post

Builder = Callable[..., Post]
KEY = b"k" * 32


def published(post: Post, authors: Authors = "drop") -> Post:
    return People(authors, mask=False, key=KEY).applied(post)


@pytest.fixture
def thread(make_post: Builder) -> Callable[..., Post]:
    """Return a builder of a post whose commenters have these names and the last of whom says a text."""

    def build(names: list[str], text: str) -> Post:
        post = make_post(thread=tuple((str(n), None, "Yes.") for n in range(len(names))))
        comments = [replace(each, author=name) for each, name in zip(post.comments, names, strict=True)]
        return replace(post, comments=(*comments[:-1], replace(comments[-1], text=text)))

    return build


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("As Jo Marsh said, no.", "As [reader] said, no."),
        ("Jo, I agree.", "[reader], I agree."),
        ("Thanks Jo! Hi Will, hello @mark9", "Thanks [reader]! Hi [reader], hello @[reader]"),
        ("No.\nWill: thanks", "No.\n[reader]: thanks"),
        ("Will said so", "[reader] said so"),
        ("I will. Will you? Jo-Ann Marshall is a joker.", "I will. Will you? Jo-Ann Marshall is a joker."),
        ("Ann Lee wrote it, thanks Ann Lee", "Ann Lee wrote it, thanks Ann Lee"),
    ],
)
def test_names_of_the_thread_are_replaced_where_they_name_somebody(
    thread: Callable[..., Post], text: str, expected: str
):
    post = thread(["Jo Marsh", "Will", "mark9", "Ann Lee", "Q"], text)

    assert published(post).comments[-1].text == expected


def test_names_in_a_very_long_thread_are_replaced_too(thread: Callable[..., Post]):
    names = [f"Reader{n} Marsh{n}" for n in range(200)]

    post = published(thread(names, "I agree with Reader7 Marsh7, and with Reader8."), "pseudonym")

    assert post.comments[-1].text == f"I agree with {post.comments[7].author}, and with Reader8."


def test_names_with_signs_of_patterns_do_no_harm(thread: Callable[..., Post]):
    post = published(thread(["(.*)+$", "C++ Bob", "\\", "***"], "Thanks C++ Bob, (.*)+$ and ***"))

    assert post.comments[-1].text == "Thanks [reader], (.*)+$ and ***"


@pytest.mark.parametrize(("authors", "names"), [("keep", ["Jo", "Ann Lee"]), ("drop", [None, "Ann Lee"])])
def test_names_are_kept_or_dropped_but_bylines_stay(
    thread: Callable[..., Post], authors: Authors, names: list[str | None]
):
    post = published(thread(["Jo", "Ann Lee"], "Yes."), authors)

    assert [each.author for each in post.comments] == names
    assert post.author == "Ann Lee"


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path):
    key = secret_key(tmp_path / "key")

    assert secret_key(tmp_path / "key") == key
    assert len(key) == 32
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "abcd", "no key"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str):
    (tmp_path / "key").write_text(text)

    with pytest.raises(ArchiveOpenError, match="key"):
        secret_key(tmp_path / "key")


def test_a_key_that_cannot_be_made_is_told(tmp_path: Path):
    with pytest.raises(ArchiveWriteError, match="key"):
        secret_key(tmp_path / "nowhere" / "key")
