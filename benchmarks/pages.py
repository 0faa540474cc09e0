"""Pages like those of a blog with a bought theme: far more chrome than text, and a thread under some."""

import random

_NOUNS = ("pipeline", "quota", "demo", "champion", "renewal", "discount", "forecast", "founder", "buyer", "trial")
_VERBS = ("closes", "stalls", "doubles", "needs", "survives", "explains", "repeats", "delays", "improves", "rewards")
_WHENS = ("this quarter", "before the call", "after the pilot", "without a deck", "by hand", "on the second try")
#: A theme's own styles and scripts, which every page repeats.
_STYLES = "".join(
    f".s{n}{{margin:{n % 9}px;padding:{n % 7}px;color:#{n * 4099 % 0xFFFFFF:06x}}}\n" for n in range(250)
)
_SCRIPT = f"var theme = {list(range(800))};"

_COMMENT = """<li id="comment-{n}" class="comment even depth-1"><article class="comment-body">
<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Reader {n}</b></div>
<div class="comment-metadata"><a href="#comment-{n}"><time datetime="2021-05-{day:02}T10:00:00+00:00">May {day}</time>
</a></div></footer><div class="comment-content"><p>{text}</p></div></article></li>"""

_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} - Letters on selling</title>
<meta property="og:title" content="{title}"><meta property="article:published_time" content="{date}T09:00:00+00:00">
<meta name="author" content="Maren Holt"><style>{styles}</style><script>{script}</script></head>
<body class="single postid-{number}"><header><nav>{menu}</nav></header>
<div class="wrap"><div class="grid"><main><article class="post"><h1 class="title">{title}</h1>
<div class="byline">By <a rel="author" href="/by/maren/">Maren Holt</a> on <time datetime="{date}">{date}</time></div>
<div class="content">{text}<h2>What we did</h2>{steps}<blockquote>{quote}</blockquote>{end}</div></article>
<div class="share">{share}</div><section class="related"><h3>Related</h3>{related}</section>
<section id="comments">{comments}</section></main><aside>{recent}{tags}{archive}</aside></div></div>
<footer><form><input name="email"><button>Subscribe</button></form>{foot}</footer></body></html>"""


def generated_pages(count: int) -> list[bytes]:
    """Return so many pages, the same each time."""
    choice = random.Random(5)
    return [_page(number, choice).encode() for number in range(count)]


def _page(number: int, choice: random.Random) -> str:
    return _PAGE.format(
        number=number,
        title=f"Letter {number}: the {choice.choice(_NOUNS)} and the {choice.choice(_NOUNS)}",
        date=f"20{10 + number % 14:02}-{number % 12 + 1:02}-{number % 27 + 1:02}",
        styles=_STYLES,
        script=_SCRIPT,
        menu=_links(choice, 60, "menu"),
        text=_paragraphs(choice, choice.randint(4, 16)),
        steps=_links(choice, 5, "steps"),
        quote=_paragraphs(choice, 1),
        end=_paragraphs(choice, 3),
        share=_links(choice, 6, "share"),
        related=_links(choice, 8, "related"),
        comments=_comments(choice, choice.choice((0, 0, 2, 6, 20))),
        recent=_links(choice, 40, "recent"),
        tags=_links(choice, 60, "tag"),
        archive=_links(choice, 48, "archive"),
        foot=_links(choice, 30, "foot"),
    )


def _sentence(choice: random.Random) -> str:
    noun, verb, other, when = (choice.choice(words) for words in (_NOUNS, _VERBS, _NOUNS, _WHENS))
    return f"The {noun} {verb} the {other} {when}, and nobody who sells for a living is surprised that it {verb}."


def _paragraphs(choice: random.Random, count: int) -> str:
    texts = (" ".join(_sentence(choice) for _ in range(choice.randint(2, 5))) for _ in range(count))
    return "\n".join(f"<p>{text}</p>" for text in texts)


def _links(choice: random.Random, count: int, css: str) -> str:
    made = (
        f'<li class="{css}-line"><a href="/{css}/{n}/">{choice.choice(_NOUNS)} {n}</a></li>' for n in range(count)
    )
    return f'<ul class="{css}">{"".join(made)}</ul>'


def _comments(choice: random.Random, count: int) -> str:
    made = (_COMMENT.format(n=n, day=n + 1, text=_sentence(choice)) for n in range(count))
    return f'<h2>{count} responses</h2><ol class="comment-list">{"".join(made)}</ol>' if count else ""
