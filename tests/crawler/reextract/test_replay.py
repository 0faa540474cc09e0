"""What others do with the kept responses: engines read them again, pywb replays them."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from archive.archive import Archive
from tests.support.blog import PARAGRAPH, Blog
from tests.support.captured import KEPT, spoil
from tests.support.crawling import ROOT, crawl
from tests.support.ports import free_port

#: An interpreter with the engines, and where pywb's programs are, where the tests' own environment has none.
PYTHON = os.environ.get("RECIPES_PYTHON", sys.executable)
PYWB = os.environ.get("PYWB_BIN", "")

_RECIPE = re.compile(r"```python\n# needs: (\w+)\n(.*?)```", re.DOTALL)
RECIPES = dict(_RECIPE.findall((ROOT / "docs" / "crawling.md").read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["distributed", "ray"])
def test_an_engine_reads_the_kept_responses_again(blog: Blog, directory: Path, tmp_path: Path, engine: str) -> None:
    if subprocess.run([PYTHON, "-c", f"import {engine}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{engine} is not installed")
    blog.sitemap(*(blog.post(f"lesson-{number}-of-selling", comments=1) for number in range(6)))
    crawl(directory, site=blog.url, settings=KEPT)
    spoil(directory)
    recipe = tmp_path / "recipe.py"
    recipe.write_text(RECIPES[engine], encoding="utf-8")
    environment = os.environ | {"SALES_ARCHIVE": str(directory), "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}

    finished = subprocess.run([PYTHON, recipe], env=environment, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stderr
    assert "'read': 6, 'changed': 6" in finished.stdout
    with Archive(directory) as archive:
        assert all(PARAGRAPH in post.text and len(post.comments) == 1 for post in archive.posts())


@pytest.mark.slow
def test_pywb_replays_what_was_kept_and_what_was_kept_before(blog: Blog, directory: Path, tmp_path: Path) -> None:
    if shutil.which("wayback", path=PYWB or None) is None:
        pytest.skip("pywb is not installed")
    blog.sitemap(blog.post("same-again", validators=False))
    for _ in range(2):
        crawl(directory, site=blog.url, refresh="all", settings=KEPT)

    with replayed(tmp_path, directory / "warc") as wayback:
        first, last = (ask(f"{wayback}/{year}mp_/{blog.url}/same-again/") for year in ("2000", "2999"))

    assert PARAGRAPH in first
    assert PARAGRAPH in last


@contextmanager
def replayed(directory: Path, warc: Path) -> Iterator[str]:
    """Serve the files of a directory by pywb; yield the address of the collection."""
    manager, server = (shutil.which(name, path=PYWB or None) or "" for name in ("wb-manager", "wayback"))
    for arguments in (("init", "sales"), ("add", "sales", *map(str, sorted(warc.iterdir())))):
        subprocess.run([manager, *arguments], cwd=directory, capture_output=True, check=True)
    port = free_port()
    command = [server, "--bind", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, cwd=directory, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}/sales"
        finally:
            process.terminate()


def ask(url: str) -> str:
    """Return the page at an address, waiting for its server to start."""
    while True:
        try:
            with urlopen(url, timeout=30) as answer:
                return str(answer.read().decode())
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.001)
