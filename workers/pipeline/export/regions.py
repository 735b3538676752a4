"""Country codes in, the regions of ACLED and of UCDP out."""

from __future__ import annotations

_ACLED = {
    "Western Africa": "BJ BF CV CI GM GH GN GW LR ML MR NE NG SN SL TG SH",
    "Middle Africa": "AO CM CF TD CG CD GQ GA ST",
    "Eastern Africa": "BI KM DJ ER ET KE MG MW MU YT MZ RE RW SC SO SS TZ UG ZM ZW",
    "Southern Africa": "BW SZ LS NA ZA",
    "Northern Africa": "DZ EG LY MA SD TN EH",
    "Middle East": "BH IR IQ IL JO KW LB OM PS QA SA SY TR AE YE",
    "Europe": "AL AD AT BY BE BA BG HR CY CZ DK EE FI FR DE GI GR GL GG HU IS IE IM IT JE XK LV LI LT LU MT MD MC ME NL"
    " MK NO PL PT RO RU SM RS SK SI ES SE CH UA GB VA",
    "Caucasus and Central Asia": "AF AM AZ GE KZ KG TJ TM UZ",
    "South Asia": "BD BT IN MV NP PK LK",
    "Southeast Asia": "BN KH ID LA MY MM PH SG TH TL VN",
    "East Asia": "CN HK JP KP KR MO MN TW",
    "North America": "CA US",
    "Central America": "BZ CR SV GT HN MX NI PA",
    "South America": "AR BO BR CL CO EC FK GF GY PY PE SR UY VE",
    "Caribbean": "AI AG AW BS BB BQ KY CU CW DM DO GD GP HT JM MQ MS PR BL KN LC MF VC SX TT TC VG VI",
    "Oceania": "AS AU CK FJ PF GU KI MH FM NR NC NZ NU MP PW PG WS SB TO TV VU WF",
}
REGION_OF = {code: region for region, codes in _ACLED.items() for code in codes.split()}
UCDP_REGION = {
    **{name: "Africa" for name in _ACLED if name.endswith("Africa")},
    **dict.fromkeys(("North America", "Central America", "South America", "Caribbean"), "Americas"),
    **dict.fromkeys(("South Asia", "Southeast Asia", "East Asia", "Caucasus and Central Asia", "Oceania"), "Asia"),
    "Middle East": "Middle East",
    "Europe": "Europe",
}
