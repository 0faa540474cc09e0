"""The front page and the page of results."""

from dataclasses import replace

from flask import Blueprint, render_template, request

from archive.search.results import Query
from webui.holdings import archive, holdings
from webui.pages.results import hit_items, result_page
from webui.params import read_number, read_query

blueprint = Blueprint("search", __name__)

#: Newest posts shown on the front page.
LATEST = 6

#: Words offered to narrow results by.
TERMS = 12

#: Queries to learn from, each with what it finds.
EXAMPLES = (
    ("cold email", "texts about both words, those that have both first"),
    ('"annual contract"', "the words next to each other, in this order"),
    ("+pricing discount", "nothing without “pricing”"),
    ("pricing -discount", "“pricing”, but not “discount”"),
    ("objection OR pushback", "either word"),
    ("negotiat*", "all words that begin so"),
    ("negociation~", "words written nearly so"),
    ("title:pricing", "posts with the word in the title"),
    (
        'said:"Maya Lindqvist"',
        "texts by a name, as author:Maya does; by: for posts, commenter: for comments",
    ),
    ("tag:pricing", "posts filed under a tag or category"),
    ("site:example.com", "texts of one site; also platform:ghost, lang:german"),
    ("kind:comment churn", "comments only; kind:post for posts only"),
    ("after:2015 before:June 2018", "by date; also year:2016, year:2014-2016, after:3 months ago"),
    ("words:>1000", "long texts; also words:100-200"),
    ("has:author-reply", "posts below which their author answers; also has:comments, has:date"),
    ("in:https://example.com/a-post/", "the texts of one thread, by the address of its post"),
)


@blueprint.get("/")
def home() -> str:
    """Show the search box and what the archive holds."""
    latest = archive().search(Query(filters=(("kind", "post"),), sort="newest", per_page=LATEST))
    return render_template("home.html", holdings=holdings(), latest=hit_items(latest.hits))


@blueprint.get("/search")
def results() -> str:
    """Show one page of results."""
    query = read_query(request.args)
    in_thread = any(name == "thread" for name, _ in query.filters)
    answer = archive().search(replace(query, grouped=not in_thread))
    terms = archive().engine.key_terms(query, TERMS) if read_number(request.args, "words", 0, 1) else None
    return render_template("results.html", page=result_page(answer, terms), holdings=holdings())


@blueprint.get("/help")
def guide() -> str:
    """Explain the query language and the keys."""
    return render_template("help.html", examples=EXAMPLES)
