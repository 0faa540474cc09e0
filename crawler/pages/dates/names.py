"""Words that name months, spans of time and zones, in the languages read without asking dateparser."""

import unicodedata

_MONTHS = (
    "january jan januar janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar fevrier fevr fev febrero febbraio fevereiro februari",
    "march mar marz maerz mars marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

_SPANS = {
    "second": "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi"
    " sekund sekunder sekundy saniye sekuntia",
    "minute": "m min mins minute minutes minuten minuto minutos minuti minuut"
    " minuter minutter minut minuty dakika minuuttia",
    "hour": "h hr hrs hour hours stunde stunden std heure heures hora horas ora ore uur uren"
    " timme timmar timer godzina godziny godzin godzine saat tuntia tunti",
    "day": "d day days tag tage tagen jour jours dia dias giorno giorni dag dagen"
    " dagar dager dage dni dzien gun paivaa paiva",
    "week": "w wk wks week weeks woche wochen semaine semaines semana semanas settimana settimane weken"
    " vecka veckor uke uker uge uger tydzien tygodnie tygodni hafta viikkoa",
    "month": "mo mos mth mths month months monat monate monaten mois mes meses mese mesi maand maanden"
    " manad manader maned maneder miesiac miesiace miesiecy ay kuukautta",
    "year": "y yr yrs year years jahr jahre jahren an ans annee annees ano anos anno anni jaar jaren"
    " ar lat lata rok yil vuotta vuosi",
}
SPANS = {name: span for span, names in _SPANS.items() for name in names.split()}

#: Words for one: "an hour ago", "vor einem Tag".
ONE = frozenset({"a", "an", "one", "ein", "eine", "einem", "einer", "un", "une", "una", "uno", "um", "uma", "een"})

#: Days back from the fetch.
DAYS = {
    "today": 0, "heute": 0, "hoy": 0, "oggi": 0, "hoje": 0, "vandaag": 0, "aujourd'hui": 0,
    "yesterday": 1, "gestern": 1, "hier": 1, "ayer": 1, "ieri": 1, "ontem": 1, "gisteren": 1,
}  # fmt: skip

#: Hours east of UTC. Abbreviations that several zones share mean the one blogs use most.
ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10, "aest": 10, "aedt": 11, "jst": 9, "nzst": 12, "nzdt": 13,
}  # fmt: skip


def plain(word: str) -> str:
    """Return a word in lower case without accents or a closing full stop, as the tables write it."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(each for each in parts if not unicodedata.combining(each)).rstrip(".")
