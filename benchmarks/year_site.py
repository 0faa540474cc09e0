"""A blog that lives through a year inside this process: posts appear, comments arrive, and requests are counted.

What it shows depends on the clock alone. Comments arrive as on real blogs: most threads are short and few are long,
interest fades as a power of a post's age, and some comments wait for approval and then appear with their old date.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urljoin, urlsplit

from archive.store.policies import Policies
from crawler.middlewares.robotstxt import KEPT_FOR
from crawler.pages.fetch import UnreadableError
from crawler.pages.page import Page
from crawler.visits.fetcher import FetchedPage

P = ParamSpec("P")
R = TypeVar("R")

URL = "https://blog.example"
#: What WordPress's feeds hold.
FEED_LENGTH = 10
#: The first comment comes after minutes, the last one after years.
FIRST_LAG = timedelta(minutes=10)
LAST_LAG = timedelta(days=1000)
#: A fifth of the posts get no comment; the mean is about 6.
WITHOUT_COMMENTS = 0.2
LONGEST_THREAD = 300
#: So many comments wait for approval, and so long.
HELD_BACK = 0.2
APPROVAL = timedelta(hours=36)
_PARAGRAPH = (
    "We called every name on the list before lunch and wrote down what each of them said about the price, the timing "
    "and the person who signs. By Friday the pattern was plain enough that nobody needed a slide to see it."
)


@dataclass(frozen=True, slots=True)
class LivingComment:
    """When a comment is written, and when the page begins to show it."""

    written: datetime
    shown: datetime


@dataclass(frozen=True, slots=True)
class LivingPost:
    """A post and its comments, in the order in which they are written."""

    slug: str
    published: datetime
    comments: tuple[LivingComment, ...]


def life(published: Iterable[datetime], *, fading: float, seed: int) -> list[LivingPost]:
    """Return a post for each moment, the interest in each falling with its age to the power of `-fading`."""
    chance = random.Random(seed)
    posts = []
    for number, moment in enumerate(published):
        size = 0
        if chance.random() >= WITHOUT_COMMENTS:
            size = min(int(chance.paretovariate(1.2) * 2), LONGEST_THREAD)
        lags = sorted(_lag(chance.random(), fading) for _ in range(size))
        comments = tuple(_comment(moment + lag, chance) for lag in lags)
        posts.append(LivingPost(f"lesson-{number}-of-selling", moment, comments))
    return posts


def reply(post: LivingPost, number: int) -> str:
    """Return the text of a comment, which no other comment has."""
    return f"Reply {number} about {post.slug}, with a thought of its own."


def _comment(written: datetime, chance: random.Random) -> LivingComment:
    held = APPROVAL * chance.random() if chance.random() < HELD_BACK else timedelta()
    return LivingComment(written, written + held)


def _lag(share: float, fading: float) -> timedelta:
    """Return the lag below which this share of all comments arrives: the inverse of the power law's integral."""
    low, high = FIRST_LAG.total_seconds(), LAST_LAG.total_seconds()
    if fading == 1:
        return timedelta(seconds=low * (high / low) ** share)
    power = 1 - fading
    return timedelta(seconds=(low**power + share * (high**power - low**power)) ** (1 / power))


