"""`sales-archive serve`: the address it prints is where the archive is, and failures say what to do."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from archive.archive import Archive
from archive.records.models import Post


@contextmanager
def serving(directory: Path, *arguments: str) -> Iterator[str]:
    """Serve an archive on a free port; yield the address printed."""
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield line.rpartition(" at ")[2].strip()
        finally:
            process.terminate()


def get(address: str, **headers: str) -> tuple[int, str]:
    try:
        with urlopen(Request(address, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_it_serves_at_the_address_it_prints_on_this_machine_only(directory: Path) -> None:
    with serving(directory) as address:
        assert address.startswith("http://127.0.0.1:")
        assert "11 posts" in get(address)[1]
        assert get(address, Host="evil.example")[0] == 400


def test_it_brings_the_index_up_to_the_records_first(tmp_path: Path, library: dict[str, Post]) -> None:
    with Archive(tmp_path) as archive:
        archive.add(library["discovery-calls"])

    with serving(tmp_path) as address:
        assert "1 result" in get(f"{address}search?q=silence&kind=comment")[1]


def test_below_a_prefix_every_link_stays_below_it(directory: Path) -> None:
    with serving(directory, "--prefix", "/sales/") as address:
        assert address.endswith("/sales/")
        for page in ("", "search?q=email", "sites", "help", "nowhere", "opensearch.xml"):
            status, text = get(f"{address}{page}")
            assert status == (404 if page == "nowhere" else 200)
            led = re.findall(r'(?:href|src|action|data-suggest|template)="(?:http://[^/"]+)?(/[^"]*)"', text)
            assert led
            assert [link for link in led if not link.startswith("/sales/")] == [], page
        # A proxy may as well take the prefix away before it asks.
        assert 'href="/sales/posts/' in get(f"{address.removesuffix('sales/')}search?q=email")[1]


def test_a_trusted_proxy_s_name_and_scheme_are_used(directory: Path) -> None:
    arguments = ("--trusted-proxy", "127.0.0.1", "--allow-host", "archive.example")
    headers = {"X-Forwarded-Host": "archive.example", "X-Forwarded-Proto": "https"}
    with serving(directory, *arguments) as address:
        assert 'template="https://archive.example/search?q=' in get(f"{address}opensearch.xml", **headers)[1]


def test_a_password_is_read_from_its_file(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n", encoding="utf-8")
    with serving(directory, "--password-file", str(tmp_path / "password")) as address:
        assert get(address)[0] == 401
        assert get(address, Authorization="Basic cmVhZGVyOm9wZW4gc2VzYW1l")[0] == 200


@pytest.mark.parametrize("arguments", [(), ("--password-file", "missing")])
def test_what_cannot_be_served_is_said_in_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    directory = tmp_path / "none"
    if arguments:
        Archive(directory).close()
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "serve", "--port", "0", *arguments]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert ("no archive in" if not arguments else "missing") in done.stderr


def test_an_empty_password_file_is_refused(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("\n", encoding="utf-8")
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "serve", "--password-file",
               str(tmp_path / "password"), "--port", "0"]  # fmt: skip

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "has no password" in done.stderr


def test_the_command_line_passes_its_options_on(directory: Path) -> None:
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "serve", "--port", "0"]
    command += ["--prefix", "/sales", "--allow-host", "archive.example"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().rpartition(" at ")[2].strip()
        try:
            assert address.endswith("/sales/")
            assert get(f"{address}health", Host="archive.example")[0] == 200
            assert get(f"{address}health", Host="other.example")[0] == 400
        finally:
            process.terminate()
