"""The message's own words in English and Dutch, in one table. Names and quotes are never translated.

A new language is one more column; ``tests`` require that every column has every row and every placeholder.
Names of countries, months and numbers come from CLDR through Babel.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "nl")

_TABLE: dict[str, tuple[str, str]] = {
    # kinds, as the title's prefix
    "kind.new": ("", ""),
    "kind.reminder": ("Still: ", "Nog steeds: "),
    "kind.update": ("Update: ", "Update: "),
    "kind.escalation": ("Escalation: ", "Escalatie: "),
    "kind.correction": ("Correction: ", "Correctie: "),
    "kind.retraction": ("Retracted: ", "Ingetrokken: "),
    "kind.resolution": ("Over: ", "Voorbij: "),
    # labels of lines
    "what": ("What", "Wat"),
    "where": ("Where", "Waar"),
    "when": ("When", "Wanneer"),
    "reported": ("Reported", "Gemeld"),
    "sides": ("Sides", "Partijen"),
    "killed": ("Killed", "Gedood"),
    "injured": ("Injured", "Gewond"),
    "weapons": ("Weapons", "Wapens"),
    "status": ("Status", "Status"),
    "claims": ("Claim", "Claim"),
    "sources": ("Sources", "Bronnen"),
    "why": ("Why you see this", "Waarom u dit ziet"),
    "changes": ("What changed", "Wat er veranderde"),
    "quotes": ("In their own words", "In hun eigen woorden"),
    "links": ("Read more", "Lees verder"),
    # places
    "place.exact": ("{name}, {country} (within {km} km)", "{name}, {country} (binnen {km} km)"),
    "place.near": ("near {name}, {country} (within {km} km)", "bij {name}, {country} (binnen {km} km)"),
    "place.district": (
        "in the area of {name}, {country} (within {km} km)",
        "in de omgeving van {name}, {country} (binnen {km} km)",
    ),
    "place.admin1": (
        "somewhere in {name}, {country}; not known more closely (within {km} km)",
        "ergens in {name}, {country}; niet nader bekend (binnen {km} km)",
    ),
    "place.country": (
        "somewhere in {country}; not known more closely",
        "ergens in {country}; niet nader bekend",
    ),
    "place.unknown": ("no report says where", "geen enkel bericht zegt waar"),
    "place.at_sea": ("at sea", "op zee"),
    "title.at": ("{what} at {name}", "{what} bij {name}"),
    "title.near": ("{what} near {name}", "{what} bij {name}"),
    "title.in": ("{what} in {name}", "{what} in {name}"),
    "title.unknown": ("{what}, place not known", "{what}, plaats onbekend"),
    # times
    "between": ("{start} to {end}", "{start} tot en met {end}"),
    "undated": ("no report says when", "geen enkel bericht zegt wanneer"),
    "first_and_last": ("first {first}, last {last}", "eerst {first}, laatst {last}"),
    # sides
    "role.attacker": ("{names} (attacking)", "{names} (aanvaller)"),
    "role.target": ("{names} (attacked)", "{names} (aangevallen)"),
    "role.party": ("{names}", "{names}"),
    "civilians_targeted": ("civilians were targeted", "gericht tegen burgers"),
    "civilians": ("civilians", "burgers"),
    # counts
    "count.none": ("nobody", "niemand"),
    "count.at_least": ("at least {low}", "minstens {low}"),
    "count.range": ("{low} to {high}", "{low} tot {high}"),
    "count.unknown": ("an unknown number", "een onbekend aantal"),
    # status
    "status.uncontested": ("not contested", "niet betwist"),
    "status.contested": ("contested: the sides contradict each other", "betwist: de partijen spreken elkaar tegen"),
    "status.unconfirmed": ("unconfirmed: one side's claim", "onbevestigd: een claim van één partij"),
    "status.denied": ("denied", "ontkend"),
    "status.retracted": ("retracted by its source", "ingetrokken door de bron"),
    # claims: who, stance, about what; what no number says is said by the quote
    "stance.asserts": ("{who}: {about}", "{who}: {about}"),
    "stance.denies": ("{who} denies: {about}", "{who} ontkent: {about}"),
    "stance.cannot_confirm": ("{who} cannot confirm: {about}", "{who} kan niet bevestigen: {about}"),
    "stance.retracts": ("{who} withdraws: {about}", "{who} trekt in: {about}"),
    "outlet": ("{name} itself", "{name} zelf"),
    "outlets": ("each of {names}", "elk van {names}"),
    "unnamed": ("the report itself", "het bericht zelf"),
    "about.killed": ("{count} killed", "{count} gedood"),
    "about.injured": ("{count} injured", "{count} gewond"),
    "about.casualties": ("{count} killed or injured", "{count} gedood of gewond"),
    "about.missing": ("{count} missing", "{count} vermist"),
    "about.captured": ("{count} captured", "{count} gevangen"),
    "about.equipment": ("equipment lost: {count}", "materieel verloren: {count}"),
    "about.control": ("who holds the place", "wie de plaats in handen heeft"),
    "about.initiator": ("who started it", "wie begon"),
    "about.occurrence": ("that it happened", "dat het gebeurd is"),
    "about.quoted": ("{about}: “{quote}”", "{about}: “{quote}”"),
    "more": ("and {count} more", "en nog {count}"),
    # sources and reasons
    "origins": ("{count} independent ({names})", "{count} onafhankelijk ({names})"),
    "no_origins": ("none known to be independent", "geen waarvan bekend is dat ze onafhankelijk is"),
    "articles": ("{count} articles", "{count} artikelen"),
    "article": ("1 article", "1 artikel"),
    "rule": ("rule “{name}” ({rule})", "regel “{name}” ({rule})"),
    "rule.inside": ("the place lies in {region}", "de plaats ligt in {region}"),
    "rule.touch": ("the place may reach into {region}", "de plaats kan tot in {region} reiken"),
    "rule.outside": ("the place now lies outside {region}", "de plaats ligt nu buiten {region}"),
    "rule.unlocated": (
        "the place is not known well enough for any region",
        "de plaats is voor geen enkele regio goed genoeg bekend",
    ),
    # answers
    "acknowledged": ("Acknowledged by", "Opgepakt door"),
    "muted": ("Muted by", "Stilgezet door"),
    "until": ("{who}, until {until}", "{who}, tot {until}"),
    "answer": ("To answer", "Antwoorden"),
    "act.acknowledge": ("Acknowledge", "Ik pak dit op"),
    "act.mute": ("Mute for 4 hours", "4 uur stil"),
    "act.wrong_place": ("Wrong place", "Plaats klopt niet"),
    "act.not_a_clash": ("Not a clash", "Geen gevecht"),
    "act.unsubscribe": ("Unsubscribe", "Afmelden"),
    "ask.acknowledge": (
        "Reminders of this incident stop for 12 hours. What is new is told all the same.",
        "Herinneringen aan dit incident stoppen 12 uur. Nieuws wordt wel gemeld.",
    ),
    "ask.mute": (
        "Nobody is told of this incident for 4 hours, whatever happens.",
        "Niemand hoort 4 uur lang iets over dit incident, wat er ook gebeurt.",
    ),
    "ask.wrong_place": (
        "It is noted that the place is wrong. Nothing else changes.",
        "Er wordt genoteerd dat de plaats niet klopt. Verder verandert er niets.",
    ),
    "ask.not_a_clash": (
        "It is noted that this was no violence. Nothing else changes.",
        "Er wordt genoteerd dat dit geen geweld was. Verder verandert er niets.",
    ),
    "ask.unsubscribe": (
        "Nothing more is sent to “{receiver}”. An operator can undo it.",
        "Er wordt niets meer gestuurd aan “{receiver}”. Een beheerder kan dit terugdraaien.",
    ),
    "ask.who": ("Your name", "Uw naam"),
    "ask.note": ("A note for others", "Een notitie voor anderen"),
    "ask.done": ("Done.", "Gedaan."),
    "ask.expired": ("This link no longer works.", "Deze link werkt niet meer."),
    "ask.bad": ("This link does not work.", "Deze link werkt niet."),
    # changes
    "change": ("{label}: {before} → {after}", "{label}: {before} → {after}"),
    "change.first": ("{label}: {after}", "{label}: {after}"),
    "change.source": ("New independent source: {name}", "Nieuwe onafhankelijke bron: {name}"),
    "change.claim": ("New claim: {claim}", "Nieuwe claim: {claim}"),
    "change.claim.until": ("Claim: {until} → {claim}", "Claim: {until} → {claim}"),
    # what is no incident: silence, a rise, and what the service says of itself
    "notice.absence": ("No news about {subject} since {since}", "Geen nieuws over {subject} sinds {since}"),
    "notice.absence.usual": (
        "usually something is heard every {usual_minutes} minutes",
        "gewoonlijk is er elke {usual_minutes} minuten iets",
    ),
    "notice.activity": (
        "{count} incidents in {subject} within {hours} hours",
        "{count} incidenten in {subject} binnen {hours} uur",
    ),
    "notice.activity.usual": ("usually {usual}", "gewoonlijk {usual}"),
    "notice.nothing": ("Nothing happened", "Er is niets gebeurd"),
    "notice.nothing.usual": ("no incident since {since}", "geen incident sinds {since}"),
    "notice.watchdog": ("Clashwatch is watching", "Clashwatch kijkt uit"),
    "notice.watchdog.usual": (
        "this message stops when it no longer does",
        "dit bericht blijft uit wanneer dat niet meer zo is",
    ),
    "feeds": ("Feeds", "Feeds"),
    "feeds.healthy": ("{healthy} of {feeds} healthy", "{healthy} van {feeds} gezond"),
    "digest.title": ("{count} incidents", "{count} incidenten"),
    "test": ("This is a test of receiver “{name}”. Nothing happened.", "Dit is een test van “{name}”. Er is niets."),
    "test.title": ("Test message", "Testbericht"),
}

_COUNTRIES = {
    "CD": ("DR Congo", "DR Congo"),
    "CG": ("Republic of the Congo", "Republiek Congo"),
    "MM": ("Myanmar", "Myanmar"),
    "PS": ("Palestinian territories", "Palestijnse gebieden"),
}
"""Where CLDR's name is not what people say: "Congo - Kinshasa"."""

