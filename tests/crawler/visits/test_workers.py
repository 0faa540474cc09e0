"""A page that kills or blocks its worker costs that page only."""

import asyncio
import math
import os
import signal
import time
from collections.abc import Awaitable, Callable
from multiprocessing import forkserver
from typing import Any

import pytest

from crawler.pages.fetch import UnreadableError
from crawler.visits.workers import Workers


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


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_while_workers_are_started_is_left_to_the_main_process(sent: signal.Signals) -> None:
    server: Any = forkserver._forkserver  # type: ignore[attr-defined]  # typeshed leaves it out
    server._stop()

    def interrupt() -> int:
        while (process := server._forkserver_pid) is None:
            os.sched_yield()
        os.kill(process, sent)
        return int(process)

    async def question(workers: Workers) -> tuple[int, int]:
        interrupted = asyncio.get_running_loop().run_in_executor(None, interrupt)
        return await workers.run(os.getppid), await interrupted

    forked_from, interrupted = run(question)

    assert forked_from == interrupted


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
        return workers._pool is None

    assert run(question)
