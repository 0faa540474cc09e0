"""The words around a comment: names, what introduces them, and the buttons that are no part of what was said."""

import re
from functools import lru_cache

from crawler.pages.dates.shown import CACHED, find_date

#: Longer names are sentences (longest seen in the labelled pages: 11 words, a shop's slogan).
MAX_NAME_WORDS = 12
MAX_NAME = 120

_SAYING = (
    r"says|said|writes|wrote|commented|comments|comment|replies|replied|responded|adds?|asked|posted(?: this)?|"
    r"sagte?|meinte?|schreibt|schrieb|kommentiert|antwortet|hat (?:geschrieben|gesagt|geantwortet)|"
    r"a (?:écrit|dit|répondu|commenté|posté|publié|réagi)|dit|écrit|dice|dijo|escribi[oó]|"
    r"coment[oó]|comenta|respondi[oó]|responde|respondeu|scrive|ha (?:scritto|detto|risposto)|"
    r"scrisse|disse|diz|escreveu|comentou|zegt|schreef|schrijft|"
    r"skriver|skrev|sier|säger|sanoo|kirjoitti|pisze|napisał\(?a?\)?|mówi|říká|пишет|说|さんのコメント|より"
)
_POSTED = (
    r"(?:(?:this )?(?:comment|reply|answer)? ?(?:was )?(?:posted|submitted|written|left|made|sent|added|commented|"
    r"said|comment|reply|response|answered|published)?\s?(?:anonymously )?(?:by|from|via)\b:?)"
)
_BEFORE = (
    rf"(?:re: )?(?:{_POSTED}|"
    r"(?:geschrieben|verfasst|gepostet|eingesendet|gespeichert) von|(?:soumis|envoyé|posté|publié|écrit|rédigé) par|"
    r"(?:enviado|publicado|escrito|postado) por|(?:inviato|scritto|pubblicato|postato) da|"
    r"(?:geplaatst|ingezonden|gepost|geschreven) door|(?:skrivet|skrevet|inskickat|postad) av|"
    r"(?:dodane|wysłane) przez|von|par|por|door|av|kommentar von|commentaire (?:de|par)|"
    r"name:|author:|by:?|posted:|user:|commenter:|autor:|message from|nick:)"
)
_MARKS = r"\s\-–—|/•·,.:;»>~*"
_NUMBER = r"(?:comment\s?)?(?:#|no\.?\s|number\s)?\d{1,5}[.):]?\s{1,3}(?=\w)"
_LEADING = re.compile(rf"^[{_MARKS}«#]*+(?:{_NUMBER})?[{_MARKS}]*+(?:{_BEFORE}(?=\s|$)\s*+)?", re.IGNORECASE)
# possessive: without, a name of many dashes would be tried in every partition of them
_TRAILING = re.compile(
    rf"(?:[\s\-–—|/•·,;»«@~(\[]++|(?<=\S)\s++(?:{_SAYING})(?:\.{{2,3}}|…|(?=\s|$|[.:,]))|"
    rf"\s(?:on|at|am|um|le|el|den|the|op|il|em|in|via|to|so)$|^(?:{_SAYING})$|[:：]$|#\d*$)+$",
    re.IGNORECASE,
)
_SAYS = re.compile(rf"^(.{{1,{MAX_NAME}}}?)\s(?:{_SAYING})\b", re.IGNORECASE)

_WORD = re.compile(r"[^\W_]+")
#: A button has few words.
_BUTTON_LENGTH = 8
_ADDRESSEE = re.compile(
    r"\b(?:respond\w*|repl\w+|answer\w*|in (?:reply|response)) to (?:a comment (?:by|from) )?"
    r".{1,60}?(?=$|\||\s{2}|\son\s)",
    re.IGNORECASE,
)
_REPLY_TO = re.compile(
    r"(?:reply|respond|in reply|in response|replying) to\b|answering\b|link to (?:this )?comment", re.IGNORECASE
)
_BADGE = re.compile(
    r"\s[-–—|(\[]\s?(?:post |the |site |blog |article )?"
    r"(?:author|op|admin|moderator|mod|editor|staff|autor|guest|member)\b\W?$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\?\s|[.!?…]\s+\S+\s+\S+\s+\S|(?:\S+\s+){5}\S*[!?]$|\bhttps?:|\w@\w+\.\w")


def clean_name(line: str, date: tuple[int, int] | None) -> str:
    """Return a name without what introduces it, follows it or dates it; empty when nothing is left.

    `date` is where `find_date` finds one in the line, which has single spaces.
    """
    return _clean_name(line[: MAX_NAME * 3], date)


def is_name(text: str) -> bool:
    """Tell whether a cleaned text could be somebody's name."""
    if not text or len(text) > MAX_NAME or len(text.split()) > MAX_NAME_WORDS or not re.search(r"\w", text):
        return False
    return not _SENTENCE.search(text) and not is_button(text)


