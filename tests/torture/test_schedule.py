"""Scheduled crawls that are killed, stopped, or meet a full disk lose nothing, and say how they ended."""

import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.visits.verdict import Exit
from tests.support.blog import Blog
from tests.torture.schedule import Job, blogs, findings, lasting, let_time_pass, publish, wait_for_requests

pytestmark = pytest.mark.torture

#: Kilobytes of a disk, between one on which the archive cannot even be made and one that the crawls need.
SMALLEST, LARGEST = 120, 1_200


@pytest.fixture(scope="module")
def served() -> Iterator[list[Blog]]:
    with blogs() as found:
        yield found


@pytest.fixture(scope="module")
def jobs(torture: bool) -> int:
    """How many crawls are scheduled."""
    return 3 if torture else 2


@pytest.fixture(scope="module")
def undisturbed(served: list[Blog], jobs: int, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What an archive holds after each of the crawls when nobody disturbs them."""
    place = tmp_path_factory.mktemp("undisturbed")
    held = []
    for number in range(jobs):
        begin(served, place / "archive", number)
        job = Job.start(place / "archive", served, place / f"{number}.log")
        assert job.wait() == Exit.OK, job.said()
        held.append(lasting(place / "archive"))
    assert findings(place / "archive") == []
    return held


def begin(served: list[Blog], directory: Path, number: int) -> None:
    for blog in served:
        publish(blog, number)
    if number:
        let_time_pass(directory)


def test_crawls_killed_at_random_moments_lose_nothing(
    served: list[Blog],
    undisturbed: list[dict[str, Any]],
    jobs: int,
    tmp_path: Path,
    torture: bool,
    figure: Callable[[str], None],
) -> None:
    kills = 50 if torture else 2
    chance = random.Random(kills)
    directory = tmp_path / "archive"
    killed = Counter[int]()
    for number in range(jobs):
        begin(served, directory, number)
        ended = False
        while not ended:
            job = Job.start(directory, served, tmp_path / "job.log")
            if killed[number] < -(-kills // jobs):
                wait_for_requests(job, served, chance.randrange(0, 4), chance.uniform(0, 0.3))
                killed[number] += job.send(signal.SIGKILL)
            status = job.wait()
            ended = status == Exit.OK
            assert ended or status == -signal.SIGKILL, job.said()

    assert lasting(directory) == undisturbed[-1]
    assert findings(directory) == []
    figure(f"{sum(killed.values())} kills in {jobs} jobs, nothing lost")


def test_crawls_asked_to_stop_say_so_and_lose_nothing(
    served: list[Blog],
    undisturbed: list[dict[str, Any]],
    jobs: int,
    tmp_path: Path,
    torture: bool,
    figure: Callable[[str], None],
) -> None:
    if not torture:
        pytest.skip("the short version is in tests/crawler/test_exit.py")
    stops = 10
    chance = random.Random(stops)
    directory = tmp_path / "archive"
    statuses = Counter[int]()
    for number in range(jobs):
        begin(served, directory, number)
        status = int(Exit.STOPPED)
        while status != Exit.OK:
            job = Job.start(directory, served, tmp_path / "job.log")
            if statuses[Exit.STOPPED] < stops * (number + 1) / jobs:
                wait_for_requests(job, served, chance.randrange(1, 6), chance.uniform(0, 0.2))
                job.send(signal.SIGTERM)
            status = job.wait()
            assert status in {Exit.OK, Exit.STOPPED}, f"status {status}: {job.said()}"
            assert "Traceback" not in job.said()
            statuses[status] += 1

    assert lasting(directory) == undisturbed[-1]
    assert findings(directory) == []
    figure(f"{statuses[Exit.STOPPED]} stops, each with exit status 6, nothing lost")


def test_crawls_that_meet_a_full_disk_say_so_and_lose_nothing(
    served: list[Blog],
    undisturbed: list[dict[str, Any]],
    tmp_path: Path,
    torture: bool,
    figure: Callable[[str], None],
) -> None:
    chance = random.Random(5)
    sizes = [chance.randrange(SMALLEST, LARGEST) for _ in range(5)] if torture else [500]
    for size in sizes:
        with disk(tmp_path / f"disk-{size}", size) as place:
            directory = place / "archive"
            begin(served, directory, 0)
            job = Job.start(directory, served, tmp_path / "full.log")
            status = job.wait()
            assert status == Exit.ARCHIVE, f"status {status} at {size} KB: {job.said()}"
            assert "Traceback" not in job.said(), f"{size} KB: {job.said()}"
            subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
            job = Job.start(directory, served, tmp_path / "job.log")
            assert job.wait() == Exit.OK, job.said()
            assert lasting(directory) == undisturbed[0]
            assert findings(directory) == []
    figure(f"{len(sizes)} full disks of {min(sizes)} to {max(sizes)} KB, each with exit status 5, nothing lost")


@contextmanager
def disk(place: Path, kilobytes: int) -> Iterator[Path]:
    """Give a disk of so many kilobytes in memory."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
