"""Read a spoiled site as a crawl does, and judge what came of it."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import replace

from archive.records.models import Comment, Post
from crawler.catalogue.sites import Site
from crawler.comments.registry import COMMENT_SYSTEMS, complete
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.platforms.base import Platform
from tests.support.answers import FETCHED, Answers
from tests.torture.hostile import BUDGET, CONTROL


def thread_of(system: str, page: Page, fetch: Answers) -> Post | None:
    """Return a post with the thread that one system finds on a page; `None` where it finds none."""
    thread = COMMENT_SYSTEMS[system].thread(page)
    if thread is None:
        return None
    with suppress(UnreadableError):
        thread = asyncio.run(complete(thread, page.url, fetch))
    return place(ReadPost(url=page.url, thread=thread), platform="generic", fetched=FETCHED)


def posts_of(platform: Platform, front: Page, fetch: Answers) -> list[Post]:
    """Do what a crawl does of a site, as far as it comes."""

    async def collect() -> list[Post]:
        posts: list[Post] = []
        listed = 0
        with suppress(UnreadableError):
            async for found in platform.posts(Site(url=front.url), front, fetch):
                listed += 1
                post = await _post(platform, found, fetch)
                posts += [post] if post is not None else []
                if listed >= BUDGET:
                    break
        return posts

    return asyncio.run(collect())


async def _post(platform: Platform, found: ListedPost | ReadPost, fetch: Answers) -> Post | None:
    try:
        read = platform.read(await fetch.page(found.url)) if isinstance(found, ListedPost) else found
    except UnreadableError:
        return None
    with suppress(UnreadableError):
        read = await platform.whole_text(read, fetch)
    with suppress(UnreadableError):
        read = replace(read, thread=await platform.whole_thread(read, fetch))
    return place(read, platform=platform.name, fetched=FETCHED) if read.is_post else None


def harm(post: Post) -> list[str]:
    """Return what a record must not hold, in words; nothing for a sound one."""
    found = []
    try:
        text = json.dumps(post.to_json(), ensure_ascii=False, allow_nan=False)
        text.encode("utf-8", "strict")
        if Post.from_json(json.loads(text)) != post:
            found.append("does not come back from its JSON")
    except (ValueError, TypeError, OverflowError) as error:
        return [f"is no JSON: {error}"]
    found += _bad_numbers(post)
    for record in (post, *post.comments):
        found += _bad_values(record)
    seen: set[str] = set()
    for comment in post.comments:
        if comment.id in seen or (comment.parent_id is not None and comment.parent_id not in seen):
            found.append("a thread that is no tree of each comment once, parents first")
        seen.add(comment.id)
    return found


def _bad_numbers(post: Post) -> list[str]:
    stated = post.comments_stated
    if stated is None or (type(stated) is int and 0 <= stated < 2**31):
        return []
    return [f"comments_stated is {stated!r:.40}"]


def _bad_values(record: Post | Comment) -> list[str]:
    found = []
    for name, value in record.to_json().items():
        texts = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
        found += [f"{name} holds a control character: {text!r:.60}" for text in texts if CONTROL.search(text)]
        if name in {"url", "permalink", "author_url"} and value and not re.match(r"https?://[^/@]+(/|[?#]|$)", value):
            found.append(f"{name} is {value!r:.60}")
        if name in {"published", "updated"} and value and not re.match(r"(?:199|20[0-2])\d-", value):
            found.append(f"{name} is {value}")
    return found
