"""Feeds of all kinds, read by one reader: posts with their dates and sizes, comments and what they answer."""

from datetime import UTC, datetime

import pytest

from crawler.pages.feeds import FeedComment, comment_feeds, newest_comments, parents_in_feed, post_feeds, read_feed
from crawler.pages.models import ListedPost
from crawler.pages.page import Page

FETCHED = datetime(2026, 8, 1, tzinfo=UTC)
HOME = "https://b.example/"
ATOM = "http://www.w3.org/2005/Atom"
MOMENT = datetime(2020, 3, 2, 8, tzinfo=UTC)

NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
PUB = "<pubDate>Mon, 02 Mar 2020 08:00:00 GMT</pubDate>"
STAMP = "2020-03-02T08:00:00Z"


def rss(*items: str) -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {NAMESPACES}><channel><link>{HOME}</link>{inner}</channel></rss>'


def rdf(*items: str) -> str:
    inner = "".join(f'<item rdf:about="{HOME}a/">{item}</item>' for item in items)
    return (
        f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'{NAMESPACES}><channel rdf:about="{HOME}"><link>{HOME}</link></channel>{inner}</rdf:RDF>'
    )


def atom(*entries: str, namespace: str = ATOM) -> str:
    inner = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="{namespace}" {NAMESPACES}><link href="{HOME}"/>{inner}</feed>'


def page(xml: str, url: str = f"{HOME}feed/") -> Page:
    return Page(url, xml.encode(), FETCHED)


@pytest.mark.parametrize(
    ("xml", "size"),
    [
        (rss(f"<link>{HOME}a/</link>{PUB}<slash:comments>4</slash:comments>"), 4),
        (rss(f"<link> {HOME}a/?utm_source=rss </link>{PUB}<thr:total>4</thr:total>"), 4),
        (rss(f"<guid>{HOME}a/</guid>{PUB}"), None),
        (rss(f'<guid isPermaLink="false">b 7</guid><comments>{HOME}a/#comments</comments>{PUB}'), None),
        (rss(f"<link>{HOME}a/</link><dc:date>{STAMP}</dc:date><slash:comments>many</slash:comments>"), None),
        (
            rss(f"<link>{HOME}a/</link><atom:updated>{STAMP}</atom:updated><wfw:comment>{HOME}x</wfw:comment>"),
            None,
        ),
        (rss(f'<atom:link rel="self" href="{HOME}x"/><atom:link href="{HOME}a/"/>{PUB}'), None),
        (rdf(f"<link>{HOME}a/</link><dc:date>{STAMP}</dc:date><slash:comments>4</slash:comments>"), 4),
        (rdf(f"<dc:date>{STAMP}</dc:date>"), None),
        (atom(f'<link href="{HOME}a/"/><updated>{STAMP}</updated><thr:total>4</thr:total>'), 4),
        (
            atom(
                f'<link rel="replies" thr:count="4" href="{HOME}a/feed/"/><link rel="alternate" href="{HOME}a/"/>'
                f"<updated>{STAMP}</updated>"
            ),
            4,
        ),
        (atom(f"<id>{HOME}a/</id><published>{STAMP}</published>"), None),
        (atom(f'<link href="{HOME}a/"/><modified>{STAMP}</modified>', namespace="http://purl.org/atom/ns#"), None),
        (atom(f'<link href="{HOME}a/"/><issued>{STAMP}</issued>', namespace="http://purl.org/atom/ns#"), None),
    ],
)
def test_a_post_of_any_feed(xml: str, size: int | None) -> None:
    feed = read_feed(page(xml))
    assert feed.posts == (ListedPost(f"{HOME}a/", MOMENT),)
    assert feed.sizes == ({} if size is None else {f"{HOME}a/": size})


@pytest.mark.parametrize(
    "xml",
    [
        rss(f"<link>https://feedproxy.example/~r/b/1</link><feedburner:origLink>{HOME}a/</feedburner:origLink>"),
        atom(f'<link href="https://feedproxy.example/~r/b/1"/><feedburner:origLink>{HOME}a/</feedburner:origLink>'),
        rss(f"<link>https://elsewhere.example/story</link><guid isPermaLink='true'>{HOME}a/</guid>"),
        rss(f"<link>https://elsewhere.example/story</link><comments>{HOME}a/#respond</comments>"),
        rss("<link>a/</link>"),
        rss("<link>/a/</link>"),
        f'<feed xmlns="{ATOM}" xml:base="{HOME}"><entry xml:base="a/"><link href="./"/></entry></feed>',
        f'<feed xmlns="{ATOM}"><entry><link href="a/" xml:base="{HOME}"/></entry></feed>',
    ],
)
@pytest.mark.parametrize("url", [f"{HOME}feeds/main.xml", "https://feeds.example/b"])
def test_the_address_of_a_post_is_that_on_its_own_site(xml: str, url: str) -> None:
    if "xml:base" in xml and "feeds.example" in url:
        xml = xml.replace("<entry", f'<link href="{HOME}"/><entry', 1)
    assert [post.url for post in read_feed(page(xml, url)).posts] == [f"{HOME}a/"]


