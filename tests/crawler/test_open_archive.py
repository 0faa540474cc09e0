"""The archive of a crawl closes when nobody uses it any more."""

import asyncio
import threading
from pathlib import Path

from scrapy import signals
from scrapy.utils.test import get_crawler

from crawler.open_archive import archive_of


def test_an_archive_is_closed_after_the_last_call_that_runs_in_a_thread(directory: Path) -> None:
    crawler = get_crawler(settings_dict={"ARCHIVE_DIR": str(directory)})
    archive = archive_of(crawler)
    holding, released = threading.Event(), threading.Event()

    def read_slowly() -> int:
        connection = archive.database.connection
        holding.set()
        released.wait()
        return int(connection.execute("SELECT count(*) FROM pages").fetchone()[0])

    async def stop() -> int:
        reading = asyncio.ensure_future(asyncio.to_thread(read_slowly))
        await asyncio.to_thread(holding.wait)
        stopping = asyncio.ensure_future(crawler.signals.send_catch_log_async(signals.engine_stopped))
        await asyncio.sleep(0)
        released.set()
        await stopping
        return await reading

    assert asyncio.run(stop()) == 0
