"""`scrapy crawl`, with an exit status that tells how it went; Scrapy's own exits with 0 for nearly every failure."""

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from archive.archive import Archive
from archive.errors import ArchiveError
from crawler.sites import CatalogueError
from crawler.verdict import Exit, Verdict, verdict


class Command(ScrapyCrawl):
    """Run a spider; print why when it did not go well."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit status by docs/crawling.md."""
        if len(args) != 1:
            raise UsageError("name one spider; `scrapy list` shows them")
        judged = self._crawl(args[0], opts)
        self.exitcode = int(judged.status)
        for reason in judged.reasons:
            sys.stderr.write(f"{reason}\n")
        if judged.reasons:
            sys.stderr.write(f"exit status {self.exitcode} ({judged.status.name.lower()})\n")

    def _crawl(self, name: str, opts: argparse.Namespace) -> Verdict:
        process = self.crawler_process
        if process is None or self.settings is None:
            raise UsageError("the crawl command needs a project")
        try:
            Archive(self.settings["ARCHIVE_DIR"]).close()  # said plainly now, rather than as a trace from the spider
            crawler = self._create_crawler(name)
            process.crawl(crawler, **opts.spargs)
        except ArchiveError as error:
            return Verdict(Exit.ARCHIVE, (str(error),))
        except (CatalogueError, ValueError) as error:
            return Verdict(Exit.USAGE, (str(error),))
        process.start()
        if process.bootstrap_failed:
            return Verdict(Exit.NOT_STARTED, ("the crawl could not start; see the log",))
        stats = crawler.stats.get_stats()
        return verdict(stats, stats.get("finish_reason"))
