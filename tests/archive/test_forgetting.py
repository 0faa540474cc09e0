import fcntl
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.archive import Archive
from archive.cli import main
from archive.errors import ArchiveBusyError
from archive.forgetting import forget
from archive.records.models import Post, Visit
from archive.search.results import Query
from archive.store.captures import Capture
from archive.store.deny import Rule

Builder = Callable[..., Post]

#: Words that stand in no other text, so that their bytes can be looked for.
SECRET = "Quibblefrost schnorvelt pandimorg wexlithane drobbish finkelmoot"
OTHER = "Ask what they paid last year before you name your own price today."
AT = datetime(2026, 8, 1, tzinfo=UTC)


def visit(post: Post, *aliases: str) -> Visit:
    return Visit(url=post.url, site=post.site, at=AT, status=200, post=post, aliases=aliases)


def write_warc(archive: Archive, name: str, responses: dict[str, bytes], *, encoded: bool = False) -> Path:
    path = archive.directory / "warc" / name
    path.parent.mkdir(exist_ok=True)
    captures = []
    with path.open("wb") as file:
        file.write(warc_record("warcinfo", "", b"software: test\r\n"))
        for url, body in responses.items():
            offset = file.tell()
            encoding = b"Content-Encoding: gzip\r\n" if encoded else b""
            payload = gzip.compress(body) if encoded else body
            block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + encoding + b"\r\n" + payload
            file.write(warc_record("response", url, block))
            captures.append(Capture(url, "2026-08-01T00:00:00Z", url, name, offset, file.tell() - offset, "response"))
    archive.captures.add(captures)
    return path


def warc_record(kind: str, url: str, block: bytes) -> bytes:
    headers = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(block)}\r\n\r\n"
    return gzip.compress(headers.encode() + block + b"\r\n\r\n")


def urls_in(archive: Archive) -> set[str]:
    """Return the addresses in the WARC files, having read each by its capture."""
    found = set()
    for capture in archive.captures.newest():
        with (archive.directory / "warc" / capture.file).open("rb") as file:
            file.seek(capture.offset)
            record = next(ArchiveIterator(BytesIO(file.read(capture.length))))
            assert record.rec_headers.get_header("WARC-Target-URI") == capture.url
            found.add(capture.url)
    return found


def places_of(words: str, directory: Path) -> set[str]:
    """Return the top-level names under which any of these words is in any file, compressed or not."""
    probes = [word.lower().encode() for word in words.split()]
    return {
        path.relative_to(directory).parts[0]
        for path in directory.rglob("*")
        if path.is_file() and any(probe in data for data in _readings(path) for probe in probes)
    }


def _readings(path: Path) -> Iterator[bytes]:
    raw = path.read_bytes()
    yield raw.lower()
    if path.suffix == ".gz":
        for record in ArchiveIterator(BytesIO(raw)):
            yield record.content_stream().read().lower()
    for at in range(len(raw)):  # zlib streams anywhere within, as an index may hold
        if raw[at] == 0x78 and int.from_bytes(raw[at : at + 2]) % 31 == 0:
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(raw[at:]).lower()


def test_a_forgotten_post_is_nowhere_in_the_directory(archive: Archive, make_post: Builder):
    kept = make_post("https://example.com/kept/", text=OTHER)
    post = make_post("https://example.com/secret-post/", text="old " + SECRET, thread=(("1", None, SECRET.upper()),))
    archive.record(visit(kept))
    archive.record(visit(post))
    archive.record(visit(replace(post, text=SECRET, title=SECRET), "https://example.com/?p=7"))
    archive.sync()
    page = f"<p>{SECRET.replace(' ', ' <b>', 1)}</b></p>".encode()
    feed = json.dumps({"link": post.url, "content": f"<p>{SECRET}</p>"}).encode()
    write_warc(archive, "a.warc.gz", {kept.url: OTHER.encode(), post.url: page})
    write_warc(
        archive, "b.warc.gz", {"https://example.com/feed": feed, "https://example.com/style": b"a"}, encoded=True
    )
    assert places_of(SECRET, archive.directory) >= {"index", "warc"}
    assert {"records.db", "records.db-wal"} & places_of(SECRET, archive.directory)

    done = forget(archive, Rule(kind="url", value=post.url, reason="asked for"))

    assert (done.posts, done.comments, done.captures) == (1, 1, 2)
    assert places_of(SECRET, archive.directory) == set()
    assert urls_in(archive) == {kept.url, "https://example.com/style"}
    assert [each.id for each in archive.posts()] == [kept.id]
    assert archive.check() == []
    assert archive.search(Query(text="price")).total == 1


@pytest.mark.parametrize("address", ["https://example.com/secret-post/", "https://example.com/?p=7"])
def test_a_forgotten_post_does_not_come_back_by_any_address(archive: Archive, make_post: Builder, address: str):
    post = make_post("https://example.com/secret-post/")
    archive.record(visit(post, "https://example.com/?p=7"))
    forget(archive, Rule(kind="url", value=post.url))

    again = make_post(address)
    archive.frontier.discover("example.com", [(address, None)])

    assert archive.record(visit(again)).post == "denied"
    assert list(archive.posts()) == []
    assert archive.frontier.due("example.com", everything=True) == []


def test_followers_learn_that_a_forgotten_text_went_away(archive: Archive, make_post: Builder):
    post = make_post(thread=(("1", None, SECRET),))
    archive.add(post)
    before = archive.store.last_seq()

    forget(archive, Rule(kind="url", value=post.url))

    gone = archive.store.changes(before, 10)
    assert {(change.id, change.record) for change in gone} == {(post.id, None), (post.comments[0].id, None)}


