"""Commento and its successor Comentario: a flat list of a page's comments, for one question posted to their server.

Source: the clients of https://gitlab.com/commento/commento and https://gitlab.com/comentario/comentario.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.comments.base import CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.text import html_text
from crawler.pages.urls import joined

_CLIENTS = ("/js/commento.js", "/comentario.js")
#: What both write as the parent of a comment that answers the post.
_ROOT = "root"


class CommentoComments(CommentSystem):
    """Comments on Commento's server, or one of the site's owner."""

    name = "commento"
    title = "Commento (and Comentario)"
    read_by = "the server's public API"
    signs = ("commento.js", "comentario.js")

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; the page itself shows none of it."""
        for script in page.tree.iter("script"):
            source = joined(page.url, script.get("src") or "") or ""
            path = urlsplit(source).path
            if not path.endswith(_CLIENTS):
                continue
            server = source[: source.index(path)] + path.removesuffix(next(c for c in _CLIENTS if path.endswith(c)))
            parts = urlsplit(page.url)
            pointer = {"server": server, "domain": parts.netloc, "path": script.get("data-page-id") or parts.path}
            return Thread(system=self.name, pointer=pointer)
        return None

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread, from its one answer."""
        question = {
            "commenterToken": "anonymous",
            "domain": thread.pointer["domain"],
            "path": thread.pointer["path"],
        }
        answer, page = await fetch.json(f"{thread.pointer['server']}/api/comment/list", question=question)
        people = mapping(mapping(answer).get("commenters"))
        comments = []
        for value in mappings(mapping(answer).get("comments")):
            native = identifier(value.get("commentHex"))
            if native is None:
                continue
            parent, at = identifier(value.get("parentHex")), text(value.get("creationDate"))
            removed = value.get("deleted") is True
            person = {} if removed else mapping(people.get(identifier(value.get("commenterHex")) or ""))
            comments.append(
                ReadComment(
                    native_id=native,
                    parent=None if parent in {None, _ROOT} else parent,
                    author=text(person.get("name")),
                    author_url=_address(person),
                    published=parse_date(at, fetched=page.fetched) if at else None,
                    text="" if removed else html_text(text(value.get("html")) or ""),
                    permalink=f"{post_url}#commento-{native}",
                    deleted=removed,
                )
            )
        return replace(thread, comments=tuple(comments), pointer={})


def _address(person: Mapping[str, object]) -> str | None:
    link = text(person.get("link"))
    return link if link != "undefined" else None
