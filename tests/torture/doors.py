"""Pages of a blog that lead into the crawler's own network, each to a host of its own there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from crawler.platforms.wordpress.rest import POSTS
from tests.support.blog import Answer, Blog, post_page, serve

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

#: Those that a redirect can name.
NAMED = [each for each in SPELLINGS if each.isascii() and not set("#?\\\t\n@") & set(each)]


#: Where the blog is, and two that it names: one has a robots.txt that leads inside, one a tdmrep.json. Of 127.0.0.0/8
#: these alone are allowed.
BLOGS = ("127.0.0.3", "127.0.0.4", "127.0.0.5")

#: Ways that lead inside where the guard allows it; the others are not gone, or lead nowhere from this machine.
OPEN = frozenset(
    ("2130706434", "0x7f000002", "0177.0.0.2", "127.2", "localhost", "redirect 301", "redirect 307", "redirect 308",
     "redirect without scheme", "refresh", "isso", "waline", "cusdis", "commento", "comentario", "discourse",
     "discourse frame", "ghost", "blogger", "wordpress pages that redirect", "further pages that redirect",
     "robots.txt", "tdmrep.json", "feed", "api that redirects", "sitemap that redirects", "feed of comments")
)  # fmt: skip


@dataclass
class Doors:
    """A blog with a page for each way inside, and what listens there."""

    blog: Blog
    inside: Blog
    #: The host that each way leads to.
    hosts: dict[str, str] = field(default_factory=dict)
    #: What must have been asked to see where each way leads.
    seen_at: dict[str, str] = field(default_factory=dict)

    def led_inside(self) -> set[str]:
        """Return the ways by which somebody came inside."""
        came = {each.headers.get("host", "").rpartition(":")[0] for each in self.inside.asked}
        return {way for way, host in self.hosts.items() if host.lower() in came}


@contextmanager
def doors() -> Iterator[Doors]:
    """Serve a blog whose every page leads inside, and the inside at every address of this machine."""
    with ExitStack() as stack:
        blog, robots, reserved = (stack.enter_context(serve(host)) for host in BLOGS)
        found = Doors(blog, stack.enter_context(serve("0.0.0.0")))
        port = found.inside.url.rpartition(":")[2]
        _open_pages(found, port, {"robots.txt": robots.url, "tdmrep.json": reserved.url})
        _open_lists(found, port)
        for way, beside, path in (("robots.txt", robots, "/robots.txt"),
                                  ("tdmrep.json", reserved, "/.well-known/tdmrep.json")):  # fmt: skip
            beside.pages[path] = _leads(f"http://{found.hosts[way]}:{port}/secret/")
        yield found


def _open_pages(found: Doors, port: str, beside: dict[str, str]) -> None:
    kinds = [*NAMED, *_pages("http://x", "")]
    for number, way in enumerate([*kinds, *beside], 1):
        path = f"/door/{number}/"
        found.seen_at[way] = path
        found.hosts[way] = way if way in NAMED or way == "localhost" else f"127.0.1.{number}"
        at = f"http://{found.hosts[way]}:{port}"
        if way in beside:
            found.blog.pages[path] = _isso(beside[way])
        elif way in NAMED:
            found.blog.pages[path] = _leads(f"{at}/secret/")
        else:
            found.blog.pages[path] = _pages(at, path)[way]
            found.blog.pages[f"{path}2/"] = found.blog.pages[f"{path}comment-page-1/"] = _leads(f"{at}/secret/")


def _open_lists(found: Doors, port: str) -> None:
    blog = found.blog
    ways = ("feed", "WordPress's api", "api that redirects", "link", "older", "robots names", "nested", "sitemap",
            "sitemap that redirects", "feed of comments")  # fmt: skip
    found.hosts |= {way: f"127.0.2.{number}" for number, way in enumerate(ways, 1)}
    at = {way: f"http://{found.hosts[way]}:{port}" for way in ways}
    api = at["WordPress's api"]
    links = "".join(f"<link rel='https://api.w.org/' href='{here}/wp-json/'>" for here in (api, ""))
    blog.pages["/"] = Answer(
        f"<html><head><link rel='alternate' type='application/rss+xml' href='{at['feed']}/feed/'>{links}"
        f"</head><body><a href='{at['link']}/secret/'>x</a>"
        f"<a class='next' href='{at['older']}/page/2/'>older</a></body></html>",
        headers={"Link": f'<{api}/wp-json/>; rel="https://api.w.org/"', "X-Pingback": f"{api}/xmlrpc.php"},
    )
    listed = [*(f"{blog.url}{path}" for path in found.seen_at.values()), f"{at['sitemap']}/secret/"]
    urls = "".join(f"<url><loc>{each}</loc></url>" for each in listed)
    blog.pages["/sitemap.xml"] = Answer(f"<urlset>{urls}</urlset>", headers={"Content-Type": "application/xml"})
    blog.pages["/nested.xml"] = Answer(
        f"<sitemapindex><sitemap><loc>{at['nested']}/sitemap.xml</loc></sitemap></sitemapindex>"
    )
    blog.pages["/outward.xml"] = _leads(f"{at['sitemap that redirects']}/sitemap.xml")
    blog.pages[f"/wp-json/{POSTS}&page=1"] = _leads(f"{at['api that redirects']}/secret/")
    blog.pages["/comments/feed/"] = _leads(f"{at['feed of comments']}/feed/")
    blog.pages["/robots.txt"] = Answer(
        f"Sitemap: {at['robots names']}/sitemap.xml\nSitemap: {blog.url}/nested.xml\n"
        f"Sitemap: {blog.url}/outward.xml\nSitemap: {blog.url}/sitemap.xml\n"
    )
    found.seen_at |= {
        "feed": "/", "WordPress's api": "/", "link": "/", "older": "/", "robots names": "/robots.txt",
        "nested": "/nested.xml", "sitemap": "/sitemap.xml", "sitemap that redirects": "/outward.xml",
        "feed of comments": "/comments/feed/", "api that redirects": f"/wp-json/{POSTS}&page=1",
    }  # fmt: skip


def _pages(at: str, path: str) -> dict[str, Answer]:
    """Return what may stand at `path` and lead to `at`, a scheme with a host and port, by its kind."""
    port = at.rpartition(":")[2]
    return {
        "redirect 301": _leads(f"{at}/secret/", 301),
        "redirect 307": _leads(f"{at}/secret/", 307),
        "redirect 308": _leads(f"{at}/secret/", 308),
        "redirect without scheme": _leads(f"{at.removeprefix('http:')}/secret/"),
        "localhost": _leads(f"http://localhost:{port}/secret/"),
        "redirect to a user's host": _leads(f"{at.replace('//', '//127.0.0.1:1@')}/secret/"),
        "redirect to file": _leads("file:///etc/passwd"),
        "redirect to gopher": _leads(f"{at.replace('http', 'gopher')}/_GET"),
        "redirect to ftp": _leads(f"{at.replace('http', 'ftp')}/"),
        "redirect to data": _leads("data:text/html,secret"),
        "refresh": _names(f'<meta http-equiv="refresh" content="0;url={at}/secret/">'),
        "refresh header": Answer(post_page("door"), headers={"Refresh": f"0;url={at}/secret/"}),
        "canonical": _names(f'<link rel="canonical" href="{at}/secret/">'),
        "base": _names(f'<base href="{at}/">'),
        "isso": _isso(at),
        "waline": _names(f"<script>import '//c/waline.js'; init({{ serverURL: '{at}/secret' }})</script>"),
        "cusdis": _names(f'<p id="cusdis_thread" data-host="{at}/secret" data-app-id="a" data-page-id="b">'),
        "commento": _names(f'<p id="commento"><script src="{at}/secret/js/commento.js"></script>'),
        "comentario": _names(f'<p id="commento"><script src="{at}/secret/comentario.js"></script>'),
        "discourse": _names(f"<script>DiscourseEmbed = {{ discourseUrl: '{at}/secret/', topicId: 7 }};</script>"),
        "discourse frame": _names(f"<script>DiscourseEmbed = {{ discourseUrl: '{at}/secret/' }};</script>"),
        "ghost": _names(f'<script data-ghost-comments="{at}/secret/" data-post-id="p1"></script>'),
        "blogger": _names(f'<link href="{at}/feeds/7/comments/default"><div id="comments"><h4>3 comments</h4></div>'),
        "wordpress pages": _comments(f"{at}{path}comment-page-2/"),
        "wordpress pages that redirect": _comments(f"{path}comment-page-1/"),
        "further pages": _further(f"{at}{path}2/"),
        "further pages that redirect": _further(f"{path}2/"),
        "webmention": _names(f'<link rel="webmention" href="{at}/webmention">'),
        "picture": _names(f'<img src="{at}/secret.png"><iframe src="{at}/secret/"></iframe><script src="{at}/s.js">'),
        "style": _names(f'<link rel="stylesheet" href="{at}/secret.css">'),
    }


def _names(markup: str) -> Answer:
    return Answer(post_page("door").replace("</article>", f"</article>{markup}"))


def _leads(location: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": location})


def _isso(at: str) -> Answer:
    return _names(f'<script data-isso="{at}/secret/" src="{at}/js/embed.min.js"></script><p id="isso-thread">')


def _comments(older: str) -> Answer:
    return _names(
        f'<h2 class="comments-title">9 comments</h2><ol class="comment-list"><li class="comment" id="comment-1">'
        f'<p>x</p></li></ol><a class="page-numbers" href="{older}">2</a>'
    )


def _further(url: str) -> Answer:
    return _names(f'<p class="page-links"><a class="post-page-numbers" href="{url}">2</a></p>')
