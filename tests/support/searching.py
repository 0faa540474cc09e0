"""Archiving invented texts, and finding them again."""

from datetime import UTC, datetime

from archive.archive import Archive
from archive.records.models import Comment, Post, comment_id, post_id
from archive.search.results import Query, Results


def write(archive: Archive, name: str, text: str, *comments: str, **fields: object) -> Post:
    """Archive a post named by the last part of its address."""
    url = f"https://{fields.pop('site', 'example.com')}/{name}"
    values = {"title": None, "published": datetime(2015, 3, 1, tzinfo=UTC), "author": "Ann Lee"} | fields
    post = Post(
        id=post_id(url),
        url=url,
        site=url.split("/")[2],
        text=text,
        comments=tuple(
            Comment(
                id=comment_id(url, "wordpress", str(place)),
                post_id=post_id(url),
                position=place,
                author="Bo Ek",
                text=said,
                published=datetime(2016, 4, 1 + place, tzinfo=UTC),
                permalink=f"{url}#comment-{place}",
                system="wordpress",
            )
            for place, said in enumerate(comments)
        ),
        **values,  # type: ignore[arg-type]  # fields by name
    )
    archive.add(post)
    return post


def found(archive: Archive, text: str, **asked: object) -> list[str]:
    """Return the ends of the addresses found, in order."""
    return [hit.url.rpartition("/")[2] for hit in search(archive, text, **asked).hits]


def search(archive: Archive, text: str, **asked: object) -> Results:
    return archive.search(Query(text=text, **({"per_page": 100} | asked)))  # type: ignore[arg-type]  # by name