class LivingBlog:
    """Answers as the blog stands now; it is the `fetch` that a site visit is given."""

    def __init__(self, posts: list[LivingPost], *, feeds: tuple[str, ...], sizes: bool, validators: bool = True):
        """Name these feeds on the front page, that of posts with the `sizes` of threads; send `ETag`, or never."""
        self._posts = {f"/{post.slug}/": post for post in posts}
        self._feeds = feeds
        self._sizes = sizes
        self._validators = validators
        #: Requests by kind: `robots`, `lists`, `feeds`, `posts`.
        self.asked: Counter[str] = Counter()
        #: Where the answer of robots.txt is kept, as a crawl does.
        self.policies: Policies | None = None

    # What a site visit asks of its `fetch`.

    async def request(
        self, url: str, headers: Mapping[str, str] | None = None, *, posted: bytes = b"", for_news: bool = False
    ) -> FetchedPage:
        """Return the answer of any status."""
        del posted, for_news
        now = datetime.now(UTC)
        path = urlsplit(url).path
        robots = urljoin(url, "/robots.txt")
        if self.policies is None or self.policies.kept(robots, within=KEPT_FOR) is None:
            self.asked["robots"] += 1
            if self.policies is not None:
                self.policies.keep(robots, 404)
        if path != "/robots.txt":
            self.asked[self._kind(path)] += 1
        body = self._body(path, now)
        if body is None:
            return FetchedPage(Page(url, b"", now, {}, 404))
        found = {"content-type": "text/html; charset=utf-8" if body.startswith("<!doctype") else "application/xml"}
        if self._validators:
            found["etag"] = f'"{hashlib.md5(body.encode()).hexdigest()}"'
            if (headers or {}).get("If-None-Match") == found["etag"]:
                return FetchedPage(Page(url, b"", now, found, 304))
        return FetchedPage(Page(url, body.encode(), now, found, 200))

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        """Return the answer of status 200; raise `UnreadableError`."""
        del accept
        page = (await self.request(url)).page
        if page.status != 200:
            raise UnreadableError(url, f"answered with status {page.status}", status=page.status)
        return page

    async def json(self, url: str, *, question: Any = None) -> tuple[Any, Page]:
        """Return the JSON value at `url`: there is none."""
        del question
        raise UnreadableError(url, "no JSON", status=(await self.request(url)).page.status)

    async def work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a reader here."""
        return function(*args, **kwargs)

    def reserves(self, url: str) -> bool:
        """Tell that nothing is reserved."""
        del url
        return False

    def closed_until(self, url: str) -> datetime | None:
        """Tell that it may always be asked."""
        del url

    def share_slot(self, url: str, slot: str) -> None:
        """Do nothing: there are no slots here."""

    def slow_down(self, url: str, seconds: float | None, *, pace: float) -> None:
        """Do nothing: no time passes within a site visit."""

    # What it shows.

    def _kind(self, path: str) -> str:
        if path in self._posts:
            return "posts"
        return "feeds" if path in self._feeds else "lists"

    def _body(self, path: str, now: datetime) -> str | None:
        shown = [post for post in self._posts.values() if post.published <= now]
        post = self._posts.get(path)
        if post is not None:
            return _post_page(post, now) if post.published <= now else None
        if path == "/":
            return _front(self._feeds)
        if path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{URL}/{each.slug}/</loc></url>" for each in shown)
            return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        if path not in self._feeds:
            return None
        return _comment_feed(shown, now) if "comment" in path else _feed(shown, now if self._sizes else None)


def _front(feeds: tuple[str, ...]) -> str:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in feeds)
    return f"<!doctype html><html><head><title>A blog</title>{links}</head><body><p>Notes.</p></body></html>"


def _feed(shown: list[LivingPost], sizes_at: datetime | None) -> str:
    newest = sorted(shown, key=lambda post: post.published)[-FEED_LENGTH:]
    items = []
    for post in newest:
        size = "" if sizes_at is None else f"<slash:comments>{len(_shown(post, sizes_at))}</slash:comments>"
        items.append(_item(f"/{post.slug}/", post.published, size))
    return _rss(items)


def _comment_feed(shown: list[LivingPost], now: datetime) -> str:
    comments = [
        (post.comments[number].written, f"/{post.slug}/#comment-{number}")
        for post in shown
        for number in _shown(post, now)
    ]
    return _rss([_item(path, written) for written, path in sorted(comments)[-FEED_LENGTH:]])


def _item(path: str, moment: datetime, more: str = "") -> str:
    return f"<item><link>{URL}{path}</link><pubDate>{format_datetime(moment)}</pubDate>{more}</item>"


def _rss(items: list[str]) -> str:
    namespace = 'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    return f"<rss {namespace}><channel>{''.join(items)}</channel></rss>"


def _shown(post: LivingPost, now: datetime) -> list[int]:
    return [number for number, comment in enumerate(post.comments) if comment.shown <= now]


def _post_page(post: LivingPost, now: datetime) -> str:
    title = post.slug.replace("-", " ").capitalize()
    shown = _shown(post, now)
    listed = "".join(_listed(post, number) for number in shown)
    thread = f'<h2 class="comments-title">{len(shown)} responses</h2><ol class="comment-list">{listed}</ol>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="{post.published.isoformat()}"></head><body>'
        f'<article class="post"><h1 class="entry-title">{title}</h1><div class="entry-content"><p>{_PARAGRAPH}</p>'
        f"<p>{title}. {_PARAGRAPH}</p></div></article>{thread if shown else ''}</body></html>"
    )


def _listed(post: LivingPost, number: int) -> str:
    written = post.comments[number].written
    return (
        f'<li class="comment depth-1" id="comment-{number}"><div class="comment-author vcard">'
        f'<cite class="fn">Reader {number}</cite></div><div class="comment-meta commentmetadata">'
        f'<time datetime="{written.isoformat()}">{written:%B %d, %Y}</time></div>'
        f'<div class="comment-content"><p>{reply(post, number)}</p></div></li>'
    )
