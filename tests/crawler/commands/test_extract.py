"""`scrapy extract`: the crawl's readers on saved pages, from the command line."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.paths import PAGES, THREADS


def extract(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", "extract", *map(str, arguments)]
    environment = os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment, cwd=PAGES.parents[1]
    )


def test_a_saved_page_is_printed_as_the_record_the_crawl_would_keep() -> None:
    done = extract("--url", "https://lamp.example/2011/04/second-call/", THREADS / "wordpress-classic" / "page.html")
    record = json.loads(done.stdout)
    assert (record["platform"], record["comment_system"], record["comments_stated"]) == ("wordpress", "wordpress", 3)
    assert [each["author"] for each in record["comments"]] == ["Orla Breen", "Ivo Lamp", "Anonymous"]
    assert record["comments"][1]["parent_id"] == record["comments"][0]["id"]


def test_a_page_that_asks_not_to_be_archived_is_printed_without_its_text() -> None:
    record = json.loads(extract(PAGES / "noarchive" / "page.html").stdout)
    assert (record["status"], record["text"]) == ("withheld", "")


def test_many_packed_pages_are_printed_in_the_order_given(tmp_path: Path) -> None:
    page = (PAGES / "json-ld" / "page.html").read_bytes()
    paths = [tmp_path / f"page-{number}.html.gz" for number in range(12)]
    for path in paths:
        path.write_bytes(gzip.compress(page))
    lines = [json.loads(line) for line in extract("--map", "score", *paths).stdout.splitlines()]
    assert [line["page_id"] for line in lines] == [f"page-{number}" for number in range(12)]
    assert {line["date"] for line in lines} == {"2023-01-14"}
    assert all(line["text"] for line in lines)


def test_a_file_that_cannot_be_read_is_named_and_fails(tmp_path: Path) -> None:
    broken = tmp_path / "broken.html.gz"
    broken.write_bytes(b"no gzip")
    done = extract(broken, PAGES / "json-ld" / "page.html")
    assert done.returncode == 1
    assert "broken.html.gz: cannot be read" in done.stderr
    assert json.loads(done.stdout)["title"] == "Why discovery calls drift"


def test_one_address_does_not_fit_two_pages() -> None:
    page = PAGES / "json-ld" / "page.html"
    done = extract("--url", "https://notes.example/", page, page)
    assert done.returncode == 2
    assert "--url goes with one page" in done.stdout + done.stderr
