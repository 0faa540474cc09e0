"""No page, redirect or name leads the crawler into our own network."""

import ipaddress
import socket
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.test import get_crawler

from archive.archive import Archive
from crawler.middlewares.guard import AddressGuardMiddleware, UnguardedError, is_public
from tests.support.blog import Answer, Blog, serve
from tests.support.crawling import run


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses_are_told_from_public_ones(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_every_spelling_of_a_private_address_is_refused(host: str) -> None:
    guard = AddressGuardMiddleware(get_crawler(settings_dict={"ADDRESS_GUARD": False}))

    with pytest.raises(IgnoreRequest, match="private address"):
        guard.process_request(Request(f"http://{host}/"))


def test_an_address_that_the_user_allows_passes() -> None:
    settings = {"ADDRESS_GUARD": False, "ALLOWED_PRIVATE": ["127.0.0.1"]}
    guard = AddressGuardMiddleware(get_crawler(settings_dict=settings))

    guard.process_request(Request("http://127.0.0.1:8000/"))


def test_a_crawl_that_would_look_names_up_unguarded_does_not_start() -> None:
    with pytest.raises(UnguardedError, match="ADDRESS_GUARD"):
        AddressGuardMiddleware(get_crawler(settings_dict={"ADDRESS_GUARD": True, "TWISTED_REACTOR_ENABLED": False}))


def test_a_crawl_through_a_proxy_does_not_start_unasked(
    blog: Blog, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", blog.url)

    finished = run("crawl", "blog", "-a", "site=http://a.example/", ARCHIVE_DIR=str(directory))

    assert finished.returncode == 1
    assert "ADDRESS_GUARD = False" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert blog.asked == []


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost", "[::ffff:127.0.0.2]", "2130706434"])
def test_a_redirect_into_our_own_network_is_not_followed(blog: Blog, directory: Path, host: str) -> None:
    with serve("127.0.0.2") as inside:
        inside.post("secret")
        port = inside.url.rpartition(":")[2]
        blog.pages["/door/"] = Answer(status=302, headers={"Location": f"http://{host}:{port}/secret/"})
        blog.sitemap("/door/", blog.post("plain"))

        finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory), RETRY_TIMES="0")

        assert inside.asked == []
    assert finished.returncode == 0
    with Archive(directory) as archive:
        assert [post.url for post in archive.posts()] == [f"{blog.url}/plain/"]


def test_a_name_that_leads_into_our_own_network_is_refused(directory: Path) -> None:
    assert socket.gethostbyname("localhost") == "127.0.0.1"

    finished = run("crawl", "blog", "-a", "site=http://localhost:9/", ARCHIVE_DIR=str(directory), ALLOWED_PRIVATE="")

    assert finished.returncode == 3
    assert "private address" in finished.stderr
