"""The JSON API, described by /openapi.json, and /health and /robots.txt."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from archive.errors import ArchiveError
from webui.completion import completions
from webui.holdings import archive, holdings, load_post, site_coverage, site_name
from webui.openapi import description
from webui.params import MAX_PER_PAGE, MAX_QUERY, PER_PAGE, read_number, read_query, read_text

blueprint = Blueprint("api", __name__)


@blueprint.get("/api/search")
def search() -> Response:
    """Return a page of results; see `Results.to_json`."""
    per_page = read_number(request.args, "per_page", 1, MAX_PER_PAGE) or PER_PAGE
    return jsonify(archive().search(read_query(request.args, per_page=per_page)).to_json())


@blueprint.get("/api/posts/<post_id>")
def post(post_id: str) -> Response:
    """Return a post with its thread; see docs/records.md."""
    return jsonify(load_post(post_id).to_json())


@blueprint.get("/api/sites")
def sites() -> Response:
    """Return what is archived per site, and what is known to be missing."""
    return jsonify({"sites": [site.to_json() for site in site_coverage().values()]})


@blueprint.get("/api/suggest")
def suggest() -> Response:
    """Return completions of what is being typed, in the form that browsers ask search engines for."""
    typed = read_text(request.args, "q", MAX_QUERY)
    sites = {holding.site: site_name(holding.site) for holding in holdings().sites}
    return jsonify([typed, completions(archive(), typed, sites)])


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the API."""
    return jsonify(description(request.script_root))


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """Say whether records and index can be read, and how far the index is behind; 503 when they can't."""
    try:
        seq, indexed = archive().store.last_seq(), archive().engine.seq()
    except ArchiveError as error:
        return jsonify({"status": "failing", "reason": str(error)}), HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify({"status": "ok", "seq": seq, "indexed_seq": indexed}), HTTPStatus.OK


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Ask crawlers to stay away: the texts are others', and found at their originals."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
