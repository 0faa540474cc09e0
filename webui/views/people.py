"""What one name wrote: posts and comments over time, on which sites, and whom it answered."""

from flask import Blueprint, render_template, request

from archive.errors import NotFoundError
from archive.search.results import Query
from webui.holdings import archive
from webui.pages.people import person_page
from webui.params import MAX_PAGE, MAX_VALUE, ArgumentError, read_number

blueprint = Blueprint("people", __name__)

#: Texts shown on a page.
PER_PAGE = 20


@blueprint.get("/people/<name>")
def person(name: str) -> str:
    """Show the posts and comments by one name, newest first."""
    if len(name) > MAX_VALUE:
        raise ArgumentError(f"A name is at most {MAX_VALUE} characters long.")
    page = read_number(request.args, "page", 1, MAX_PAGE) or 1
    results = archive().search(Query(filters=(("author", name),), sort="newest", page=page, per_page=PER_PAGE))
    if not results.total:
        raise NotFoundError(f"nothing by “{name}” is archived")
    return render_template("person.html", page=person_page(name, results))
