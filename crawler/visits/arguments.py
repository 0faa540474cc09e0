"""The arguments of `scrapy crawl blog`: what a crawl is asked to do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

#: What scrapyd adds to the arguments of every spider.
FROM_SCRAPYD = {"_job"}


@dataclass(frozen=True, slots=True)
class CrawlArguments:
    """What a crawl is asked to do."""

    #: Only posts that their list dates on or after this moment, or does not date.
    since: datetime | None = None
    #: Only the first posts that the site lists.
    limit: int | None = None
    #: Every known address again, due or not, changed or not.
    everything: bool = False
    #: Ask known feeds for news instead of listing all posts again.
    news_only: bool = False

    @classmethod
    def parse(cls, *, site: str | None, since: str | None, limit: str | None, refresh: str | None) -> Self:
        """Return what the texts given by `-a` mean; raise `ValueError` on one that means nothing."""
        if refresh not in {None, "all"}:
            raise ValueError(f"refresh can only be all, not {refresh!r}")
        plain = not (site or since or limit or refresh)
        return cls(_moment(since), _count(limit), everything=refresh == "all", news_only=plain)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"since must be a date like 2024-01-31, not {text!r}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"limit must be a number of posts, not {text!r}")
    return int(text)
