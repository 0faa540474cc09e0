"""A person's page: texts, sites, activity over time, and whom each comment answers."""

from flask import Blueprint, render_template, request

from archive.errors import NotFoundError
from archive.search.results import Query
from webui.holdings import archive
from webui.pages.people import person_page
from webui.params import MAX_PAGE, MAX_VALUE, ArgumentError, read_number

blueprint = Blueprint("people", __name__)

#: Texts per page.
PER_PAGE = 20


@blueprint.get("/people/<name>")
def person(name: str) -> str:
    """Show the posts and comments under one name, newest first."""
    if len(name) > MAX_VALUE:
        raise ArgumentError(f"A name can have at most {MAX_VALUE} characters; this one has {len(name)}.")
    page = read_number(request.args, "page", 1, MAX_PAGE) or 1
    results = archive().search(Query(filters=(("author", name),), sort="newest", page=page, per_page=PER_PAGE))
    if not results.total:
        raise NotFoundError(f"no posts or comments by “{name}” are archived")
    return render_template("person.html", page=person_page(name, results))
