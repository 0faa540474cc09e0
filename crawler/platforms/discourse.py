"""Discourse: a forum, or one category of it, as a site whose topics are posts.

Source: https://docs.discourse.org/; a list's page holds 30 topics, newest activity first.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from crawler.catalogue.sites import Site
from crawler.comments.systems.discourse import is_discourse
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import mapping, mappings, number, text
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.text import one_line, text_of
from crawler.pages.urls import canonical
from crawler.platforms.base import Platform
from crawler.posts.post import read_post

_CATEGORY = re.compile(r"/c/(?:[^/]+/){1,3}\d+")
#: Pages of a list; 60,000 topics.
MAX_PAGES = 2_000


class Discourse(Platform):
    """Topics of a forum, or of the category whose address is given."""

    name = "discourse"
    title = "Discourse"
    lists_posts_by = "the forum's list, or a category's"
    reads_threads_by = "the topic's other posts"
    requests_needed = "one for 30 topics, two or more for each topic"

    def recognises(self, front: Page) -> bool:
        """Tell Discourse by its generator."""
        return is_discourse(front)

    async def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield the topics of the list, each as changed when it was last written in."""
        del site
        category = _CATEGORY.search(urlsplit(front.url).path)
        path = f"{category[0]}.json" if category else "/latest.json"
        for page_number in range(MAX_PAGES):
            answer, page = await fetch.json(urljoin(front.url, f"{path}?page={page_number}"))
            found = mapping(mapping(answer).get("topic_list"))
            topics = mappings(found.get("topics"))
            for topic in topics:
                number_, slug = number(topic.get("id")), text(topic.get("slug")) or "-"
                url = canonical(f"/t/{slug}/{number_}", front.url) if number_ is not None else None
                last = parse_date(text(topic.get("last_posted_at")) or "", fetched=page.fetched)
                if url is not None:
                    written = number(topic.get("posts_count"))
                    yield ListedPost(url, last.moment if last else None, stated=written - 1 if written else None)
            if not topics or not text(found.get("more_topics_url")):
                return

    def read(self, page: Page) -> ReadPost:
        """Return the topic on a page: the text is its first post's, which the page has for readers without script."""
        post = read_post(page)
        first = page.tree.find(".//*[@id='post_1']")
        if first is None:
            return post
        stated = {each.get("itemprop"): each for each in first.iter("*") if each.get("itemprop")}
        body = stated.get("text", stated.get("articleBody"))
        name = stated.get("name")
        return replace(
            post,
            text=text_of(body) if body is not None else post.text,
            author=one_line(text_of(name)) if name is not None else post.author,
            is_post=True,
        )
