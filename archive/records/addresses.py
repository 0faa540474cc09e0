"""Addresses as people give them: the archived one may be spelled a little differently."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import urlsplit, urlunsplit


def spellings(address: str) -> Iterator[str]:
    """Yield an address as given, then without fragment, with the other scheme, `www.`, slash at the end, or no query.

    Whichever is in the archive is what the person meant; nothing is yielded that names another host.
    """
    yield address
    try:
        parts = urlsplit(address if "//" in address else f"https://{address}")
    except ValueError:
        return
    host = parts.netloc.lower().removeprefix("www.")
    path = parts.path.rstrip("/")
    forms = product(
        dict.fromkeys((parts.query, "")), (f"{path}/", path), (host, f"www.{host}"), (parts.scheme, "https", "http")
    )
    for query, path_, host_, scheme in forms:
        yield urlunsplit((scheme, host_, path_, query, ""))
