"""The demo as a user runs it: crawl, report, a search page in the browser, and an end by Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

from tests.support.ports import free_port


@pytest.mark.slow
def test_the_demo_serves_what_it_archived_until_it_is_interrupted() -> None:
    port = free_port()
    command = [sys.executable, "-m", "archive", "demo", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        assert demo.stdout is not None
        told = []
        for line in demo.stdout:
            told.append(line)
            if "Search it at" in line:
                break
        with urlopen(f"http://127.0.0.1:{port}/search?q=forklift", timeout=30) as answer:
            page = answer.read().decode()
        os.killpg(demo.pid, signal.SIGINT)
        demo.stdout.read()

    report = "".join(told)
    assert len(re.findall(r"(\d+) of \1 posts", report)) == 5
    assert "The paged" not in report
    assert "opener experiment" in page
    assert demo.returncode == 0
