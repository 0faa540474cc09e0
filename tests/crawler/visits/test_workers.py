"""A page that kills or blocks its worker costs that page only."""

import asyncio
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crawler.pages.fetch import UnreadableError
from crawler.visits.workers import Workers
from tests.support.paths import ROOT


def run(question: Callable[[Workers], Awaitable[Any]], *, seconds: float = 10, count: int = 1) -> Any:
    async def main() -> Any:
        workers = Workers(count, seconds=seconds)
        try:
            return await question(workers)
        finally:
            await workers.close()

    return asyncio.run(main())


def test_a_worker_that_dies_costs_its_own_call_only() -> None:
    async def question(workers: Workers) -> list[Any]:
        calls = [
            workers.run(math.sqrt, 4.0),
            workers.run(os._exit, 7),
            *(workers.run(math.sqrt, 9.0) for _ in range(5)),
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    first, dead, *others = run(question)

    assert isinstance(dead, UnreadableError)
    assert "died" in dead.reason
    assert (first, others) == (2.0, [3.0] * 5)


def test_a_worker_that_hangs_is_ended_and_the_next_call_is_answered() -> None:
    async def question(workers: Workers) -> tuple[str, float]:
        with pytest.raises(UnreadableError) as hung:
            await workers.run(time.sleep, 60)
        return hung.value.reason, await workers.run(math.sqrt, 16.0)

    reason, answer = run(question, seconds=0.5)

    assert "longer than 0.5 s" in reason
    assert answer == 4.0


def test_a_worker_leaves_a_signal_that_ends_the_crawl_to_the_main_process() -> None:
    async def question(workers: Workers) -> float:
        worker = await workers.run(os.getpid)
        os.kill(worker, signal.SIGTERM)
        os.kill(await workers.run(os.getppid), signal.SIGTERM)
        return await workers.run(os.getpid) - worker

    assert run(question) == 0


INTERRUPTED = """
import asyncio, os, signal, sys, threading
from tests.support.paths import ROOT
from crawler.visits.workers import Workers

sent = signal.Signals[sys.argv[1]]
started = threading.Event()

def interrupt():
    while not started.wait(0.001):
        os.killpg(0, sent)

async def main():
    workers = Workers(2, seconds=10)
    threading.Thread(target=interrupt).start()
    try:
        forked_from = await workers.run(os.getppid)
    finally:
        started.set()
    assert await workers.run(os.getppid) == forked_from
    await workers.close()

signal.signal(sent, lambda *_: None)
asyncio.run(main())
"""

CLOSED_AT_ONCE = """
import asyncio, math
from tests.support.paths import ROOT
from crawler.visits.workers import Workers

async def main():
    for number in range(24):
        workers = Workers(4, seconds=10)
        call = asyncio.ensure_future(workers.run(math.sqrt, 4.0))
        await asyncio.sleep(0.003 * (number % 8))
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await workers.close()

asyncio.run(main())
"""


def program(source: str, *arguments: str) -> tuple[int, str]:
    """Run a program in a process group of its own; return its exit status and what it wrote on standard error."""
    ended = subprocess.run(
        [sys.executable, "-c", source, *arguments], capture_output=True, text=True, timeout=60, check=False,
        cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGINT"])
def test_signals_while_workers_start_are_left_to_the_main_process(sent: str) -> None:
    assert program(INTERRUPTED, sent) == (0, "")


def test_workers_that_are_just_starting_are_ended_without_a_word() -> None:
    assert program(CLOSED_AT_ONCE) == (0, "")


def test_a_call_is_answered_by_new_workers_when_those_who_make_them_die() -> None:
    async def question(workers: Workers) -> float:
        await workers.run(math.sqrt, 4.0)
        maker = await workers.run(os.getppid)
        os.kill(maker, signal.SIGKILL)
        os.kill(await _worker(workers), signal.SIGKILL)
        return await workers.run(math.sqrt, 16.0)

    async def _worker(workers: Workers) -> int:
        return int(await workers.run(os.getpid))

    assert run(question) == 4.0


def test_what_the_function_raises_comes_through() -> None:
    async def question(workers: Workers) -> None:
        await workers.run(math.sqrt, -1.0)

    with pytest.raises(ValueError, match=r"domain|nonnegative"):
        run(question)


def test_a_worker_that_wants_all_memory_fails_alone() -> None:
    async def question(workers: Workers) -> float:
        with pytest.raises(MemoryError):
            await workers.run(bytearray, 1 << 40)
        return await workers.run(math.sqrt, 25.0)

    assert run(question) == 5.0


def test_workers_leave_an_interrupt_to_the_main_process() -> None:
    async def question(workers: Workers) -> float:
        worker = await workers.run(os.getpid)
        os.kill(worker, signal.SIGINT)
        return await workers.run(math.sqrt, 36.0)

    assert run(question) == 6.0


def test_no_process_is_started_before_there_is_something_to_read() -> None:
    async def question(workers: Workers) -> bool:
        return multiprocessing.active_children() == []

    assert run(question)
