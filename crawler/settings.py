"""Scrapy settings: only those that differ from Scrapy's own, each with its reason.

Change one for a single crawl with `scrapy crawl blog -s NAME=VALUE`. docs/crawling.md lists those meant for you.
"""

import os
import sys
from importlib.metadata import version

from crawler.catalogue.sites import CATALOGUE

# --- Meant to be set by you -----------------------------------------------------------------------------------

#: Where the archive is; the command line and the web UI take the same variable.
ARCHIVE_DIR = os.environ.get("SALES_ARCHIVE", "archive-data")

#: A page or address at which the people you crawl can reach you; it is part of the User-Agent.
CONTACT = os.environ.get("SALES_ARCHIVE_CONTACT", "")

#: Hosts inside your own network that may be crawled all the same: `127.0.0.1`, `blog.intranet`.
ALLOWED_PRIVATE: list[str] = []

#: Keep raw responses, so that better extraction can run later without crawling again; 30 KB a page.
WARC_ENABLED = True

#: Requests of one site in one crawl; a calendar without end or a faceted list stops here.
REQUESTS_PER_SITE = 10_000
#: Requests of all sites together in one crawl: at 32 sites side by side, two hours.
REQUESTS_PER_CRAWL = 200_000

#: Catalogues to crawl; `sites.toml` in the archive directory is always added.
CATALOGUES = [str(CATALOGUE)]

# --- Who we are ------------------------------------------------------------------------------------------------

BOT_NAME = "sales-archive"
USER_AGENT = f"salesarchive/{version('sales-archive')} ({f'+{CONTACT}' if CONTACT else 'sales-archive'})"
#: The product token that a robots.txt addresses.
ROBOTSTXT_USER_AGENT = "salesarchive"

SPIDER_MODULES = ["crawler.spiders"]
COMMANDS_MODULE = "crawler.commands"

# --- Politeness ------------------------------------------------------------------------------------------------

#: One request a second for each site, one at a time. Sites are crawled side by side.
DOWNLOAD_DELAY = 1
#: Scrapy asks after half to one and a half times the delay, which is sooner than we promise; and as it draws again
#: whenever it looks, a second becomes 1.2 s on average.
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
#: Sites at once. Each waits most of the time; 100 of them at one request a second keep two processors busy.
CONCURRENT_REQUESTS = 100
#: Our own middleware obeys robots.txt; Scrapy's lets requests pass unjudged when several wait for one robots.txt.
ROBOTSTXT_OBEY = False
#: A thread or a list is asked for anew tomorrow; two more tries within a crawl are enough.
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the visit notes it, and the report counts it

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # readers ask comment systems on other hosts
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # see ROBOTSTXT_OBEY
    "crawler.middlewares.guard.AddressGuardMiddleware": 50,
    "crawler.middlewares.throttle.ThrottleMiddleware": 90,  # before robots.txt, whose Crawl-delay is of a slot
    "crawler.middlewares.robotstxt.RobotsTxtMiddleware": 100,
    "crawler.middlewares.reservations.TdmReservationMiddleware": 110,  # after robots.txt, which may forbid to ask
}

# --- Safety ----------------------------------------------------------------------------------------------------

#: Refuse names that lead into our own network; see crawler/middlewares/guard.py before switching it off.
ADDRESS_GUARD = True
TWISTED_DNS_RESOLVER = "crawler.middlewares.guard.PublicOnlyResolver"
#: Scrapy verifies no certificate by default.
DOWNLOAD_VERIFY_CERTIFICATES = True
#: No link leads to our files, and none of these is a blog.
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
#: A post with 500 comments on one page has 1 MB; Scrapy's default is 1 GB.
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
#: Scrapy's 180 s let a slow server hold a slot for minutes.
DOWNLOAD_TIMEOUT = 30
REDIRECT_MAX_TIMES = 5
#: A page that reloads itself after a while is not moved.
METAREFRESH_MAXDELAY = 5
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
#: Each lets whoever reaches a port run code here.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_LIMIT_MB = 2048

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "gzip, deflate, br",  # what readers of WARC files can decode; not zstd
}

# --- Extraction ------------------------------------------------------------------------------------------------

#: Processes that extract pages, and the seconds that one page may take.
EXTRACT_WORKERS = os.cpu_count() or 1
EXTRACT_SECONDS = 30.0

#: Seconds between two runs of `sales-archive index` beside a crawl; 0 means never.
INDEX_SECONDS = 60.0

ITEM_PIPELINES = {"crawler.pipelines.ArchivePipeline": 500}

EXTENSIONS = {
    "scrapy.extensions.logstats.LogStats": None,  # ours counts unchanged pages too
    "crawler.extensions.shutdown.ShutdownWatcher": 50,
    "crawler.extensions.warc.WarcFiles": 100,
    "crawler.extensions.progress.Progress": 200,
    "crawler.extensions.report.IndexSync": 300,
    "crawler.extensions.report.JobReport": 400,  # ends the two before it: its report holds what they counted
}

# --- What you see ----------------------------------------------------------------------------------------------

#: On a terminal the progress line says how it goes; in a log, lines do.
LOG_LEVEL = "WARNING" if sys.stderr.isatty() else "INFO"
FEED_EXPORT_ENCODING = "utf-8"
