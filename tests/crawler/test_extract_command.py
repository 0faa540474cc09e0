"""`scrapy extract`, as a contributor runs it on saved pages."""

import gzip
import json
from pathlib import Path

from tests.crawler.blog import post_page
from tests.crawler.crawling import run


def test_each_saved_page_is_one_line_of_json_in_the_order_given(tmp_path: Path):
    plain, packed = tmp_path / "cold-calls.html", tmp_path / "warm-calls.html.gz"
    plain.write_text(post_page("cold-calls", comments=2), "utf-8")
    packed.write_bytes(gzip.compress(post_page("warm-calls").encode()))

    done = run("extract", str(plain), str(packed))

    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["title"] for record in records] == ["Cold calls", "Warm calls"]
    assert [len(record["comments"]) for record in records] == [2, 0]


def test_an_address_given_is_the_posts_own(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(post_page("cold-calls"), "utf-8")
    done = run("extract", str(page), "--url", "https://blog.example/cold-calls/?utm_source=x")
    assert json.loads(done.stdout)["url"] == "https://blog.example/cold-calls/"


def test_the_form_for_scoring_holds_days_and_dates_as_shown(tmp_path: Path):
    page = tmp_path / "R1.html"
    page.write_text(post_page("cold-calls", comments=1), "utf-8")
    record = json.loads(run("extract", str(page), "--map", "score").stdout)
    assert (record["page_id"], record["date"]) == ("R1", "2024-03-01")
    assert set(record["comments"][0]) == {"author", "date", "date_raw", "text", "depth"}


def test_a_file_that_is_no_page_is_named_and_the_others_are_read(tmp_path: Path):
    page, torn = tmp_path / "page.html", tmp_path / "torn.html.gz"
    page.write_text(post_page("cold-calls"), "utf-8")
    torn.write_bytes(gzip.compress(b"<html>" * 100)[:20])
    done = run("extract", str(torn), str(page))
    assert done.returncode == 1
    assert "torn.html.gz: cannot be read as a saved page" in done.stderr
    assert json.loads(done.stdout)["title"] == "Cold calls"
