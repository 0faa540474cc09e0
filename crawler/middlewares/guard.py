"""Refuse addresses inside our own network: a page, a redirect or a DNS answer must not make us speak to them.

Names are judged by what they resolve to, when the connection is made, so that no second look-up can differ.
"""

import ipaddress
import socket
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import DNSLookupError

#: IPv6 addresses that carry an IPv4 address in their last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: The same by the second half of the address (ISATAP, RFC 5214), whatever network it is in.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
#: Not for the open Internet, and not known as such to every Python: old site-local addresses, examples, relays, and
#: where two clouds answer their own machines.
_CLOSED = tuple(
    map(ipaddress.ip_network, ("fec0::/10", "3fff::/20", "192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32"))
)


class UnguardedError(Exception):
    """Say why the guard could not do its work, so that the crawl does not start."""


class AddressGuardMiddleware:
    """Refuse literal private addresses in any spelling, and start only where names are guarded too."""

    def __init__(self, crawler: Crawler) -> None:
        """Raise `UnguardedError` when connections would be made without our resolver."""
        settings = crawler.settings
        self._allowed = frozenset(settings.getlist("ALLOWED_PRIVATE"))
        if not settings.getbool("ADDRESS_GUARD"):
            return
        if not settings.getbool("TWISTED_REACTOR_ENABLED"):
            raise UnguardedError(
                "without Twisted's reactor private addresses are not refused; set ADDRESS_GUARD = False"
            )
        proxies = getproxies() if settings.getbool("HTTPPROXY_ENABLED") else {}
        if proxies.keys() & {"http", "https"}:
            raise UnguardedError(
                "a proxy is set in the environment; it looks up names itself, so private addresses are not refused "
                "here: refuse them there and set ADDRESS_GUARD = False, or set HTTPPROXY_ENABLED = False"
            )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse a literal private address."""
        host = urlsplit(request.url).hostname or ""
        address = _literal(host)
        if address is not None and not _allowed(address, host, self._allowed):
            raise IgnoreRequest(f"{host} is a private address; allow it by the setting ALLOWED_PRIVATE")


class PublicOnlyResolver(CachingThreadedResolver):
    """Resolve names, but not to private addresses; asked for every connection, also to literal addresses."""

    _allowed: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Build the resolver with the hosts that may be private."""
        resolver = super().from_crawler(crawler, reactor)
        resolver._allowed = frozenset(crawler.settings.getlist("ALLOWED_PRIVATE"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 (Twisted's name)
        """Return the address of a host; fail where it is private."""
        literal = _literal(name)
        if literal is not None and not _allowed(literal, name, self._allowed):
            return fail(DNSLookupError(f"{name} is a private address"))
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if not _allowed(ipaddress.ip_address(address), name, self._allowed):
            raise CannotResolveHostError(f"{name} resolves to a private address, {address}")
        return address


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address is one of the open Internet, looking through IPv6 wrappings of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64 or int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
    closed = any(address in network for network in _CLOSED)
    return address.is_global and not address.is_multicast and not address.is_reserved and not closed


def _allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address, name: str, allowed: frozenset[str]) -> bool:
    return is_public(address) or name in allowed or str(address) in allowed


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host spells, also as 2130706433, 0x7f.1 or 0177.0.0.1; `None` for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0].rstrip("."))
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None
