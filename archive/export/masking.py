"""Mask what reaches a person from outside a text: e-mail addresses, telephone numbers, public IP addresses.

Precision before recall: prices, dates, years, version numbers and invoice numbers stay as they are.
"""

import re
from ipaddress import ip_address

EMAIL = "[e-mail]"
PHONE = "[phone]"
IP = "[IP address]"

_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")

#: Digits with the separators of telephone numbers among them; judged by `_masked_number`.
_NUMBER = re.compile(r"(?<![\w.,:/$€£#%+=-])(?:\+|00)?\(?[0-9][\d().\s/\u2011-]{5,20}[0-9](?![\w%]|[.,:/-]\d)")
#: Quickly found by its first character, where `_NUMBER` looks at every place twice.
_DIGITS = re.compile(r"[0-9][\d().\s/\u2011-]{5,20}[0-9]")
_DOTTED = re.compile(r"[0-9]\.[0-9]")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\w|\w)")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")

#: Three digits, three digits, four digits, as numbers are written in North America.
_AMERICAN = re.compile(r"(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}")
#: In groups, with the leading zero of a trunk call.
_TRUNK = re.compile(r"\(?0\d{1,5}\)?(?:[-. /]{1,3}\d{2,8}){1,4}")
#: The most digits of an international number (ITU-T E.164), and the fewest that are one.
_MOST_DIGITS = 15
_FEWEST_DIGITS = 8


def masked(text: str) -> str:
    """Return `text` with e-mail addresses, telephone numbers and public IP addresses replaced."""
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    has_digit = _has_digit(text)
    if has_digit and _DOTTED.search(text):
        text = _IPV4.sub(_masked_address, text)
    if ":" in text and _COLONS.search(text):
        text = _IPV6.sub(_masked_address, text)
    return _NUMBER.sub(_masked_number, text) if has_digit and _DIGITS.search(text) else text


def may_hold_contacts(text: str) -> bool:
    """Tell quickly whether `masked` has anything to look for."""
    return "@" in text or ":" in text or _has_digit(text)


def _has_digit(text: str) -> bool:
    for digit in "0123456789":  # noqa: SIM110 (ten plain searches are far quicker than a pattern, or `any`)
        if digit in text:
            return True
    return False


def _masked_number(found: re.Match[str]) -> str:
    number = found[0]
    digits = sum(character.isdecimal() for character in number)
    if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        return number
    written = " ".join(number.replace("\u2011", "-").split())
    is_international = number.startswith("+") or (number.startswith("00") and " " in written)
    return PHONE if is_international or _AMERICAN.fullmatch(written) or _TRUNK.fullmatch(written) else number


def _masked_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]
    return IP if address.is_global else found[0]
