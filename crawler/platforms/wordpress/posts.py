"""What WordPress's REST lists hold: posts and comments of one answer, read without a network.

Source: https://developer.wordpress.org/rest-api/reference/. Every value is checked: plug-ins change answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crawler.pages.dates import parse_date
from crawler.pages.models import ReadComment, ReadPost, Stated
from crawler.pages.text import html_text, one_line
from crawler.pages.urls import canonical


@dataclass(frozen=True, slots=True)
class RestPost:
    """A post of the list, with what is needed to find its thread and its author."""

    number: int
    #: User who wrote it; 0 when the list does not say.
    user: int
    read: ReadPost
    #: True when a password hides its text.
    protected: bool


@dataclass(frozen=True, slots=True)
class RestComment:
    """A comment of the list, and the post and user it belongs to; user 0 is a guest."""

    post: int
    user: int
    read: ReadComment


def read_posts(values: Any, *, fetched: datetime, language: str | None) -> list[RestPost]:
    """Return the posts of one answer in its order; what is no post is left out."""
    return [post for each in _objects(values) if (post := _post(each, fetched, language)) is not None]


def read_comments(values: Any, *, fetched: datetime) -> list[RestComment]:
    """Return the comments of one answer in its order; pingbacks and what is no comment are left out."""
    return [comment for each in _objects(values) if (comment := _comment(each, fetched)) is not None]


def _objects(values: Any) -> Iterator[dict[str, Any]]:
    if isinstance(values, list):
        yield from (each for each in values if isinstance(each, dict))


def _post(value: dict[str, Any], fetched: datetime, language: str | None) -> RestPost | None:
    number, url = value.get("id"), canonical(_text(value.get("link")))
    if not isinstance(number, int) or url is None:
        return None
    content = _inner(value, "content")
    protected = content.get("protected") is True
    withheld = "noarchive" in _robots(value)
    tags, categories = _terms(value, "post_tag"), _terms(value, "category")
    read = ReadPost(
        url=url,
        title=one_line(html_text(_text(_inner(value, "title").get("rendered")))),
        author=_author(value),
        published=_moment(value, "date_gmt", "date", fetched),
        updated=_updated(value, fetched),
        language=language,
        text="" if protected or withheld else html_text(_text(content.get("rendered"))),
        description=None if protected or withheld else _excerpt(value),
        tags=tags,
        categories=tuple(each for each in categories if each != "Uncategorized"),
        rights=("noarchive",) if withheld else (),
        status="withheld" if withheld else "whole",
    )
    return RestPost(number, _number(value.get("author")), read, protected)


def _comment(value: dict[str, Any], fetched: datetime) -> RestComment | None:
    number, post = value.get("id"), value.get("post")
    if not isinstance(number, int) or not isinstance(post, int) or value.get("type", "comment") != "comment":
        return None
    parent = _number(value.get("parent"))
    read = ReadComment(
        native_id=str(number),
        parent=str(parent) if parent else None,
        author=one_line(html_text(_text(value.get("author_name")))),
        author_url=_text(value.get("author_url")) or None,
        published=_moment(value, "date_gmt", "date", fetched),
        date_shown=_text(value.get("date")) or None,
        text=html_text(_text(_inner(value, "content").get("rendered"))),
        permalink=_text(value.get("link")) or None,
    )
    return RestComment(post, _number(value.get("author")), read)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _inner(value: dict[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def _moment(value: dict[str, Any], exact: str, local: str, fetched: datetime) -> Stated | None:
    """Return a date: in UTC where the list gives it, else the site's own time as it stands."""
    return parse_date(_text(value.get(exact)), fetched=fetched, zone=UTC) or parse_date(
        _text(value.get(local)), fetched=fetched
    )


def _updated(value: dict[str, Any], fetched: datetime) -> datetime | None:
    published = _moment(value, "date_gmt", "date", fetched)
    updated = _moment(value, "modified_gmt", "modified", fetched)
    if updated is None or (published is not None and updated.moment <= published.moment):
        return None
    return updated.moment


def _embedded(value: dict[str, Any], name: str) -> list[Any]:
    found = _inner(value, "_embedded").get(name)
    return found if isinstance(found, list) else []


def _author(value: dict[str, Any]) -> str | None:
    names = (_text(each.get("name")) for each in _embedded(value, "author") if isinstance(each, dict))
    named = [name for each in names if (name := one_line(html_text(each)))]
    return "; ".join(named) or one_line(_text(_inner(value, "yoast_head_json").get("author")))


def _terms(value: dict[str, Any], taxonomy: str) -> tuple[str, ...]:
    terms = (term for group in _embedded(value, "wp:term") for term in _objects(group))
    names = (one_line(html_text(_text(term.get("name")))) for term in terms if term.get("taxonomy") == taxonomy)
    return tuple(name for name in names if name)


def _robots(value: dict[str, Any]) -> set[str]:
    """Return the rules for robots that the Yoast plug-in adds to the list."""
    return {each for each in _inner(_inner(value, "yoast_head_json"), "robots").values() if isinstance(each, str)}


def _excerpt(value: dict[str, Any]) -> str | None:
    excerpt = _inner(value, "excerpt")
    return None if excerpt.get("protected") else one_line(html_text(_text(excerpt.get("rendered"))))
