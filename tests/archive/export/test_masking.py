import pytest

from archive.export.people import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to ann.lee+sales@mail.example.co.uk, please.", "Write to [e-mail], please."),
        ("mailto:bo@example.com!", "mailto:[e-mail]!"),
        ("Call (415) 555-0132 or 415.555.0132.", "Call [phone] or [phone]."),
        ("Call 1-415-555-0132 today", "Call [phone] today"),
        ("Call +49 30 901820, or +1-415-555-0132", "Call [phone], or [phone]"),
        ("Ruf 0171 2345678 an, oder 030/90 18 20", "Ruf [phone] an, oder [phone]"),
        ("The server at 8.8.8.8 and 2001:4860:4860::8888.", "The server at [IP address] and [IP address]."),
    ],
)
def test_contacts_are_masked(text: str, expected: str):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We charged $1,200,000 and then 1 200 000 in 2015-03-01.",
        "Between 2010 and 2015, or 2010-2015, or 2010 - 2015.",
        "From 2015-03-01 10:20:30 to 2016-01-02 11:21:31 it grew 15.000.000 %.",
        "Version 10.0.0.1 runs at 127.0.0.1:8000 and 192.168.1.1.",
        "ISBN 978-0-06-112008-4, invoice 20150301-12345678.",
        "100 200 300 400 500 customers; 12345678 views; 3.14159265358979",
        "@annlee and user@localhost and 10:20:30",
        "https://example.com/2015/03/01/12345678/415-555-0132",
        "1. one 2. two 3. three 4. four 5. five",
    ],
)
def test_other_numbers_stay(text: str):
    assert masked(text) == text


def test_long_runs_of_what_could_begin_a_contact_take_little_time():
    for text in ("1" * 200_000, "1-" * 100_000, "a" * 200_000 + "@", ":" * 100_000, "1.1" * 50_000, "( 1" * 50_000):
        assert masked(text) == text
