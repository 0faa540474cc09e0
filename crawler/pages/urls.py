"""Addresses: their canonical form, their site, and which ones are worth asking for."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

#: Longer addresses are traps or mistakes; browsers stop near here too.
MAX_LENGTH = 2083

#: Parameters that say how a reader came, in which session, or which form to open, and never which text it is.
#: Kept on purpose: p, page_id, page, paged, id, story and the like, which plain sites use to name posts.
_PASSING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|twclid|igshid|mc_[ce]id|_hs\w+|hss_channel|ref_?(src|url)?|source|"
    r"share|like_comment|replytocom|showcomment|amp|m|nb|sid|phpsessid|jsessionid|session_?id|_ga|spm|trk|"
    r"triedredirect|publication_id|post_id|isfreemail|r",
    re.IGNORECASE,
)
#: What no address holds unescaped: control characters, halves of characters, marks that turn its direction.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_SCHEMES = {"http", "https"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical(url: str, base: str | None = None) -> str | None:
    """Return the canonical form of an address, resolved against `base`; `None` when it is not one we archive.

    Lower-case host, no credentials, default port, fragment, tracking parameter or session id; the rest of the
    query in order of names.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme.lower() not in _SCHEMES or not host or len(url) > MAX_LENGTH or _UNPRINTABLE.search(host):
        return None
    scheme = parts.scheme.lower()
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _passing(name)]
    path = _SESSION_PATH.sub("", parts.path) or "/"
    try:
        return str(canonicalize_url(urlunsplit((scheme, host, path, urlencode(query), ""))))
    except (UnicodeError, ValueError):
        return None


def permalink(address: str | None, post_url: str) -> str | None:
    """Return the address of one text of a post as the web knows it, fragment and all; `None` for any other kind."""
    if not address or len(address) > MAX_LENGTH or _UNPRINTABLE.search(address.strip()):
        return None
    whole = joined(post_url, address)
    if whole is None:
        return None
    parts = urlsplit(whole)
    return whole if parts.scheme in _SCHEMES and parts.hostname and "@" not in parts.netloc else None


def joined(base: str, address: str) -> str | None:
    """Return an address of a page, resolved against that of the page; `None` for a broken one, as `http://[`."""
    try:
        whole = urljoin(base, address.strip())
        urlsplit(whole).port  # noqa: B018 (it raises what later uses would)
    except ValueError:
        return None
    return whole


def site_of(url: str) -> str:
    """Return the site of an address: its host without `www.`, with a port that is not the default.

    Raise `ValueError` for a broken address; those of `canonical` and `joined` are none.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removeprefix("www.")
    port = parts.port
    return host if port is None or port == _DEFAULT_PORTS.get(parts.scheme) else f"{host}:{port}"


def same_site(one: str, other: str) -> bool:
    """Tell whether two addresses are of the same site, `www.` or not."""
    return site_of(one) == site_of(other)


def _passing(name: str) -> bool:
    return _PASSING.fullmatch(name) is not None
