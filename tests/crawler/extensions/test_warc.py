"""Raw responses are kept in valid WARC files, whatever happens to the crawl."""

import gzip
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.archive import Archive
from archive.store.captures import OPEN, Capture
from crawler.extensions import warc
from crawler.extensions.warc import OpenWarc, RawResponse, ResponseWriter, WarcFiles, close_torn, whole_length
from crawler.pages.reservations import Reservations
from tests.support.blog import Answer, Blog
from tests.support.crawling import crawl


def files(directory: Path) -> list[Path]:
    return sorted((directory / "warc").iterdir())


def records(path: Path) -> list[tuple[str, str | None]]:
    with path.open("rb") as file:
        return [(each.rec_type, each.rec_headers.get_header("WARC-Target-URI")) for each in ArchiveIterator(file)]


def check(path: Path) -> int:
    return subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=False).returncode


def test_every_response_is_kept_in_one_valid_file(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("kept"))

    crawl(directory, site=blog.url, settings={"WARC_ENABLED": True})

    (path,) = files(directory)
    assert path.name.endswith(".warc.gz")
    assert ("response", f"{blog.url}/kept/") in records(path)
    assert records(path)[0][0] == "warcinfo"
    assert check(path) == 0


def test_the_archive_knows_where_each_response_lies(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("found-again"))
    crawl(directory, site=blog.url, settings={"WARC_ENABLED": True})

    with Archive(directory) as archive:
        capture = next(each for each in archive.captures.newest() if each.url.endswith("/found-again/"))
    with (directory / "warc" / capture.file).open("rb") as file:
        file.seek(capture.offset)
        record = next(iter(ArchiveIterator(file)))
        body = record.content_stream().read()

    assert b"Found again" in body
    assert record.rec_headers.get_header("WARC-Payload-Digest") == capture.digest


def test_a_payload_kept_before_becomes_a_revisit(blog: Blog, directory: Path) -> None:
    path = blog.post("same-again", validators=False)
    blog.sitemap(path)
    for _ in range(2):
        crawl(directory, site=blog.url, refresh="all", settings={"WARC_ENABLED": True})

    kinds = sorted(kind for file in files(directory) for kind, url in records(file) if url == blog.url + path)
    assert kinds == ["response", "revisit"]
    assert [check(file) for file in files(directory)] == [0, 0]


def test_a_payload_that_comes_twice_before_it_is_noted_is_kept_once(directory: Path) -> None:
    with Archive(directory) as archive:
        writer = ResponseWriter(archive, "test")
        urls = [f"https://a.example/{number}" for number in range(3)]
        host = Reservations()
        now = datetime.now(UTC)
        writer.write([RawResponse(url, now, 200, [], b"the same", None, host) for url in urls])
        writer.close()

    (path,) = files(directory)
    kinds = [("response", urls[0]), ("revisit", urls[1]), ("revisit", urls[2])]
    assert records(path)[1:] == kinds
    assert check(path) == 0


def test_a_slow_disk_slows_the_crawl_instead_of_filling_the_memory(
    blog: Blog, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_up = threading.Event()
    waiting: list[int] = []
    write, wait = OpenWarc.append, WarcFiles.wait_for_disk

    def append(file: OpenWarc, record: Any) -> tuple[int, int]:
        assert held_up.wait(60)
        return write(file, record)

    async def watched(raw: WarcFiles) -> None:
        if raw.bytes_waiting:
            held_up.set()
        await wait(raw)
        waiting.append(raw.bytes_waiting)

    monkeypatch.setattr(OpenWarc, "append", append)
    monkeypatch.setattr(WarcFiles, "wait_for_disk", watched)
    monkeypatch.setattr(warc, "MOST_WAITING", 0)
    blog.sitemap(*(blog.post(f"post-{number}") for number in range(3)))

    crawl(directory, site=blog.url, settings={"WARC_ENABLED": True})

    assert held_up.is_set()
    assert set(waiting) == {0}
    assert blog.count("/post-2/") == 1


def test_a_compressed_body_is_kept_as_it_came(blog: Blog, directory: Path) -> None:
    packed = gzip.compress(b"<html><body><article><p>Packed words.</p></article></body></html>")
    blog.pages["/packed/"] = Answer(packed, headers={"Content-Encoding": "gzip"})
    blog.sitemap("/packed/")

    crawl(directory, site=blog.url, settings={"WARC_ENABLED": True})

    (path,) = files(directory)
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if (record.rec_headers.get_header("WARC-Target-URI") or "").endswith("/packed/"):
                assert record.http_headers.get_header("Content-Encoding") == "gzip"
                assert b"Packed words" in record.content_stream().read()
                return
    raise AssertionError


def test_the_setting_switches_it_off(blog: Blog, directory: Path) -> None:
    crawl(directory, site=blog.url, settings={"WARC_ENABLED": False})

    assert not (directory / "warc").exists()


def torn_file(directory: Path) -> tuple[Path, int]:
    """Leave a file as a killed process does: two whole records and half of a third."""
    (directory / "warc").mkdir(parents=True)
    path = directory / "warc" / f"20250101T000000Z-torn.warc.gz{OPEN}"
    warc = OpenWarc(path)
    for _ in range(2):
        warc.append(warc.writer.create_warcinfo_record("x", {"software": "test"}))
    offset, length = warc.append(warc.writer.create_warcinfo_record("x", {"software": "test"}))
    warc.close()
    path.with_name(warc.name).rename(path)
    path.write_bytes(path.read_bytes()[: offset + length // 2])
    return path, offset


def test_the_tail_that_a_killed_crawl_tore_is_cut_and_its_rows_go(directory: Path) -> None:
    path, whole = torn_file(directory)
    with Archive(directory) as archive:
        name = path.name.removesuffix(OPEN)
        for at in (0, whole):
            row = Capture(f"https://a.example/{at}", "2025-01-01T00:00:00Z", str(at), name, at, 1, "response")
            archive.captures.add([row])

        close_torn(archive)

        assert [each.offset for each in archive.captures.newest()] == [0]
    (kept,) = files(directory)
    assert (kept.name, kept.stat().st_size) == (name, whole)
    assert check(kept) == 0


def test_a_file_that_a_living_crawl_writes_is_left_alone(directory: Path) -> None:
    (directory / "warc").mkdir(parents=True)
    path = directory / "warc" / f"20250101T000000Z-alive.warc.gz{OPEN}"
    warc = OpenWarc(path)
    warc.append(warc.writer.create_warcinfo_record("x", {"software": "test"}))
    with Archive(directory) as archive:
        close_torn(archive)

    assert path.exists()
    warc.close()
    assert not path.exists()


def test_bytes_that_are_no_gzip_have_no_whole_part(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(b"not gzip at all")

    assert whole_length(path) == 0
