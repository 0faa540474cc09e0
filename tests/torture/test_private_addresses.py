"""Every known way of making a crawler speak to its own network, each refused: server-side request forgery."""

import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.test import get_crawler

from crawler.content.history import edits
from crawler.middlewares.guard import AddressGuard, is_public
from tests.conftest import TORTURE
from tests.crawler.blog import Answer, Blog, post_page, serve
from tests.crawler.crawling import command, run

pytestmark = pytest.mark.torture

#: Spellings of 127.0.0.2, as Scrapy and the system's resolver understand them.
SPELLINGS = [
    "127.0.0.2", "127.0.2", "127.2", "2130706434", "0x7f000002", "0x7F.0.0.2", "0x7f.2", "0x7f.0x0.0x0.0x2",
    "0177.0.0.2", "0177.0.0.02", "017700000002", "0177.0x0.2", "127.0.0.00002", "127.0.0.0x2",
    "0000000000000000000000000000000000000177.2", "127.0.0.2.", "127.0.0.2%00",
    "①②⑦.⓪.⓪.②", "１２７.０.０.２", "127。0。0。2", "127．0．0．2", "127｡0｡0｡2", "𝟏𝟐𝟕.𝟎.𝟎.𝟐", "127.0.0.2\u200b",
    "127.0.\u00ad0.2",
    "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[0:0:0:0:0:ffff:7f00:0002]", "[::127.0.0.2]", "[::ffff:0:127.0.0.2]",
    "[64:ff9b::127.0.0.2]", "[64:ff9b::7f00:2]", "[64:ff9b:1::7f00:2]", "[2002:7f00:2::]", "[2002:7f00:0002::1]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffd]", "[2600::5efe:127.0.0.2]", "[2600::200:5efe:7f00:2]",
    "[::ffff:127.0.0.2%25lo]", "public.example@127.0.0.2", "public.example:80@127.0.0.2",
    "public.example%40@127.0.0.2", "public.example%2f@127.0.0.2", "127.0.0.2#@public.example",
    "127.0.0.2?@public.example", "127.0.0.2\\@public.example", "a:b@c:d@127.0.0.2", "127.0.0.2\t", "1\n27.0.0.2",
]  # fmt: skip

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
    guard = AddressGuard(get_crawler(settings_dict={"ADDRESS_GUARD": False, "ALLOWED_PRIVATE": ["127.0.0.1"]}))

    with pytest.raises(IgnoreRequest, match="private address"):
        guard.process_request(Request(f"http://{host}/"))


def test_what_is_refused_leaves_the_open_internet_open() -> None:
    for address in ("93.184.215.14", "8.8.8.8", "192.0.66.2", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2600::1"):
        assert is_public(ipaddress.ip_address(address)), address


@dataclass(frozen=True)
class Door:
    """A page that leads inside, and what must have been asked for to see that it was open."""

    answer: Answer
    #: `None` where the way inside is told on the page itself.
    path: str | None = None


def names(markup: str) -> Door:
    return Door(Answer(post_page("door").replace("</article>", f"</article>{markup}")))


def leads(location: str, status: int = 302) -> Door:
    return Door(Answer(status=status, headers={"Location": location}))


def doors(inside: str) -> dict[str, Door]:
    """Return the pages of a blog that lead to `inside`, a host and port, by their kind."""
    host, _, port = inside.rpartition(":")
    spelled = {f"redirect to {each}": leads(f"http://{each}:{port}/secret/") for each in SPELLINGS if each.isascii()
               and not set("#?\\\t\n@") & set(each)}  # fmt: skip
    at = f"http://{host}:{port}"
    return spelled | {
        "redirect 301": leads(f"{at}/secret/", 301),
        "redirect 307": leads(f"{at}/secret/", 307),
        "redirect 308": leads(f"{at}/secret/", 308),
        "redirect without scheme": leads(f"//{host}:{port}/secret/"),
        "redirect to localhost": leads(f"http://localhost:{port}/secret/"),
        "redirect to a user's host": leads(f"http://127.0.0.1:1@{host}:{port}/secret/"),
        "redirect to file": leads("file:///etc/passwd"),
        "redirect to gopher": leads(f"gopher://{host}:{port}/_GET"),
        "redirect to ftp": leads(f"ftp://{host}:{port}/"),
        "redirect to data": leads("data:text/html,secret"),
        "refresh": names(f'<meta http-equiv="refresh" content="0;url={at}/secret/">'),
        "refresh header": Door(Answer(post_page("door"), headers={"Refresh": f"0;url={at}/secret/"})),
        "canonical": names(f'<link rel="canonical" href="{at}/secret/">'),
        "base": names(f'<base href="{at}/">'),
        "isso": names(f'<script data-isso="{at}/secret/" src="{at}/js/embed.min.js"></script><p id="isso-thread">'),
        "waline": names(f"<script>import '//c/waline.js'; init({{ serverURL: '{at}/secret' }})</script>"),
        "cusdis": names(f'<p id="cusdis_thread" data-host="{at}/secret" data-app-id="a" data-page-id="b">'),
        "commento": names(f'<p id="commento"><script src="{at}/secret/js/commento.js"></script>'),
        "comentario": names(f'<p id="commento"><script src="{at}/secret/comentario.js"></script>'),
        "discourse": names(f"<script>DiscourseEmbed = {{ discourseUrl: '{at}/secret/', topicId: 7 }};</script>"),
        "discourse frame": names(f"<script>DiscourseEmbed = {{ discourseUrl: '{at}/secret/' }};</script>"),
        "ghost": names(f'<script data-ghost-comments="{at}/secret/" data-post-id="p1"></script>'),
        "blogger": names(f'<link href="{at}/feeds/7/comments/default"><p id="comments"><h4>3 comments</h4>'),
        "wordpress pages": names(
            f'<h2 class="comments-title">9 comments</h2><ol class="comment-list"><li class="comment" id="comment-1">'
            f'<p>x</p></li></ol><a class="page-numbers" href="{at}/door/comment-page-2/">2</a>'
        ),
        "further pages": names(f'<p class="page-links"><a class="post-page-numbers" href="{at}/door/2/">2</a></p>'),
        "webmention": names(f'<link rel="webmention" href="{at}/webmention">'),
        "picture": names(f'<img src="{at}/secret.png"><iframe src="{at}/secret/"></iframe><script src="{at}/s.js">'),
        "style": names(f'<link rel="stylesheet" href="{at}/secret.css">'),
    }


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Blog, Blog, set[str]]]:
    """Crawl a blog whose every page leads inside; yield it, the inside, and the paths that were opened."""
    directory = tmp_path_factory.mktemp("doors")
    with serve() as blog, serve("127.0.0.2") as inside:
        host = inside.url.removeprefix("http://")
        kinds = doors(host)
        for number, door in enumerate(kinds.values()):
            blog.pages[f"/door/{number}/"] = door.answer
        feed = f'<link rel="alternate" type="application/rss+xml" href="{inside.url}/feed/">'
        api = f'<link rel="https://api.w.org/" href="{inside.url}/wp-json/">'
        blog.pages["/"] = Answer(
            f"<html><head>{feed}{api}</head><body><a href='{inside.url}/secret/'>x</a>"
            f"<a class='next' href='{inside.url}/page/2/'>older</a></body></html>",
            headers={"Link": f'<{inside.url}/wp-json/>; rel="https://api.w.org/"',
                     "X-Pingback": f"{inside.url}/xmlrpc.php"},
        )  # fmt: skip
        listed = [f"{blog.url}/door/{number}/" for number in range(len(kinds))]
        urls = "".join(f"<url><loc>{each}</loc></url>" for each in [*listed, f"{inside.url}/secret/"])
        blog.pages["/sitemap.xml"] = Answer(f"<urlset>{urls}</urlset>", headers={"Content-Type": "application/xml"})
        blog.pages["/nested.xml"] = Answer(
            f"<sitemapindex><sitemap><loc>{inside.url}/sitemap.xml</loc></sitemap></sitemapindex>"
        )
        blog.pages["/outward.xml"] = Answer(status=302, headers={"Location": f"{inside.url}/sitemap.xml"})
        blog.pages["/robots.txt"] = Answer(
            f"Sitemap: {inside.url}/sitemap.xml\nSitemap: {blog.url}/nested.xml\nSitemap: {blog.url}/outward.xml\n"
            f"Sitemap: {blog.url}/sitemap.xml\n"
        )
        finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory), RETRY_TIMES="0")
        assert finished.returncode in {0, 1, 3, 4, 7, 8}, finished.stderr
        yield blog, inside, set(blog.paths())


