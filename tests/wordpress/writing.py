"""An invented blog about startup sales: deterministic prose in which every text holds a coined word of its own."""

import random
from collections.abc import Iterator
from itertools import count

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"

_WHO = (
    "a founder",
    "the first sales hire",
    "our account executive",
    "a patient buyer",
    "the procurement lead",
    "a champion inside the account",
    "the new sales development team",
    "a customer in her second year",
    "the finance director",
    "an advisor of ours",
)
_DID = (
    "asked for a shorter contract",
    "stopped answering after the demo",
    "wanted three references before signing",
    "forwarded the proposal to five colleagues",
    "compared us with a spreadsheet",
    "paid on the day the invoice arrived",
    "turned a polite no into a pilot",
    "missed the quota by two deals",
    "rewrote the first line of the sequence",
    "moved the renewal up by a quarter",
    "cut the discovery call to twenty minutes",
    "told us what the old vendor had charged",
)
_LESSON = (
    "The pipeline is a list of promises, and most promises are made by us.",
    "A discount given early is a price that never comes back.",
    "Write down the next step while the buyer is still on the line.",
    "Nobody buys a demo; people buy the week after it.",
    "Ask what happens if they do nothing, then wait for the silence to end.",
    "Commission plans are read more closely than strategy memos.",
    "The second call decides, because the first one is courtesy.",
    "Count conversations, not contacts.",
    "A forecast without dates is a wish with decimals.",
    "Churn starts in the sales call that promised too much.",
    "Cold email works when it reads as if one person wrote it to one person.",
    "Raise the price until somebody pauses, and listen to the pause.",
)
_WHEN = (
    "in the first quarter",
    "two weeks before the board meeting",
    "after the third follow-up",
    "on a slow Tuesday",
    "during the security review",
    "while we still sold by hand",
    "in the month we hired too fast",
    "once the trial had ended",
)
_SO = (
    "so we changed the {topic} and kept the rest",
    "and that taught us more about {topic} than any course",
    "which is why the {topic} now comes first",
    "and the {topic} has looked different ever since",
    "but the {topic} was never the real trouble",
    "so the next {topic} took half the time",
)
_REPLY = (
    "We saw the same with {topic}",
    "I doubt that {topic} explains it",
    "Thank you, the part on {topic} is what I needed",
    "How long did the change of {topic} take",
    "We tried {topic} twice and gave up both times",
    "My team would say {topic} matters less than timing",
    "This is the clearest account of {topic} I have read",
    "Could you share the numbers behind {topic}",
)
TOPICS = (
    "cold email",
    "discovery call",
    "pricing page",
    "pipeline review",
    "sales quota",
    "customer churn",
    "onboarding checklist",
    "product demo",
    "founder-led selling",
    "first sales hire",
    "commission plan",
    "procurement form",
    "objection list",
    "follow-up sequence",
    "referral programme",
    "internal champion",
    "renewal talk",
    "lead scoring",
    "outbound campaign",
    "trial conversion",
    "contract negotiation",
    "security questionnaire",
    "annual plan",
    "discount policy",
    "customer story",
    "webinar invitation",
    "conference booth",
    "sales deck",
    "revenue forecast",
    "win-loss interview",
)


def coined() -> Iterator[str]:
    """Yield words that no language has and no other text of the blog holds."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    for number in count(1):
        rest, word = number, ""
        while rest:
            rest, digit = divmod(rest, len(syllables))
            word += syllables[digit]
        yield f"qx{word.rjust(6, 'o')}wq"


class Writer:
    """Prose by the yard, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def sentence(self, topic: str) -> str:
        choose = self._random.choice
        if self._random.random() < 0.3:
            return choose(_LESSON)
        so = choose(_SO).format(topic=topic)
        when = choose(_WHEN)
        return f"{when[0].upper()}{when[1:]}, {choose(_WHO)} {choose(_DID)}, {so}."

    def paragraph(self, topic: str, sentences: int) -> str:
        return " ".join(self.sentence(topic) for _ in range(sentences))

    def text(self, topic: str, words: int) -> list[str]:
        """Return paragraphs of at least `words` words together."""
        paragraphs: list[str] = []
        while sum(len(each.split()) for each in paragraphs) < words:
            paragraphs.append(self.paragraph(topic, self._random.randint(2, 5)))
        return paragraphs

    def reply(self, topic: str, sentences: int) -> str:
        opening = self._random.choice(_REPLY).format(topic=topic)
        return " ".join([f"{opening}.", *(self.sentence(topic) for _ in range(sentences))])
