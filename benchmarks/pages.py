"""Pages like those that blogs serve: text in much chrome, by three themes, with a thread under most.

Their measures are those of saved pages, in the median: of 694 blog and news pages of 2012, 66 KiB, 745 elements and
330 words of text; of 43 of today, 146 KiB, 820 elements and 1,700 words; comments of 45 words. One theme of three
states its dates for machines; like most of the pages of 2012, the others only show them.
"""

import random
from datetime import date, timedelta

_NOUNS = ("pipeline", "quota", "demo", "champion", "renewal", "discount", "forecast", "founder", "buyer", "trial")
_MORE = ("spreadsheet", "procurement", "objection", "silence", "invoice", "stakeholder", "pilot", "contract", "price")
_VERBS = ("closes", "stalls", "doubles", "needs", "survives", "explains", "repeats", "delays", "improves", "rewards")
_HOW = ("slowly", "twice", "for once", "on paper", "by accident", "in public", "without warning", "as promised")
_WHENS = ("this quarter", "before the call", "after the pilot", "without a deck", "by hand", "on the second try")
_NAMES = ("Ada Brandt", "Ben Ochieng", "Carla Ruiz", "Dmitri Volkov", "Ewa Nowak", "Femi Ade", "Gro Lund", "Hana Ito")
#: A theme's own styles, scripts and pictures, which every page repeats.
_STYLES = "".join(
    f".s{n}{{margin:{n % 9}px;padding:{n % 7}px;color:#{n * 4099 % 0xFFFFFF:06x}}}\n" for n in range(900)
)
_SCRIPT = f"var theme = {list(range(4500))};"
_ICON = f'<svg viewBox="0 0 24 24"><path d="M{" L".join(f"{n % 24} {n * 7 % 24}" for n in range(60))}Z"></path></svg>'

_MODERN_COMMENT = """<li id="comment-{n}" class="comment even depth-1"><article class="comment-body">
<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">{name}</b>
<span class="says">says:</span></div>
<div class="comment-metadata"><a href="#comment-{n}"><time datetime="{at}T10:00:00+00:00">{shown}</time></a>
</div></footer><div class="comment-content">{text}</div>
<div class="reply"><a href="#reply">Reply</a></div></article></li>"""

_OLD_COMMENT = """<div class="c {odd}" id="c{n}"><div class="c-head"><img src="/a.gif" alt=""> <cite>{name}</cite>
wrote on <a href="#c{n}">{shown}</a></div><div class="c-said">{text}</div>
<a class="answer" href="#f{n}">Reply</a></div>"""

_MODERN_HEAD = """<meta property="og:title" content="{title}"><meta property="og:type" content="article">
<meta property="article:published_time" content="{at}T09:00:00+00:00"><meta name="author" content="Maren Holt">"""

_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} - Letters on selling</title>
{head}<style>{styles}</style><script>{script}</script></head>
<body class="single postid-{number}"><header><nav>{menu}</nav></header>
<div class="wrap"><div class="grid"><main><article class="post"><h1 class="title">{title}</h1>
<div class="byline">By <a rel="author" href="/by/maren/">Maren Holt</a> on <span class="when">{shown}</span></div>
<div class="content">{text}</div></article>
<div class="share">{share}</div><section class="related"><h3>Related</h3>{related}</section>
<section id="comments">{comments}</section></main><aside>{recent}{tags}{archive}</aside></div></div>
<footer><form><input name="email"><button>Subscribe</button></form>{foot}</footer></body></html>"""


def generated_pages(count: int) -> list[bytes]:
    """Return so many pages, the same each time."""
    choice = random.Random(5)
    return [_page(number, choice).encode() for number in range(count)]


def _page(number: int, choice: random.Random) -> str:
    at = date(2010, 1, 4) + timedelta(days=number * 9 % 5000)
    title = f"Letter {number}: the {choice.choice(_NOUNS)} and the {choice.choice(_NOUNS)}"
    modern = number % 3 == 0
    heavy = choice.uniform(0.2, 1.0)
    return _PAGE.format(
        number=number,
        title=title,
        shown=f"{at:%B} {at.day}, {at.year}",
        head=_MODERN_HEAD.format(title=title, at=at) if modern else "",
        styles=_STYLES[: int(len(_STYLES) * heavy)],
        script=_SCRIPT[: int(len(_SCRIPT) * heavy)],
        menu=_links(choice, 70, "menu"),
        text=_text(choice),
        share=_ICON * 5,
        related=_links(choice, 8, "related"),
        comments="" if number % 5 == 1 else _comments(choice, choice.choice((0, 2, 3, 6, 22)), at, modern=modern),
        recent=_links(choice, 50, "recent"),
        tags=_links(choice, 90, "tag"),
        archive=_links(choice, 70, "archive"),
        foot=_links(choice, 40, "foot"),
    )


def _text(choice: random.Random) -> str:
    sections = (
        f"<h2>The {choice.choice(_MORE)}</h2>{_paragraphs(choice, choice.randint(3, 7))}{_links(choice, 3, 'step')}"
        for _ in range(choice.randint(1, 5))
    )
    return f"{_paragraphs(choice, 2)}<blockquote>{_paragraphs(choice, 1)}</blockquote>{''.join(sections)}"


def _sentence(choice: random.Random) -> str:
    noun, verb, other, how, when = (choice.choice(words) for words in (_NOUNS, _VERBS, _MORE, _HOW, _WHENS))
    number = choice.randint(2, 400)
    return f"The {noun} {verb} the {other} {how}, and {number} of those who sell for a living saw it {when}."


def _paragraphs(choice: random.Random, count: int) -> str:
    texts = (" ".join(_sentence(choice) for _ in range(choice.randint(2, 5))) for _ in range(count))
    return "\n".join(f"<p>{text}</p>" for text in texts)


def _links(choice: random.Random, count: int, css: str) -> str:
    made = (
        f'<li class="{css}-line"><a href="/{css}/{n}/">{choice.choice(_NOUNS)} {n}</a></li>' for n in range(count)
    )
    return f'<ul class="{css}">{"".join(made)}</ul>'


def _comments(choice: random.Random, count: int, at: date, *, modern: bool) -> str:
    if not count:
        return ""
    made = []
    for n in range(count):
        day = at + timedelta(days=n)
        shown = f"{day:%B} {day.day}, {day.year} at 10:00 am"
        name, text = choice.choice(_NAMES), _paragraphs(choice, 1)
        each = _MODERN_COMMENT if modern else _OLD_COMMENT
        made.append(each.format(n=n, name=name, at=day, shown=shown, text=text, odd=("odd", "even")[n % 2]))
    lists = f'<ol class="comment-list">{"".join(made)}</ol>' if modern else "".join(made)
    return f"<h2>{count} responses</h2>{lists}"
