"""Every known way of making a crawler speak to its own network, each refused: server-side request forgery."""

import ipaddress
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.test import get_crawler

from crawler.content.history import GitError, clone, edits
from crawler.middlewares.guard import AddressGuardMiddleware, is_public
from tests.support.blog import Answer, serve
from tests.support.crawling import command, run
from tests.support.paths import ROOT
from tests.support.torture import TORTURE
from tests.torture.doors import BLOGS, OPEN, SPELLINGS, Doors, doors

pytestmark = pytest.mark.torture

#: Places where clouds, routers and systems answer whoever asks.
PLACES = [
    "169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fd00:ec2::254]",
    "[fe80::a9fe:a9fe]", "[fe80::1%25eth0]", "100.100.100.200", "192.0.0.192", "168.63.129.16", "0.0.0.0", "0", "0x0",
    "00", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "192.168.257", "3232235521", "100.64.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.1", "192.88.99.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "[ff02::1]", "[fc00::1]", "[fec0::1]", "[2001:db8::1]",
    "[3fff::1]", "[100::1]",
]  # fmt: skip


@pytest.mark.parametrize("host", [*SPELLINGS, *PLACES])
def test_no_spelling_of_a_private_address_is_asked(host: str) -> None:
    settings = {"ADDRESS_GUARD": False, "ALLOWED_PRIVATE": ["127.0.0.1"]}
    guard = AddressGuardMiddleware(get_crawler(settings_dict=settings))

    with pytest.raises(IgnoreRequest, match="private address"):
        guard.process_request(Request(f"http://{host}/"))