@pytest.mark.parametrize(
    "item",
    [
        f"<link>https://new.example/a/</link><guid isPermaLink='false'>{HOME}?p=7</guid>",
        "<link>https://new.example/a/</link>",
    ],
)
def test_a_name_that_is_no_address_is_not_taken_before_the_link(item: str) -> None:
    assert [post.url for post in read_feed(page(rss(item))).posts] == ["https://new.example/a/"]
    moved = atom(f'<link href="https://new.example/a/"/><id>{HOME}?p=7</id>')
    assert [post.url for post in read_feed(page(moved)).posts] == ["https://new.example/a/"]


COMMENT = f"{HOME}a/comment-page-2/#comment-7"
COMMENTS = {
    "RSS 2": rss(f"<link>{COMMENT}</link>{PUB}"),
    "RSS 2 by guid": rss(f"<guid isPermaLink='false'>{COMMENT}</guid>{PUB}"),
    "RSS 2 with a number in its guid": rss(
        f"<link>{HOME}a/</link><guid isPermaLink='false'>{HOME}?p=44#comment-7</guid>{PUB}"
    ),
    "RSS 1": rdf(f"<link>{COMMENT}</link><dc:date>{STAMP}</dc:date>"),
    "Atom": atom(f'<link rel="alternate" href="{COMMENT}"/><id>{COMMENT}</id><published>{STAMP}</published>'),
    "Atom 0.3": atom(f'<link href="{COMMENT}"/><issued>{STAMP}</issued>', namespace="http://purl.org/atom/ns#"),
}


@pytest.mark.parametrize("xml", COMMENTS.values(), ids=COMMENTS)
def test_a_comment_of_any_feed(xml: str) -> None:
    assert list(newest_comments(page(xml))) == [FeedComment(f"{HOME}a/", MOMENT, "7")]


def test_a_comment_of_atom_is_dated_by_its_writing() -> None:
    xml = atom(f'<updated>2021-01-01T00:00:00Z</updated><link href="{COMMENT}"/><published>{STAMP}</published>')
    assert list(newest_comments(page(xml))) == [FeedComment(f"{HOME}a/", MOMENT, "7")]


REPLY = f'In reply to <a href="{HOME}a/comment-page-1/#comment-6">Bo</a>. Indeed.'
ESCAPED = REPLY.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
ANSWERS = {
    "words in description": rss(f"<link>{COMMENT}</link><description><![CDATA[{REPLY}]]></description>"),
    "words escaped twice": rss(f"<link>{COMMENT}</link><description><![CDATA[{ESCAPED}]]></description>"),
    "words in content": rss(f"<link>{COMMENT}</link><content:encoded><![CDATA[<p>{REPLY}</p>]]></content:encoded>"),
    "words in RSS 1": rdf(f"<link>{COMMENT}</link><description>{ESCAPED}</description>"),
    "words in Atom": atom(f'<link href="{COMMENT}"/><content type="html">{ESCAPED}</content>'),
    "element in Atom": atom(f'<link href="{COMMENT}"/><thr:in-reply-to ref="{HOME}?p=44#comment-6"/>'),
    "element with href": atom(
        f'<id>{COMMENT}</id><thr:in-reply-to ref="tag:b.example,2020:6" href="{HOME}a/#comment-6"/>'
    ),
    "element in RSS 2": rss(f"<guid>{COMMENT}</guid><thr:in-reply-to ref='{HOME}a/#comment-6'/>"),
}


@pytest.mark.parametrize("xml", ANSWERS.values(), ids=ANSWERS)
def test_what_a_comment_answers_in_any_feed(xml: str) -> None:
    assert parents_in_feed(xml.encode()) == {"7": "6"}


def test_an_answer_to_the_post_is_stated_before_words() -> None:
    xml = atom(
        f'<link href="{COMMENT}"/><thr:in-reply-to ref="{HOME}?p=44"/><content type="html">{ESCAPED}</content>'
    )
    assert parents_in_feed(xml.encode()) == {}


def test_feeds_of_posts_and_of_comments_are_told_by_their_names() -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'
        for title, href in (
            ("Notes", "/feed/"),
            ("Sales Commentary", "/commentary.xml"),
            ("Notes » Comments Feed", "/comments/feed/"),
            ("Commentaires", "/commentaires.xml"),
        )
    )
    front = page(f"<html><head>{links}</head></html>", HOME)
    assert post_feeds(front) == [f"{HOME}feed/", f"{HOME}commentary.xml"]
    assert comment_feeds(front) == [f"{HOME}comments/feed/", f"{HOME}commentaires.xml"]


@pytest.mark.parametrize("xml", ["", "no feed", "<html><body><p>Gone.</p></body></html>", "<rss/>", "<feed/>"])
def test_what_is_no_feed_lists_nothing(xml: str) -> None:
    assert read_feed(page(xml)).posts == ()
    assert list(newest_comments(page(xml))) == []
    assert parents_in_feed(xml.encode()) == {}


def test_utf_8_is_read_as_such_whatever_the_feed_declares() -> None:
    xml = '<?xml version="1.0" encoding="windows-1251"?>' + rss(f"<link>{HOME}статья/</link>")
    (post,) = read_feed(page(xml)).posts
    assert post.url == f"{HOME}%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F/"
