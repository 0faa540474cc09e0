"""The home page, the results page and the help page."""

from dataclasses import replace

from flask import Blueprint, render_template, request

from archive.search.results import Query
from webui.holdings import archive, holdings
from webui.pages.results import hit_items, result_page
from webui.params import read_number, read_query

blueprint = Blueprint("search", __name__)

#: Newest posts shown on the home page.
LATEST = 6

#: Words suggested for narrowing a search.
TERMS = 12

#: Example queries of the help page, each with what it finds.
EXAMPLES = (
    ("cold email", "texts with both words, then texts with one of them"),
    ('"annual contract"', "this exact phrase"),
    ("+pricing discount", "texts that contain “pricing”; “discount” is optional"),
    ("pricing -discount", "texts with “pricing” and without “discount”"),
    ("objection OR pushback", "texts with either word"),
    ("negotiat*", "words that begin with “negotiat”"),
    ("negociation~", "words spelled almost like this"),
    ("title:pricing", "posts with the word in the title"),
    (
        'said:"Maya Lindqvist"',
        "texts by one author, like author:Maya; by: for posts only, commenter: for comments only",
    ),
    ("tag:pricing", "posts with this tag or category"),
    ("site:example.com", "texts from one site; also platform:ghost, lang:german"),
    ("kind:comment churn", "comments only; kind:post for posts only"),
    ("after:2015 before:June 2018", "by date; also year:2016, year:2014-2016, after:3 months ago"),
    ("words:>1000", "texts of more than 1,000 words; also words:100-200"),
    ("has:author-reply", "posts whose author replied to comments; also has:comments, has:date"),
    ("in:https://example.com/a-post/", "a post and its comments, by the address of the post"),
)


@blueprint.get("/")
def home() -> str:
    """Show the search box, the newest posts and the largest sites."""
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
    """Explain the search syntax and the keyboard shortcuts."""
    return render_template("help.html", examples=EXAMPLES)