KINDS = [*doors("127.0.0.2:80")]


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_no_page_leads_inside(crawled: tuple[Blog, Blog, set[str]], number: int) -> None:
    _, inside, opened = crawled

    assert f"/door/{number}/" in opened
    assert inside.asked == []


@pytest.mark.parametrize("way", ["/robots.txt", "/nested.xml", "/outward.xml", "/sitemap.xml", "/"])
def test_no_list_of_posts_leads_inside(crawled: tuple[Blog, Blog, set[str]], way: str) -> None:
    _, inside, opened = crawled

    assert way in opened
    assert inside.asked == []


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
    with serve() as blog, serve("127.0.0.2") as inside:
        port = blog.url.rpartition(":")[2]
        paths = [blog.post(f"post-{number}") for number in range(3)]
        named = f"http://rebinding.example:{port}"
        locations = "".join(f"<url><loc>{named}{path}</loc></url>" for path in paths)
        blog.pages["/sitemap.xml"] = Answer(f"<urlset>{locations}</urlset>")
        arguments = command("crawl", "blog", "-a", f"site={named}/", ARCHIVE_DIR=str(tmp_path), RETRY_TIMES="0",
                            DNSCACHE_ENABLED=cached, DOWNLOAD_TIMEOUT="5")  # fmt: skip
        finished = subprocess.run(
            [sys.executable, "-c", REBINDING, str(first), *arguments[3:]],
            cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False,
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
    spider = FrontmatterSpider(path, crawler=None)
    spider._set_crawler(get_crawler(FrontmatterSpider))
    with contextlib.ExitStack() as stack:
        try:
            spider._open(stack)
            found[path] = None
        except (FolderError, GitError) as error:
            found[path] = str(error)
print(json.dumps(found))
"""
    paths = [each.format(marker=marker) for each in REPOSITORIES]
    done = subprocess.run([sys.executable, "-c", asking], input=json.dumps(paths), capture_output=True, text=True,
                          cwd=Path(__file__).parents[2], timeout=60, check=True)  # fmt: skip
    reasons = json.loads(done.stdout)
    return marker, {each: reasons[each.format(marker=marker)] for each in REPOSITORIES}


@pytest.mark.parametrize("address", REPOSITORIES)
def test_no_address_of_a_repository_runs_or_reaches_anything(
    refusals: tuple[Path, dict[str, str | None]], address: str
) -> None:
    marker, reasons = refusals

    assert reasons[address]
    assert not marker.exists()


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
    tricks = len(SPELLINGS) + len(PLACES) + len(KINDS) + 5 + 4 + len(REPOSITORIES) + 1
    assert tricks >= 150
    figure(f"{tricks} tricks, {tricks} refused")
