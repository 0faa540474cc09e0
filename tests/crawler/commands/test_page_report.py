"""`scrapy extract --report`: all that others need to see how a page is read wrongly, and nothing of the machine."""

import getpass
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
import time_machine

from crawler.commands.page_report import page_report
from tests.support.paths import PAGES, ROOT

SAVED = PAGES / "json-ld" / "page.html"
ADDRESS = "https://notes.example/blog/discovery-calls/"


def extract(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", "extract", *map(str, arguments)]
    settings = os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings"} | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=settings, cwd=ROOT)


def members(file: Path) -> Mapping[str, bytes]:
    with ZipFile(file) as report:
        return {name: report.read(name) for name in report.namelist()}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Return a saved page in a folder whose name no report may hold."""
    folder = tmp_path / "my-private-folder"
    folder.mkdir()
    return shutil.copy(SAVED, folder / "my-private-page.html")


def test_a_report_holds_the_page_its_record_and_the_versions(page: Path, tmp_path: Path) -> None:
    done = extract(page, "--url", ADDRESS, "--report", tmp_path / "report.zip")
    assert (done.returncode, done.stderr) == (0, "")

    report = members(tmp_path / "report.zip")
    printed = json.loads(extract(page, "--url", ADDRESS).stdout)
    record, versions = json.loads(report["record.json"]), json.loads(report["versions.json"])
    assert list(report) == ["page.html", "record.json", "versions.json"]
    assert report["page.html"] == SAVED.read_bytes()
    assert {**record, "fetched": ""} == {**printed, "fetched": ""}
    assert (versions["url"], versions["platform"]) == (ADDRESS, None)
    assert versions["sales-archive"] == version("sales-archive")
    assert versions["python"].endswith(platform.python_version())
    assert versions["libraries"]["trafilatura"] == version("trafilatura")


def test_a_report_holds_nothing_of_the_machine(page: Path, tmp_path: Path) -> None:
    told = {"SALES_ARCHIVE": str(tmp_path / "kept"), "SALES_ARCHIVE_CONTACT": "https://example.com/about-my-crawl"}
    assert extract(page, "--report", tmp_path / "report.zip", **told).returncode == 0

    report = members(tmp_path / "report.zip")
    assert report.pop("page.html") == SAVED.read_bytes()
    added = b"\n".join([*report.values(), (tmp_path / "report.zip").read_bytes()]).decode("utf-8", "replace")
    host, user = socket.gethostname(), getpass.getuser()
    private = ["my-private", str(tmp_path), str(ROOT), str(Path.home()) + "/", host, "about-my-crawl", f"/{user}/"]
    assert [word for word in private if word in added] == []
    assert platform.release() not in added


def test_the_same_page_gives_the_same_report_at_any_time() -> None:
    record = json.loads(extract(SAVED).stdout)
    reports = set()
    for year in (2026, 2031):
        with time_machine.travel(datetime(year, 5, 17, 9, 30, tzinfo=UTC)):
            reports.add(page_report(SAVED.read_bytes(), record, url=None, platform_name="ghost"))
    assert len(reports) == 1


def test_the_command_says_what_to_look_over_before_sending(page: Path, tmp_path: Path) -> None:
    page.write_bytes(page.read_bytes() + b'<img src="file:///home/ada/pictures/me.png">')
    told = extract(page, "--report", tmp_path / "report.zip").stdout
    assert "Look the file over before you send it" in told
    assert "if you were logged in" in told
    assert "1 file:// address," in told


def test_a_file_that_exists_is_not_overwritten(page: Path) -> None:
    before = page.read_bytes()
    done = extract(page, "--report", page)
    assert done.returncode == 1
    assert "exists; name a new file" in done.stderr
    assert page.read_bytes() == before


def test_a_directory_that_is_missing_is_told_in_one_line(page: Path, tmp_path: Path) -> None:
    done = extract(page, "--report", tmp_path / "missing" / "report.zip")
    assert done.returncode == 1
    assert "cannot be written: No such file or directory" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_page_that_cannot_be_read_leaves_no_report(tmp_path: Path) -> None:
    done = extract(tmp_path / "missing.html", "--report", tmp_path / "report.zip")
    assert done.returncode == 1
    assert "cannot be read as a saved page" in done.stderr
    assert not (tmp_path / "report.zip").exists()


@pytest.mark.parametrize(
    "arguments",
    [[SAVED, SAVED], [SAVED, "--map", "score"], [SAVED, "--url", "file:///home/ada/page.html"]],
    ids=["two pages", "scored", "an address of the machine"],
)
def test_a_report_is_of_one_page_at_an_address_of_the_web(arguments: list[str | Path], tmp_path: Path) -> None:
    done = extract(*arguments, "--report", tmp_path / "report.zip")
    assert done.returncode == 2
    assert "--report takes one page" in done.stdout + done.stderr
    assert not (tmp_path / "report.zip").exists()


def test_the_issue_template_names_the_command_and_what_it_writes() -> None:
    template = (ROOT / ".github" / "ISSUE_TEMPLATE" / "1-page-read-wrongly.yml").read_text("utf-8")
    for word in (
        "scrapy extract PAGE --url ADDRESS --report report.zip",
        "page.html",
        "record.json",
        "versions.json",
    ):
        assert word in template
