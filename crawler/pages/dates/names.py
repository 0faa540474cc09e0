"""Words that name months, weekdays, spans of time and zones, in the languages of blogs: the only tables of them.

Dates are read by the first tables (`parse`), found in a line by the patterns (`shown`), and cut off bylines by the
last two. The tables and the patterns do not know the same words.
"""

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

#: Patterns, case ignored. The months of a date in a line; short forms too.
MONTH_NAMES = (
    r"jan(?:uar[yi]?|vier|eiro|v|uary)?|j[aä]nner|ene(?:ro)?|genn?(?:aio)?|styczni\w{1,2}|"
    r"feb(?:ruar[yi]?|ruari|rero|braio)?|f[eé]v(?:rier|ereiro)?|luty|lutego|"
    r"m(?:ar(?:ch|s|zo|ço|ts|et)?|[aä]rz|aart|rt|arca)|mrz|"
    r"a(?:pr(?:il[e]?)?|vr(?:il)?|br(?:il)?)|kwietnia|"
    r"ma[iyj]o?|mag(?:gio)?|mei|maja|maio|"
    r"june?i?|juin|junho|giu(?:gno)?|czerwca|"
    r"jul[yi]?|juil(?:let)?|julho|julio|junio|lug(?:lio)?|lipca|"
    r"aug(?:ust(?:us|i)?)?|ao[uû]t|ago(?:sto)?|sierpnia|"
    r"sept?(?:emb(?:er|re|ro))?|set(?:t?embre|embro|iembre)?|septiembre|wrze[sś]nia|"
    r"o[ckt]t(?:ob(?:er|re))?|octubre|out(?:ubro)?|ott(?:obre)?|pa[zź]dziernika|"
    r"nov(?:emb(?:er|re|ro))?|noviembre|listopada|"
    r"de[czs](?:emb(?:er|re|ro))?|d[eé]c(?:embre)?|dez(?:embro|ember)?|dic(?:iembre|embre)?|grudnia"
)
#: Months that are taken for such only between a day and a year, as they stand there.
MORE_MONTHS = (
    r"ledna|[uú]nora|[cč]erv(?:na|ence)|z[aá][rř][ií]|[rř][ií]jna|dubna|srpna|listopadu|prosince|b[rř]ezna|kv[eě]tna|"
    r"[a-zä]{3,8}kuuta|ocak|şubat|ağustos|mart|nisan|may[iı]s|haziran|temmuz|eyl[uü]l|ekim|kas[iı]m|aral[iı]k|"
    r"(?:ianuar|februar|mart|april|iun|iul)ie|(?:septembr|octombr|noiembr|decembr)ie"
)
HUNGARIAN_MONTHS = r"(?:janu|febru|szeptem|októ|novem|decem|márci|ápril|máj|júni|júli|augusztus)[a-zá]{0,5}"
WEEKDAY_NAMES = (
    r"mon(?:day)?|tues?(?:day)?|wed(?:nesday|s)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|"
    r"luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|"
    r"maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|"
    r"segunda|ter[cç]a|quarta|quinta|sexta"
)
SPAN_NAMES = (
    r"sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|mo|years?|yrs?|[smhdwy]|"
    r"sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|"
    r"secondes?|heures?|jours?|semaines?|mois|ans?|an[nñ]?[éeoi]s?|d[ií]as?|horas?|minutos?|segundos?|semanas?|meses|mes|mês|"
    r"dagen?|weken|week|maanden?|uur|jaar|minuti|ore|ora|giorni|giorno|mesi|mese|settiman[ae]"
)
#: A number in figures or words before a span.
COUNTS = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|ein(?:e[mnr]?)?|une?|um|uma|un[ao]?)\+?"

#: English only: in other languages a month or a weekday is more often a name.
ENGLISH_WEEKDAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
ENGLISH_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?"
)
