"""Worker processes for what is slow or dangerous: reading pages.

One page that crashes its process or takes too long costs that page only. pebble rather than the standard pool,
which a single dying worker breaks for good (measured: 19 of 40 good pages came back, with pebble 40 of 40).
"""

import asyncio
import gc
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLongError
from multiprocessing import forkserver, resource_tracker
from typing import Any, ParamSpec, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from crawler.pages.fetch import UnreadableError

P = ParamSpec("P")
R = TypeVar("R")

#: A worker ends after so many pages, so that what lxml and trafilatura leak is given back.
PAGES_PER_WORKER = 1000
#: Address space of one worker: a page that wants more fails alone.
WORKER_BYTES = 3 * 1024**3

#: Objects made since the last look for unreachable ones, Python's own number being 700.
COLLECT_AFTER = 200_000

#: Imported once by the process from which workers are forked, so that a new one starts in milliseconds.
_PRELOADED = ["crawler.visits.worker_signals", "crawler.platforms.registry"]

#: pebble asks a worker to end by SIGTERM, which ours ignore, and kills it so many seconds later.
CONSTS.term_timeout = 0.1


def collect_seldom() -> None:
    """Let Python look for unreachable cycles seldom, and not among what is loaded now.

    A page makes tens of thousands of objects that die with it; looking through them again and again took an eighth of
    the time of reading.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 100)


class Workers:
    """A pool that starts at the first page, so that a crawl with nothing to read does not pay for it."""

    def __init__(self, count: int, *, seconds: float) -> None:
        """`count` processes; each call may take `seconds`."""
        self._count = count
        self._seconds = seconds
        self._pool: ProcessPool | None = None

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the function returns in a worker; raise `UnreadableError` when the worker hangs or dies.

        What the function itself raises comes through.
        """
        address = str(getattr(args[0], "url", function)) if args else str(function)
        try:
            try:
                return await self._run(function, *args, **kwargs)
            except BrokenExecutor:  # the workers' fault, never the page's: once more, with new ones
                return await self._run(function, *args, **kwargs)
        except TookTooLongError as error:
            raise UnreadableError(address, f"reading it took longer than {self._seconds:g} s") from error
        except ProcessExpired as error:
            raise UnreadableError(address, f"the process reading it died ({error})") from error
        except BrokenExecutor as error:
            raise UnreadableError(address, f"the worker processes could not go on ({error})") from error

    async def close(self) -> None:
        """End the processes; calls still running are given up."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with ThreadPoolExecutor(1) as own:  # the loop's own may have been shut down with the archive
                await asyncio.get_running_loop().run_in_executor(own, _end, pool)

    async def _run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the function returns; raise `BrokenExecutor` when the pool is to be made anew."""
        try:
            future = self._started().schedule(function, args=args, kwargs=kwargs, timeout=self._seconds)
            return await asyncio.wrap_future(future)
        except (BrokenExecutor, RuntimeError) as error:
            if self._is_running() and not isinstance(error, BrokenExecutor):
                raise  # the function's own
            if not self._is_running():
                self._pool = None
            raise BrokenExecutor(str(error)) from error

    def _is_running(self) -> bool:
        try:
            return self._pool is not None and bool(self._pool.active)
        except (BrokenExecutor, RuntimeError):  # it looks by starting the workers
            return False

    def _started(self) -> ProcessPool:
        if self._pool is None:
            context: Any = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(_PRELOADED)
            _start_forkserver()
            self._pool = ProcessPool(
                max_workers=self._count, max_tasks=PAGES_PER_WORKER, initializer=_prepare, context=context
            )
        return self._pool


def _end(pool: ProcessPool) -> None:
    """End a pool and its processes.

    pebble removes what they share before it ends them, and one that is just starting tells that with a traceback; so
    they are killed first, once nobody starts others.
    """
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    starting = pool._pool_manager_loop
    if starting is not None:
        starting.join()
    for worker in tuple(pool._pool_manager.worker_manager.workers.values()):
        worker.kill()
    pool.join()


def _start_forkserver() -> None:
    """Start the process from which workers are forked, signals blocked until it ignores them."""
    resource_tracker.ensure_running()  # the forkserver would start it, and that unblocks what is blocked
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare() -> None:
    """Leave signals to the main process, and bound the memory of a hostile page."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # pebble has set it back
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = WORKER_BYTES if hard == resource.RLIM_INFINITY else min(WORKER_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