def said_by(line: str) -> str | None:
    """Return who "X says", "X wrote" or "Posted by X" on a line; `None` where nobody does."""
    span = find_date(line)
    rest = f"{line[: span[0]]} {line[span[1] :]}" if span else line
    says = _SAYS.match(rest.strip())
    name = _strip_ends(says[1]) if says else ""
    if not says:
        found = re.search(rf"(?:^|\W)(?:{_BEFORE})\s+(\S.{{0,{MAX_NAME}}})$", rest.strip(), re.IGNORECASE)
        name = _strip_ends(found[1]) if found else ""
    return name if is_name(name) else None


def is_button(text: str) -> bool:
    """Tell whether a text is only buttons, counts and badges."""
    if len(text) > MAX_NAME:
        return False
    words = _WORD.findall(text.lower())
    if len(words) > _BUTTON_LENGTH:
        return False
    if words and _REPLY_TO.match(text.strip()):
        return True
    if not all(word in BUTTON_WORDS or word in SMALL_WORDS or word.isdigit() for word in words):
        return False
    return not words or any(word in BUTTON_WORDS or word.isdigit() for word in words)


def is_reply_button(text: str) -> bool:
    """Tell whether a text is buttons, one of them to reply."""
    return not REPLY_WORDS.isdisjoint(_WORD.findall(text[:MAX_NAME].lower())) and is_button(text)


def is_glue(text: str) -> bool:
    """Tell whether a text holds only what stands between a name and a date, or buttons."""
    if len(text) > MAX_NAME:
        return False
    words = _WORD.findall(text.lower())
    return all(word in GLUE_WORDS or word in BUTTON_WORDS or word.isdigit() for word in words)


def is_answer(line: str) -> bool:
    """Tell whether a line says that this is a reply to somebody."""
    return _ADDRESSEE.search(line[:MAX_NAME]) is not None


def is_meta(rest: str, *, dated: bool, named: bool, whole: bool) -> bool:
    """Tell whether a line is a byline or buttons by the rest of it, without the comment's date and author.

    It is `whole` where neither stood in it, nor any date, and nothing else was taken out.
    """
    if named:
        rest = _ADDRESSEE.sub(" ", rest)
    elif whole:
        return is_button(rest)
    return is_glue(_ADDRESSEE.sub(" ", rest) if dated else rest)


@lru_cache(maxsize=CACHED)
def _clean_name(line: str, span: tuple[int, int] | None) -> str:
    if span:
        before, after = line[: span[0]], line[span[1] :]
        line = before if re.search(r"[^\W\d]", _strip_ends(before)) else after
    return _strip_ends(line) or line.strip(" #:.")


def _strip_ends(text: str) -> str:
    text = _TRAILING.sub("", text.strip())
    return _BADGE.sub("", _LEADING.sub("", text, count=1)).strip(' \t,;:|•·–—-"“”»«>')


_BUTTONS = """
reply replies respond quote permalink perma permanent link comment report flag hide share edit delete like likes
liked unlike recommend recommended vote votes thumb thumbs up down helpful spam abuse block ignore dislike dislikes
promote top print collapse expand parent thread view save copy upvote downvote url profile stats tweet inappropriate
offensive content points point people person moderator author op verified staff commenter member guest registered
rate rating score antworten antwort zitieren melden répondre repondre citer signaler responder citar denunciar
rispondi cita segnala gusta reageer reageren beantwoorden svara svar odpowiedz cytuj vastaa ответить 返信 回复 gefällt
login log sign cancel awaiting moderation hidden show more less options subscriber yes no loading email mail website
homepage abusive disagree topic off pts fan fans follower followers posts comments photo karma joined since
reputation follow user following facebook twitter google flagged unflag remove undo close abonné abonnée abonnent
suscriptor abbonato premium comentario comentarios comentar commentaire commentaires commenter kommentare kommentieren
commenti commento commenta reacties комментарии комментировать
"""
_SMALL = """
to this in as by post a the here click is your all for it me and or of from with
"""
_GLUE = """
by on at um am the de of le el a à and to via in posted written comment commented comments from date time said says
wrote writes pm uhr edt est pst pdt gmt utc cst cdt mdt mst bst et pt ct cet cest von vom den der par por das het op
om door i il la del du sagt schreibt schrieb dit dice dijo scrive disse diz zegt schreef skrev ha scritto detto
escribió comentó reply response replied responded added kommentar name this that is it your was made here my for klo
kl og och e y und m h submitted left sent answer answered user th st nd rd about ago
"""
_REPLIES = """
reply respond quote antworten antwort zitieren répondre repondre citer responder citar rispondi cita reageer reageren
beantwoorden svara svar odpowiedz cytuj vastaa ответить 返信 回复
"""

#: Words of the buttons, counts and badges beside comments.
BUTTON_WORDS = frozenset(_BUTTONS.split())
#: Words of the buttons to reply.
REPLY_WORDS = frozenset(_REPLIES.split())
#: Words that buttons share with prose.
SMALL_WORDS = frozenset(_SMALL.split())
#: Words that stand between a name and a date, or around them.
GLUE_WORDS = frozenset(_GLUE.split())
