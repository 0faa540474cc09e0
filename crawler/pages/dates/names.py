"""Words that name months, weekdays, spans of time and zones, in the languages of blogs: the only tables of them.

Dates are found in a line by patterns of the same words by which they are read.
Source of months and weekdays: https://cldr.unicode.org/, wide and abbreviated, as in a date and standing alone; and
forms that blog software prints beside them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

#: By language, the names of each month. Where languages differ in what a word means, the first listed here decides,
#: unless the page's language is known: "listopad" is November in Polish and October in Croatian.
_MONTHS = {
    "en": (
        "january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, september sep "
        "sept, october oct, november nov, december dec"
    ),
    "de": (
        "januar jan jänner, februar feb feber, märz mär maerz mrz, april apr, mai, juni jun, juli jul, august "
        "aug, september sept sep, oktober okt, november nov, dezember dez"
    ),
    "fr": (
        "janvier janv, février févr fév, mars, avril avr, mai, juin, juillet juil juill, août, septembre sept, "
        "octobre oct, novembre nov, décembre déc"
    ),
    "es": (
        "enero ene, febrero feb, marzo mar, abril abr, mayo may, junio jun, julio jul, agosto ago, septiembre "
        "sept sep setiembre set, octubre oct, noviembre nov, diciembre dic"
    ),
    "it": (
        "gennaio gen genn, febbraio feb, marzo mar, aprile apr, maggio mag, giugno giu, luglio lug, agosto ago, "
        "settembre set sett, ottobre ott, novembre nov, dicembre dic"
    ),
    "pt": (
        "janeiro jan, fevereiro fev, março mar, abril abr, maio mai, junho jun, julho jul, agosto ago, setembro "
        "set, outubro out, novembro nov, dezembro dez"
    ),
    "nl": (
        "januari jan, februari feb, maart mrt, april apr, mei, juni jun, juli jul, augustus aug, september sep, "
        "oktober okt, november nov, december dec"
    ),
    "sv": (
        "januari jan, februari feb, mars, april apr, maj, juni, juli, augusti aug, september sep, oktober okt, "
        "november nov, december dec"
    ),
    "da": (
        "januar jan, februar feb, marts mar, april apr, maj, juni jun, juli jul, august aug, september sep, "
        "oktober okt, november nov, december dec"
    ),
    "nb": (
        "januar jan, februar feb, mars mar, april apr, mai, juni jun, juli jul, august aug, september sep, "
        "oktober okt, november nov, desember des"
    ),
    "fi": (
        "tammikuuta tammikuu tammi, helmikuuta helmikuu helmi, maaliskuuta maaliskuu maalis, huhtikuuta huhtikuu "
        "huhti, toukokuuta toukokuu touko, kesäkuuta kesäkuu kesä, heinäkuuta heinäkuu heinä, elokuuta elokuu "
        "elo, syyskuuta syyskuu syys, lokakuuta lokakuu loka, marraskuuta marraskuu marras, joulukuuta joulukuu "
        "joulu"
    ),
    "pl": (
        "stycznia styczeń sty, lutego luty lut, marca marzec mar, kwietnia kwiecień kwi, maja maj, czerwca "
        "czerwiec cze, lipca lipiec lip, sierpnia sierpień sie, września wrzesień wrz, października październik "
        "paź, listopada listopad lis, grudnia grudzień gru"
    ),
    "cs": (
        "ledna leden led, února únor úno, března březen bře, dubna duben dub, května květen kvě, června červen "
        "čvn, července červenec čvc, srpna srpen srp, září zář, října říjen říj, listopadu listopad lis, "
        "prosince prosinec pro"
    ),
    "sk": (
        "januára január jan, februára február feb, marca marec mar, apríla apríl apr, mája máj, júna jún, júla "
        "júl, augusta august aug, septembra september sep, októbra október okt, novembra november nov, decembra "
        "december dec"
    ),
    "ro": (
        "ianuarie ian, februarie feb, martie mar, aprilie apr, mai, iunie iun, iulie iul, august aug, septembrie "
        "sept, octombrie oct, noiembrie nov, decembrie dec"
    ),
    "hu": (
        "január jan, február febr, március márc, április ápr, május máj, június jún, július júl, augusztus aug, "
        "szeptember szept, október okt, november nov, december dec"
    ),
    "tr": (
        "ocak oca, şubat şub, mart mar, nisan nis, mayıs may, haziran haz, temmuz tem, ağustos ağu, eylül eyl, "
        "ekim eki, kasım kas, aralık ara"
    ),
    "ru": (
        "января январь янв, февраля февраль февр фев, марта март мар, апреля апрель апр, мая май, июня июнь июн, "
        "июля июль июл, августа август авг, сентября сентябрь сент сен, октября октябрь окт, ноября ноябрь нояб "
        "ноя, декабря декабрь дек"
    ),
    "uk": (
        "січня січень січ, лютого лютий лют, березня березень бер, квітня квітень квіт кві, травня травень трав "
        "тра, червня червень черв чер, липня липень лип, серпня серпень серп сер, вересня вересень вер, жовтня "
        "жовтень жовт жов, листопада листопад лист лис, грудня грудень груд гру"
    ),
    "bg": (
        "януари яну, февруари фев, март, април апр, май, юни, юли, август авг, септември сеп, октомври окт, "
        "ноември ное, декември дек"
    ),
    "el": (
        "ιανουαρίου ιανουάριος ιαν, φεβρουαρίου φεβρουάριος φεβ, μαρτίου μάρτιος μαρ μάρ, απριλίου απρίλιος απρ, "
        "μαΐου μάιος μαΐ μάι, ιουνίου ιούνιος ιουν ιούν, ιουλίου ιούλιος ιουλ ιούλ, αυγούστου αύγουστος αυγ αύγ, "
        "σεπτεμβρίου σεπτέμβριος σεπ, οκτωβρίου οκτώβριος οκτ, νοεμβρίου νοέμβριος νοε νοέ, δεκεμβρίου "
        "δεκέμβριος δεκ"
    ),
    "hr": (
        "siječnja siječanj sij, veljače veljača velj, ožujka ožujak ožu, travnja travanj tra, svibnja svibanj "
        "svi, lipnja lipanj lip, srpnja srpanj srp, kolovoza kolovoz kol, rujna rujan ruj, listopada listopad "
        "lis, studenoga studeni stu studenog, prosinca prosinac pro"
    ),
    "bs": (
        "januar jan, februar feb, mart mar, april apr, maj, juni jun, juli jul, august aug, septembar sep, "
        "oktobar okt, novembar nov, decembar dec"
    ),
    "sr": (
        "јануар јан januar jan, фебруар феб februar feb, март мар mart mar, април апр april apr, мај maj, јун "
        "jun, јул jul, август авг avgust avg, септембар сеп septembar sep, октобар окт oktobar okt, новембар нов "
        "novembar nov, децембар дец decembar dec"
    ),
    "mk": (
        "јануари јан, февруари фев, март мар, април апр, мај, јуни јун, јули јул, август авг, септември сеп, "
        "октомври окт, ноември ное, декември дек"
    ),
    "be": (
        "студзеня студзень сту, лютага люты лют, сакавіка сакавік сак, красавіка красавік кра, мая май, чэрвеня "
        "чэрвень чэр, ліпеня ліпень ліп, жніўня жнівень жні, верасня верасень вер, кастрычніка кастрычнік кас, "
        "лістапада лістапад ліс, снежня снежань сне"
    ),
    "sl": (
        "januar jan, februar feb, marec mar, april apr, maj, junij jun, julij jul, avgust avg, september sep, "
        "oktober okt, november nov, december dec"
    ),
    "et": (
        "jaanuar jaan, veebruar veebr, märts, aprill apr, mai, juuni, juuli, august aug, september sept, "
        "oktoober okt, november nov, detsember dets"
    ),
    "lv": (
        "janvāris janv, februāris febr, marts, aprīlis apr, maijs, jūnijs jūn, jūlijs jūl, augusts aug, "
        "septembris sept, oktobris okt, novembris nov, decembris dec"
    ),
    "lt": (
        "sausio sausis saus, vasario vasaris vas, kovo kovas kov, balandžio balandis bal, gegužės gegužė geg, "
        "birželio birželis birž, liepos liepa liep, rugpjūčio rugpjūtis rugp, rugsėjo rugsėjis rugs, spalio "
        "spalis spal, lapkričio lapkritis lapkr, gruodžio gruodis gruod"
    ),
    "ca": (
        "gener gen, febrer febr, març, abril abr, maig, juny, juliol jul, agost ag, setembre set, octubre oct, "
        "novembre nov, desembre des"
    ),
    "gl": (
        "xaneiro xan, febreiro feb, marzo mar, abril abr, maio, xuño, xullo xul, agosto ago, setembro set, "
        "outubro out, novembro nov, decembro dec"
    ),
    "is": (
        "janúar jan, febrúar feb, mars mar, apríl apr, maí, júní jún, júlí júl, ágúst ágú, september sep, "
        "október okt, nóvember nóv, desember des"
    ),
    "af": (
        "januarie jan, februarie feb, maart mrt, april apr, mei, junie jun, julie jul, augustus aug, september "
        "sep, oktober okt, november nov, desember des"
    ),
    "id": (
        "januari jan, februari feb, maret mar, april apr, mei, juni jun, juli jul, agustus agu agt, september "
        "sep, oktober okt, november nov, desember des"
    ),
}
#: By language, the weekdays from Monday.
_WEEKDAYS = {
    "en": "monday, tuesday, wednesday, thursday, friday, saturday, sunday",
    "de": "montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonntag",
    "fr": "lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche",
    "es": "lunes, martes, miércoles, jueves, viernes, sábado, domingo",
    "it": "lunedì, martedì, mercoledì, giovedì, venerdì, sabato, domenica",
    "pt": "segunda-feira, terça-feira, quarta-feira, quinta-feira, sexta-feira, sábado, domingo",
    "nl": "maandag, dinsdag, woensdag, donderdag, vrijdag, zaterdag, zondag",
    "sv": "måndag, tisdag, onsdag, torsdag, fredag, lördag, söndag",
    "da": "mandag, tirsdag, onsdag, torsdag, fredag, lørdag, søndag",
    "nb": "mandag, tirsdag, onsdag, torsdag, fredag, lørdag, søndag",
    "nn": "måndag, tysdag, onsdag, torsdag, fredag, laurdag, søndag",
    "fi": (
        "maanantaina, tiistaina, keskiviikkona, torstaina, perjantaina, lauantaina, sunnuntai, maanantai, "
        "tiistai, keskiviikko, torstai, perjantai, lauantai"
    ),
    "pl": "poniedziałek, wtorek, środa, czwartek, piątek, sobota, niedziela",
    "cs": "pondělí, úterý, středa, čtvrtek, pátek, sobota, neděle",
    "sk": "pondelok, utorok, streda, štvrtok, piatok, sobota, nedeľa",
    "ro": "luni, marți, miercuri, joi, vineri, sâmbătă, duminică",
    "hu": "hétfő, kedd, szerda, csütörtök, péntek, szombat, vasárnap",
    "tr": "pazartesi, salı, çarşamba, perşembe, cuma, cumartesi, pazar",
    "ru": "понедельник, вторник, среда, четверг, пятница, суббота, воскресенье",
    "uk": "понеділок, вівторок, середа, четвер, пʼятниця, субота, неділя",
    "bg": "понеделник, вторник, сряда, четвъртък, петък, събота, неделя",
    "el": "δευτέρα, τρίτη, τετάρτη, πέμπτη, παρασκευή, σάββατο, κυριακή",
    "hr": "ponedjeljak, utorak, srijeda, četvrtak, petak, subota, nedjelja",
    "bs": "ponedjeljak, utorak, srijeda, četvrtak, petak, subota, nedjelja",
    "sr": (
        "понедељак, уторак, среда, четвртак, петак, субота, недеља, ponedeljak, utorak, sreda, četvrtak, petak, "
        "subota, nedelja"
    ),
    "mk": "понеделник, вторник, среда, четврток, петок, сабота, недела",
    "be": "панядзелак, аўторак, серада, чацвер, пятніца, субота, нядзеля",
    "sl": "ponedeljek, torek, sreda, četrtek, petek, sobota, nedelja",
    "et": "esmaspäev, teisipäev, kolmapäev, neljapäev, reede, laupäev, pühapäev",
    "lv": "pirmdiena, otrdiena, trešdiena, ceturtdiena, piektdiena, sestdiena, svētdiena",
    "lt": "pirmadienis, antradienis, trečiadienis, ketvirtadienis, penktadienis, šeštadienis, sekmadienis",
    "ca": "dilluns, dimarts, dimecres, dijous, divendres, dissabte, diumenge",
    "gl": "luns, martes, mércores, xoves, venres, sábado, domingo",
    "is": "mánudagur, þriðjudagur, miðvikudagur, fimmtudagur, föstudagur, laugardagur, sunnudagur",
    "af": "maandag, dinsdag, woensdag, donderdag, vrydag, saterdag, sondag",
    "id": "senin, selasa, rabu, kamis, jumat, sabtu, minggu",
    "vi": "thứ hai, thứ ba, thứ tư, thứ năm, thứ sáu, thứ bảy, chủ nhật",
}


def plain(word: str) -> str:
    """Return a word in lower case without accents or a closing full stop, as the tables are asked."""
    parts = unicodedata.normalize("NFKD", word.lower().replace("ı", "i"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).rstrip(".")


_MONTHS_OF = {
    language: {plain(name): number for number, names in enumerate(months.split(", "), 1) for name in names.split()}
    for language, months in _MONTHS.items()
}
_MONTHS_OF_ANY: dict[str, int] = {}
for _months in _MONTHS_OF.values():
    _MONTHS_OF_ANY = _months | _MONTHS_OF_ANY


def month_number(word: str, languages: Sequence[str] = ()) -> int | None:
    """Return the month that a word names, in one of these languages (`en`, `en-GB`) before any other."""
    name = plain(word)
    known = (_MONTHS_OF.get(language.split("-")[0].lower(), {}) for language in languages)
    return next((months[name] for months in known if name in months), _MONTHS_OF_ANY.get(name))


def _pattern(words: Iterable[str]) -> str:
    """Return a pattern of words, each as written and without accents, that looks at each letter of a text once."""
    rests: dict[str, set[str]] = {}
    ends = False
    for word in words:
        for form in (word, plain(word)):
            if form:
                rests.setdefault(form[0], set()).add(form[1:])
            else:
                ends = True
    branches = [re.escape(letter) + _pattern(rests[letter]) for letter in sorted(rests)]
    return f"(?:{'|'.join(branches)}){'?' if ends else ''}" if branches else ""


def _month_names(languages: Iterable[str]) -> set[str]:
    return {name for language in languages for name in _MONTHS[language].replace(",", "").split()}


#: Names that are ordinary words or short parts of them, in one language or another.
_ORDINARY = frozenset(re.findall(r"\w+", "ago cze des gen gru kwi lip lis lug lut mag out paź set sie sty wrz"))
#: Patterns, case ignored. Any month, for a date that says the year; else one of the languages most blogs are in.
ANY_MONTH = _pattern(_month_names(_MONTHS))
MONTH_NAMES = _pattern(
    _month_names(("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "pl", "id")) - _ORDINARY
)
#: Weekdays in full, and in short where they are English: "Sam" and "Dom" are names of people.
WEEKDAY_NAMES = (
    _pattern(name.removesuffix("-feira") for names in _WEEKDAYS.values() for name in names.split(", "))
    + r"|mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun|sonnabend"
)

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

#: A date as Vietnamese writes it: "ngày 13 tháng 3 năm 2015".
VIETNAMESE_DATE = (
    r"(?:ngày\s)?(?<!\d)(?P<day>\d{1,2})\s?(?:tháng|thg)\.?\s?(?P<month>\d{1,2}),?\s"
    r"(?:năm\s)?(?P<year>(?:19|20)\d\d)(?!\d)"
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
ENGLISH_WEEKDAYS = _pattern(_WEEKDAYS["en"].split(", "))
ENGLISH_MONTHS = _pattern(_month_names(["en"]) - {"mar", "apr", "jun", "jul"})