_DUTCH_TYPES = {
    "Armed clash": "Gevecht",
    "Government regains territory": "Regering herovert gebied",
    "Non-state actor overtakes territory": "Gewapende groep neemt gebied in",
    "Chemical weapon": "Aanval met chemisch wapen",
    "Air/drone strike": "Lucht- of drone-aanval",
    "Suicide bomb": "Zelfmoordaanslag",
    "Shelling/artillery/missile attack": "Beschieting met artillerie of raketten",
    "Remote explosive/landmine/IED": "Bom of mijn",
    "Grenade": "Aanval met granaat",
    "Sexual violence": "Seksueel geweld",
    "Attack": "Aanval op burgers",
    "Abduction/forced disappearance": "Ontvoering of gedwongen verdwijning",
    "Peaceful protest": "Vreedzaam protest",
    "Protest with intervention": "Protest met ingrijpen",
    "Excessive force against protesters": "Buitensporig geweld tegen betogers",
    "Violent demonstration": "Gewelddadige betoging",
    "Mob violence": "Geweld door een menigte",
    "Agreement": "Akkoord",
    "Arrests": "Arrestaties",
    "Change to group/activity": "Verandering bij een groep",
    "Disrupted weapons use": "Verijdelde aanval",
    "Headquarters or base established": "Basis gevestigd",
    "Looting/property destruction": "Plundering of vernieling",
    "Non-violent transfer of territory": "Gebied zonder geweld overgedragen",
    "Other": "Overig",
}
_ENGLISH_TYPES = {"Attack": "Attack on civilians", "Other": "Strategic development"}
"""ACLED's own words, but where they say nothing outside their table."""


class Words:
    """One language's column."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        column = LANGUAGES.index(self.language)
        self._words: Mapping[str, str] = {name: row[column] for name, row in _TABLE.items()}
        self._types = _DUTCH_TYPES if self.language == "nl" else _ENGLISH_TYPES

    def __call__(self, row: str, /, **values: object) -> str:
        """The words of a row, filled in. Raises ``KeyError`` for a row or a value that is missing."""
        return self._words[row].format(**values)

    def country(self, code: str) -> str | None:
        """Our own name of a country, where CLDR's will not do."""
        return _COUNTRIES[code][LANGUAGES.index(self.language)] if code in _COUNTRIES else None

    def type(self, sub_event_type: str) -> str:
        return self._types.get(sub_event_type, sub_event_type)
