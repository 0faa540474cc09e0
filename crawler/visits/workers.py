"""Worker processes for slow or dangerous work: extracting pages.

A page that crashes its process or takes too long costs only that page. The pool is pebble's: a single dying worker
breaks the standard one for good (measured: 19 of 40 good pages came back; with pebble 40 of 40).
"""

import asyncio
import gc
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLongError
from functools import partial
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from pebble import ProcessExpired, ProcessPool

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


def collect_seldom() -> None:
    """Make Python collect unreachable cycles seldom, and never among what is loaded now.

    A page makes tens of thousands of objects that die with it. Traversing them again and again took an eighth of the
    time of extraction.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 100)


class WorkerPool(ProcessPool):
    """A pool that kills workers where pebble would ask them to end: ours ignore SIGTERM, and may hang in C code."""

    def __init__(self, count: int, *, initializer: Callable[[], None] | None = None) -> None:
        """`count` processes, each of which calls `initializer` when it starts."""
        self._workers: WeakSet[_WorkerProcess] = WeakSet()
        self._lock = threading.Lock()
        self._ended = False
        context: Any = ForkServerContext()
        context.Process = partial(_WorkerProcess, self)
        super().__init__(max_workers=count, max_tasks=PAGES_PER_WORKER, initializer=initializer, context=context)

    def launch(self, worker: "_WorkerProcess") -> None:
        """Start a worker; raise `OSError` once the pool has ended."""
        with self._lock:
            if self._ended:
                raise OSError("the pool has ended")
            ForkServerProcess.start(worker)
            self._workers.add(worker)

    def end(self) -> None:
        """End the pool and its processes; calls still running are given up.

        pebble removes what its workers share before it ends them, and one that is just starting would then print a
        traceback. So this kills all of them first, and lets no other start.
        """
        self.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        with self._lock:
            self._ended = True
            for worker in self._workers:
                worker.kill()
        self.join()


class _WorkerProcess(ForkServerProcess):
    def __init__(self, pool: WorkerPool, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._pool = pool

    def start(self) -> None:
        self._pool.launch(self)

    def terminate(self) -> None:
        self.kill()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the pool in the process that has it."""
        return {name: value for name, value in vars(self).items() if name != "_pool"}


class Workers:
    """A pool that starts at the first page, so that a crawl with nothing to extract does not pay for it."""

    def __init__(self, count: int, *, seconds: float) -> None:
        """`count` processes; each call may take `seconds`."""
        self._count = count
        self._seconds = seconds
        self._pool: WorkerPool | None = None
        self._closed = False

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
            raise UnreadableError(address, f"the worker processes failed ({error})") from error

    async def close(self) -> None:
        """End the processes; calls still running are given up."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            with ThreadPoolExecutor(1) as own:  # the loop's own may have been shut down with the archive
                await asyncio.get_running_loop().run_in_executor(own, pool.end)

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

    def _started(self) -> WorkerPool:
        if self._closed:
            raise BrokenExecutor("the workers have ended")
        if self._pool is None:
            forkserver.set_forkserver_preload(_PRELOADED)
            _start_forkserver()
            self._pool = WorkerPool(self._count, initializer=_prepare)
        return self._pool


def _start_forkserver() -> None:
    """Start the process from which workers are forked, with signals blocked until it ignores them."""
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