def test_a_forgotten_site_leaves_nothing_but_its_rule(archive: Archive, make_post: Builder):
    post = make_post("https://secret.example/a/", text=SECRET, thread=(("1", None, SECRET),))
    other = make_post("https://example.com/kept/", text=OTHER)
    archive.record(visit(post))
    archive.record(visit(other))
    archive.sites.learn("secret.example", platform="ghost")
    archive.frontier.discover("secret.example", [("https://secret.example/b/", None)])
    write_warc(archive, "a.warc.gz", {"https://www.secret.example/x": b"short", other.url: OTHER.encode()})

    forget(archive, Rule(kind="site", value="secret.example"))

    assert places_of(SECRET, archive.directory) == set()
    assert urls_in(archive) == {other.url}
    assert archive.sites.states() == {}
    assert archive.frontier.due("secret.example", everything=True) == []
    assert archive.store.counts() == {"example.com": (1, 0)}


def test_a_forgotten_person_leaves_placeholders_where_others_answer(archive: Archive, make_post: Builder):
    thread = (("1", None, SECRET), ("2", "1", "I disagree."), ("3", None, SECRET))
    post = make_post(thread=thread)
    post = replace(
        post,
        comments=tuple(
            replace(each, author="Quibblefrost Wexlithane" if each.text == SECRET else "Bo") for each in post.comments
        ),
    )
    archive.record(visit(post))
    archive.record(visit(make_post("https://example.com/own/", author="Quibblefrost Wexlithane", text=SECRET)))
    archive.sync()

    done = forget(archive, Rule(kind="author", value="quibblefrost  wexlithane"))

    assert (done.posts, done.comments) == (1, 2)
    root, reply = archive.post(post.id).comments
    assert (root.deleted, root.author, root.text) == (True, None, "")
    assert (reply.text, reply.parent_id) == ("I disagree.", root.id)
    assert places_of("schnorvelt pandimorg", archive.directory) == set()
    assert archive.add(post).revisions == 0


def test_a_person_can_be_forgotten_at_one_site(archive: Archive, make_post: Builder):
    for url in ("https://one.example/a/", "https://two.example/a/"):
        archive.add(make_post(url))

    forget(archive, Rule(kind="author", value="Ann Lee", site="one.example"))

    assert [post.site for post in archive.posts()] == ["two.example"]


def test_links_to_a_forgotten_post_stay_on_the_pages_of_others(archive: Archive, make_post: Builder):
    kept = make_post("https://example.com/kept/", text=OTHER)
    post = make_post("https://example.com/secret-post/", text=SECRET)
    archive.record(visit(kept))
    archive.record(visit(post))
    link = b"<a href='https://example.com/secret-post/'>Next</a>"
    write_warc(archive, "a.warc.gz", {kept.url: link, "https://example.com/list": link})

    forget(archive, Rule(kind="url", value=post.url))

    assert urls_in(archive) == {kept.url}


def test_nothing_is_forgotten_while_a_crawl_writes_raw_responses(archive: Archive, make_post: Builder):
    archive.record(visit(make_post()))
    path = write_warc(archive, "a.warc.gz", {})
    opened = path.rename(path.with_name("a.warc.gz.open"))

    with opened.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ArchiveBusyError, match=r"a\.warc\.gz\.open"):
            forget(archive, Rule(kind="url", value=make_post().url))

    assert archive.store.counts() == {"example.com": (1, 0)}


def test_what_a_killed_crawl_left_is_cleaned_too(archive: Archive, make_post: Builder):
    post = make_post(text=SECRET)
    archive.record(visit(post))
    path = write_warc(archive, "a.warc.gz", {"https://example.com/style": b"a", post.url: SECRET.encode()})
    path.write_bytes(path.read_bytes()[:-20])
    path.rename(path.with_name("a.warc.gz.open"))

    forget(archive, Rule(kind="url", value=post.url))

    assert [each.name for each in path.parent.iterdir()] == ["a-r1.warc.gz"]
    assert urls_in(archive) == {"https://example.com/style"}


def test_forgetting_again_completes_what_a_reader_held_up(archive: Archive, make_post: Builder):
    archive.record(visit(make_post(text=SECRET)))
    archive.record(visit(make_post("https://example.com/kept/", text=OTHER)))
    rule = Rule(kind="url", value=make_post().url)
    reading = archive.posts()
    next(reading)
    with pytest.raises(ArchiveBusyError, match="forget again"):
        forget(archive, rule)
    reading.close()

    forget(archive, rule)

    assert places_of(SECRET, archive.directory) == set()


def test_the_command_forgets_lists_and_lifts(
    archive: Archive, make_post: Builder, capsys: pytest.CaptureFixture[str]
):
    archive.record(visit(make_post()))

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["--archive", str(archive.directory), "forget", *arguments])
        output, errors = capsys.readouterr()
        return status, output + errors

    assert run("example.com/first-ten-customers") == (
        2,
        "sales-archive: erasing cannot be undone, and there is no terminal to ask on; confirm it with --yes\n",
    )
    status, errors = run()
    assert status == 2
    assert errors.endswith("Error: name what to forget: the URL of a post, site:SITE or author:NAME\n")
    assert run("nonsense", "--yes")[0] == 1
    assert run("example.com/first-ten-customers", "--yes", "--reason", "asked for") == (
        0,
        "erased 1 post, 0 comments and 0 stored responses\n",
    )
    assert run("author:Bo Berg", "--site", "example.com", "--yes")[0] == 0
    assert run("--rules")[1] == (
        "author bo berg at example.com\nurl https://example.com/first-ten-customers/: asked for\n"
    )
    assert run("https://example.com/first-ten-customers/", "--allow")[0] == 0
    assert run("https://example.com/first-ten-customers/", "--allow")[0] == 1
