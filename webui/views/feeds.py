"""Results for other programs: a feed, an OpenSearch description, an export."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for

from archive.archive import Archive
from archive.export.shapes.base import ChosenPost
from archive.export.shapes.registry import SHAPES
from archive.export.shards import encoded
from archive.records.models import format_time
from archive.search.results import Hit, Query
from webui.holdings import archive
from webui.links import Addresses
from webui.params import ArgumentError, read_query, url_values

blueprint = Blueprint("feeds", __name__)

#: Texts in a feed.
FEED_HITS = 30
#: Texts asked for at once in an export, and altogether: who wants all uses `sales-archive export`.
EXPORT_STEP = 100
MOST_EXPORTED = 10_000

#: Besides the shapes of a dataset: the hits themselves, as /api/search gives them.
HITS = "hits"

#: Shapes whose rows hold a thread whole, whichever of its texts was found.
_THREAD_SHAPES = frozenset({"threads", "convokit"})

#: What XML 1.0 cannot hold, however escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/feed.atom")
def atom() -> Response:
    """Give the newest results of a search as an Atom feed (RFC 4287)."""
    query = replace(read_query(request.args, per_page=FEED_HITS), sort="newest", page=1)
    hits = archive().search(query).hits
    body = render_template(
        "feed.atom.xml",
        query=query,
        entries=zip(hits, Addresses().texts(hits), strict=True),
        host=request.host_url.rstrip("/"),
        page=url_for("search.results", **url_values(query), _external=True),
        updated=_updated(hits),
    )
    return Response(body, mimetype="application/atom+xml")


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """Describe the archive as a search engine that browsers can add.

    Source: https://github.com/dewitt/opensearch.
    """
    return Response(render_template("opensearch.xml"), mimetype="application/opensearchdescription+xml")


@blueprint.get("/export")
def export() -> Response:
    """Give all results of a search as JSON lines: the hits, or what they are of in a shape of datasets."""
    query = replace(read_query(request.args, per_page=EXPORT_STEP), page=1)
    shape = request.args.get("shape") or HITS
    if shape != HITS and shape not in SHAPES:
        raise ArgumentError(f"“shape” is one of: {', '.join((HITS, *SHAPES))}.")
    lines = _lines(archive(), query, shape)
    first = next(lines, "")  # a query that cannot be answered fails here, before the response begins
    response = Response(stream_with_context(chain([first], lines)), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="sales-archive-{shape}.jsonl"'
    return response


@blueprint.app_template_filter("xml_text")
def xml_text(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def _lines(source: Archive, query: Query, shape: str) -> Iterator[str]:
    """Yield lines while hits are still looked for; no more than ids is held of what was yielded."""
    pages = _pages(source, query)
    if shape == HITS:
        yield from (_line(hit.to_json()) for hits in pages for hit in hits)
        return
    yielded: set[str] = set()
    for chosen in _chosen(source, pages, once=shape in _THREAD_SHAPES):
        for row in SHAPES[shape].rows(chosen):
            if row["id"] not in yielded:
                yielded.add(row["id"])
                yield encoded(row).decode()


def _chosen(source: Archive, pages: Iterator[tuple[Hit, ...]], *, once: bool) -> Iterator[ChosenPost]:
    """Yield the posts of each page of hits, the hits chosen; with `once`, a post of an earlier page no more."""
    seen: set[str] = set()
    for hits in pages:
        texts_by_post: dict[str, set[str]] = {}
        for hit in hits:
            texts_by_post.setdefault(hit.post_id, set()).add(hit.id)
        for id_, texts in texts_by_post.items():
            post = None if once and id_ in seen else source.store.post(id_)
            seen.add(id_)
            if post is not None:
                yield ChosenPost(post, frozenset(texts))


def _pages(source: Archive, query: Query) -> Iterator[tuple[Hit, ...]]:
    for page in range(1, MOST_EXPORTED // EXPORT_STEP + 1):
        results = source.search(replace(query, page=page))
        yield results.hits
        if page * EXPORT_STEP >= results.total:
            return


def _line(values: object) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _updated(hits: tuple[Hit, ...]) -> str:
    """Return the newest date among hits; a feed must have one, and ours must not change from visit to visit."""
    return max((format_time(hit.published) for hit in hits if hit.published), default="1970-01-01T00:00:00Z")
