"""Languages as people call them in queries, and their ISO 639-1 codes, which are what records hold."""

from archive.search.words import fold

_NAMES = {
    "ar": "arabic",
    "bg": "bulgarian",
    "cs": "czech čeština",
    "da": "danish dansk",
    "de": "german deutsch",
    "el": "greek",
    "en": "english",
    "es": "spanish español castellano",
    "et": "estonian",
    "fi": "finnish suomi",
    "fr": "french français",
    "he": "hebrew",
    "hi": "hindi",
    "hu": "hungarian magyar",
    "id": "indonesian",
    "it": "italian italiano",
    "ja": "japanese",
    "ko": "korean",
    "lt": "lithuanian",
    "lv": "latvian",
    "nl": "dutch nederlands",
    "no": "norwegian norsk",
    "pl": "polish polski",
    "pt": "portuguese português",
    "ro": "romanian română",
    "ru": "russian русский",
    "sk": "slovak",
    "sl": "slovenian slovene",
    "sv": "swedish svenska",
    "th": "thai",
    "tr": "turkish türkçe",
    "uk": "ukrainian українська",
    "vi": "vietnamese",
    "zh": "chinese",
}
_CODES = {fold(name): code for code, names in _NAMES.items() for name in names.split()}


def language_code(name: str) -> str:
    """Return the code of a language by its English or own name, or by its code, with a region or without."""
    plain = fold(name)
    return _CODES.get(plain, plain.partition("-")[0])
