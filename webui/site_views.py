"""What is archived of each site, and whether it is whole."""

from flask import Blueprint, render_template

from archive.errors import NotFoundError
from webui.opening import archive, holdings

blueprint = Blueprint("sites", __name__)


@blueprint.get("/sites")
def overview() -> str:
    """List the sites."""
    return render_template("sites.html", holdings=holdings())


@blueprint.get("/sites/<site>")
def site(site: str) -> str:
    """Show what is archived of one site."""
    for held in holdings().sites:
        if held.site == site:
            return render_template("site.html", held=held, state=archive().visits.site(site))
    raise NotFoundError(f"nothing of “{site[:100]}” is archived")