def test_what_is_refused_leaves_the_open_internet_open() -> None:
    for address in ("93.184.215.14", "8.8.8.8", "192.0.66.2", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2600::1"):
        assert is_public(ipaddress.ip_address(address)), address


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Crawl a blog whose every page leads inside."""
    with doors() as found:
        crawl(found, tmp_path_factory.mktemp("doors"), BLOGS)
        yield found


def crawl(found: Doors, directory: Path, allowed: Iterable[str]) -> None:
    arguments = ("crawl", "blog", "-a", f"site={found.blog.url}")
    finished = run(*arguments, ARCHIVE_DIR=str(directory), RETRY_TIMES="0", ALLOWED_PRIVATE=",".join(allowed))
    assert finished.returncode in {0, 1, 3, 4, 7, 8}, finished.stderr


def ways() -> list[str]:
    with doors() as found:
        return [*found.hosts]


WAYS = ways()


@pytest.mark.parametrize("way", WAYS)
def test_no_page_and_no_list_of_posts_leads_inside(crawled: Doors, way: str) -> None:
    assert crawled.seen_at[way] in crawled.blog.paths()
    assert crawled.inside.asked == []


def test_the_ways_lead_inside_where_that_is_allowed(tmp_path: Path, torture: bool) -> None:
    """Without it, a way that our own code has stopped to go would seem to be refused."""
    if not torture:
        pytest.skip("takes another crawl: `make torture` has the time")
    with doors() as found:
        crawl(found, tmp_path, [*BLOGS, *found.hosts.values()])

        assert found.led_inside() >= OPEN


#: Whether Scrapy remembers addresses, and after how many look-ups the name leads inside.
REBINDINGS = [("False", 2), ("False", 1), ("False", 4), ("True", 1)]
REBINDING = """
import itertools, socket, sys
from scrapy.cmdline import execute
real = socket.gethostbyname
answers = itertools.chain(["127.0.0.1"] * int(sys.argv.pop(1)), itertools.repeat("127.0.0.2"))
socket.gethostbyname = lambda name: next(answers) if name == "rebinding.example" else real(name)
execute()
"""


@pytest.mark.parametrize(("cached", "first"), REBINDINGS if TORTURE else REBINDINGS[:1])
def test_a_name_that_changes_its_address_does_not_lead_inside(tmp_path: Path, cached: str, first: int) -> None:
    with ExitStack() as stack:
        blog = stack.enter_context(serve())
        port = blog.url.rpartition(":")[2]
        inside = stack.enter_context(serve("127.0.0.2", int(port)))
        paths = [blog.post(f"post-{number}") for number in range(3)]
        named = f"http://rebinding.example:{port}"
        locations = "".join(f"<url><loc>{named}{path}</loc></url>" for path in paths)
        blog.pages["/sitemap.xml"] = Answer(f"<urlset>{locations}</urlset>")
        arguments = command("crawl", "blog", "-a", f"site={named}/", ARCHIVE_DIR=str(tmp_path), RETRY_TIMES="0",
                            DNSCACHE_ENABLED=cached, DOWNLOAD_TIMEOUT="5")  # fmt: skip
        finished = subprocess.run(
            [sys.executable, "-c", REBINDING, str(first), *arguments[3:]],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

        assert blog.asked, finished.stderr
        assert inside.asked == []


REPOSITORIES = [
    "ext::sh -c touch% {marker}", "ext::touch {marker}", "fd::17", "file:///etc", "file://{marker}",
    "-oProxyCommand=touch {marker}", "--upload-pack=touch {marker}", "ssh://-oProxyCommand=touch%20{marker}/x", "ssh://git@127.0.0.2/x",
    "git@127.0.0.2:x", "git://127.0.0.2/x", "git+ssh://127.0.0.2/x", "ftp://127.0.0.2/x", "http://127.0.0.2/x", "http://public.example/x",
    "https://127.0.0.2/x", "https://2130706434/x", "https://0x7f.2/x", "https://[::1]/x", "https://[::ffff:127.0.0.2]/x",
    "https://169.254.169.254/x", "https://localhost/x", "https://a@127.0.0.2/x", "https://①②⑦.0.0.2/x", "https://0/x",
    "https://[/x", "https://a:b:c/x", "https:///x", "https://-oProxyCommand=touch {marker}/x", "HTTPS://127.0.0.2/x",
]  # fmt: skip


#: What is said before git is run.
REFUSED = "is not a folder|https address|resolves to a private address|is not an address|no such host"


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str | None]]:
    """Give the spider every address in one process; return the file that none may make, and why each failed."""
    directory = tmp_path_factory.mktemp("repositories")
    marker = directory / "marker"
    asking = """
import contextlib, json, sys
from scrapy.utils.test import get_crawler
from crawler.content.folder import FolderError
from crawler.content.history import GitError
from crawler.spiders.frontmatter import FrontmatterSpider
found = {}
for path in json.load(sys.stdin):
    spider = FrontmatterSpider.from_crawler(get_crawler(FrontmatterSpider), path)
    with contextlib.ExitStack() as stack:
        try:
            spider.content_folder(stack)
            found[path] = None
        except (FolderError, GitError) as error:
            found[path] = str(error)
print(json.dumps(found))
"""
    paths = [each.format(marker=marker) for each in REPOSITORIES]
    done = subprocess.run([sys.executable, "-c", asking], input=json.dumps(paths), capture_output=True, text=True,
                          cwd=ROOT, timeout=60, check=True)  # fmt: skip
    reasons = json.loads(done.stdout)
    return marker, {each: reasons[each.format(marker=marker)] for each in REPOSITORIES}


@pytest.mark.parametrize("address", REPOSITORIES)
def test_no_address_of_a_repository_runs_or_reaches_anything(
    refusals: tuple[Path, dict[str, str | None]], address: str
) -> None:
    marker, reasons = refusals

    assert re.search(REFUSED, reasons[address] or ""), reasons[address]
    assert not marker.exists()


def test_git_goes_only_where_the_address_was_checked(tmp_path: Path) -> None:
    with serve() as blog, serve("127.0.0.2") as inside:
        asked = "/x/info/refs?service=git-upload-pack"
        blog.pages[asked] = Answer(status=302, headers={"Location": f"{inside.url}{asked}"})
        port = blog.url.rpartition(":")[2]

        with pytest.raises(GitError):
            clone(f"http://rebinding.invalid:{port}/x", tmp_path / "into", at="127.0.0.1")

        assert blog.paths() == [asked]  # the name leads nowhere else
        assert inside.asked == []


def test_a_repository_names_no_program_that_is_run(tmp_path: Path) -> None:
    """The settings of a folder from elsewhere are its maker's: a check of signatures, a watcher, a lazy fetch."""
    folder, marker, program = tmp_path / "blog", tmp_path / "marker", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_DATE": "1700000000 +0000",
                   "GIT_COMMITTER_DATE": "1700000000 +0000"}  # fmt: skip

    def git(*arguments: str, given: str = "") -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@x.example", *arguments],
            input=given, capture_output=True, text=True, check=True, env=environment,
        )  # fmt: skip
        return done.stdout

    folder.mkdir()
    git("init", "--quiet")
    (folder / "post.md").write_text("Words")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    signed = git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    git("update-ref", "HEAD", git("hash-object", "-t", "commit", "-w", "--stdin", given=signed).strip())
    for name, value in (("log.showSignature", "true"), ("gpg.program", program), ("core.fsmonitor", program),
                        ("core.hooksPath", tmp_path), ("protocol.ext.allow", "always"), ("core.pager", program),
                        ("core.sshCommand", program)):  # fmt: skip
        git("config", name, str(value))

    edits(folder)

    assert not marker.exists()


def test_the_tricks_are_counted(figure: Callable[[str], None]) -> None:
    tricks = len(SPELLINGS) + len(PLACES) + len(WAYS) + len(REBINDINGS) + len(REPOSITORIES) + 3
    assert tricks >= 150
    figure(f"{tricks} tricks, {tricks} refused")
