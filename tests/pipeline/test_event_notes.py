"""Event notes as analysts write them: one to three sentences with a date and, most often, how many died."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Count, Document, Realis

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
TOLD = (Realis.CURRENT, Realis.ONGOING)

NOTES: list[tuple[str, int | None, int | None]] = [
    (
        "On 3 May 2021, unidentified gunmen attacked a village near Tillaberi (Tillaberi), killing "
        "4 civilians and wounding 2.",
        4,
        2,
    ),
    ("On 14 June 2020, clashes between army troops and rebels were reported near Bria. 2 fatalities.", 2, None),
    (
        "On 22 January 2019, militants fired mortar shells at a military base outside Baidoa. No casualties reported.",
        0,
        0,
    ),
    ("On 9 October 2022, gunmen ambushed a patrol on the Djibo road, killing three soldiers and a civilian.", 4, None),
    ("On 1 March 2021, soldiers repelled an attack by jihadists on their camp at Dori. 10 militants killed.", 10, None),
    ("On 17 July 2020, rebels attacked the village of Komanda. At least 6 people were killed.", 6, None),
    ("On 30 April 2018, an armed clash took place between two militias in Bossangoa. Fatalities unknown.", None, None),
    (
        "On 5 August 2019, bandits raided a farming community near Zurmi, killing 11 people, including 3 women.",
        11,
        None,
    ),
    (
        "On 12 November 2021, an IED hit an army vehicle near Ansongo. One soldier was killed and four others injured.",
        1,
        4,
    ),
    (
        "On 2 February 2020, an air strike hit a market in Idlib. Nine civilians, among them two children, died.",
        9,
        None,
    ),
    (
        "On 25 December 2019, fighters attacked Arbinda. 7 soldiers, 35 civilians and 80 attackers were killed.",
        122,
        None,
    ),
    ("On 8 September 2020, unknown armed men shot dead a village chief in Bunyakiri. 1 fatality.", 1, None),
    ("On 19 March 2021, herders attacked farmers in Guma. Two farmers were killed and several wounded.", 2, None),
    ("On 6 June 2022, soldiers opened fire on a group of militants near Katsina. There were no fatalities.", 0, None),
    ("On 11 May 2021, artillery shelling killed a woman and her two children in Taiz.", 3, None),
    (
        "On 28 October 2020, security forces clashed with separatists at Kumba; five separatists "
        "died and two soldiers were wounded.",
        5,
        2,
    ),
    (
        "On 15 January 2021, a suicide bomber detonated a vest at a checkpoint near Kismayo. The "
        "bomber and three soldiers were killed.",
        4,
        None,
    ),
    ("On 21 July 2019, unidentified assailants killed the mayor of Kolda and his driver.", 2, None),
    ("On 4 April 2020, a drone strike targeted a convoy south of Tripoli. Casualties unknown.", None, None),
    ("On 13 August 2021, rebels abducted 12 villagers near Beni. No fatalities.", 0, None),
    (
        "On 7 December 2018, army troops and militants exchanged fire near Kunduz. Six militants "
        "and one policeman killed, three policemen injured.",
        7,
        3,
    ),
    ("On 16 February 2022, gunmen killed an unspecified number of civilians in Bali, coded as 10.", 10, None),
    (
        "On 24 May 2020, rebel fighters attacked an army position at Rutshuru, killing two "
        "soldiers. One rebel was also killed.",
        3,
        None,
    ),
    (
        "On 31 October 2019, shelling by government forces was reported in Saraqib. No injuries or "
        "fatalities were reported.",
        0,
        0,
    ),
    ("On 10 July 2021, a landmine exploded under a bus near Tadmur, killing 13 and wounding 7.", 13, 7),
    ("On 18 June 2018, a group of armed men stormed a church in Sokode and killed a priest.", 1, None),
    ("On 23 April 2019, fighting erupted between two clans in Galkayo leaving 8 dead and 15 injured.", 8, 15),
    ("On 29 March 2020, jihadists ambushed a convoy in Boma. Ninety-two soldiers were killed.", 92, None),
    ("On 27 November 2020, militiamen attacked displaced people near Roe: 5 dead.", 5, None),
    (
        "On 26 September 2021, unidentified gunmen killed 34 people and injured 7 in Kaura. The "
        "dead included 2 children.",
        34,
        7,
    ),
    ("On 20 June 2022, rebels carried out an attack on a camp in Bule. 6 to 8 people were killed.", 6, None),
    ("On 1 September 2019, government warplanes bombed a prison in Dhamar. More than 100 detainees died.", 100, None),
    ("On 3 March 2022, two militants were killed in a clash with soldiers near Macomia.", 2, None),
    (
        "On 14 April 2021, an armed group attacked Yeu. A soldier, two militiamen and a 12-year-old girl were killed.",
        4,
        None,
    ),
    ("On 9 January 2020, suspected rebels killed at least 2 and wounded 5 civilians in Oicha.", 2, 5),
    ("On 22 May 2021, a grenade was thrown at a bar in Bujumbura, killing one person and injuring two others.", 1, 2),
    ("On 5 July 2018, soldiers shot and killed a protester in Lome.", 1, None),
    (
        "On 11 October 2019, armed men attacked a mosque in Salmossi. 16 worshippers were killed, 2 seriously injured.",
        16,
        2,
    ),
    ("On 30 June 2020, the army killed 4 insurgents and captured 3 in an operation near Damboa.", 4, None),
    (
        "On 17 August 2022, rebels attacked an outpost near Mopti. 15 soldiers and 3 civilians "
        "were killed; 9 attackers also died.",
        27,
        None,
    ),
    ("On 6 November 2021, a rocket landed in an open field near Sderot without causing casualties.", 0, 0),
    (
        "On 25 February 2019, there was an exchange of fire between police and gang members in "
        "Martissant. It is not known whether anyone was killed.",
        None,
        None,
    ),
    ("On 12 May 2022, militants beheaded two fishermen near Palma.", 2, None),
    ("On 8 August 2020, gunmen on motorcycles killed six aid workers, a guide and a driver in Koure.", 8, None),
    ("On 19 December 2020, an explosive device killed 3 and wounded 4 soldiers near Hombori.", 3, 4),
    ("On 28 April 2021, unidentified men murdered a teacher in Kamango (Beni, North Kivu).", 1, None),
    (
        "On 15 October 2019, rebels and soldiers clashed in Nana. 3 rebels and 2 soldiers "
        "reportedly killed. Several houses were burned.",
        5,
        None,
    ),
    ("On 21 February 2022, a militia killed 10 people in Gao and burned 20 houses.", 10, None),
    ("On 2 June 2020, fighters attacked 3 villages near Bankass, killing 20.", 20, None),
    ("On 4 November 2018, security forces killed Abu Hamza, a militant commander, in Sirte.", 1, None),
    ("On 13 July 2021, an attack on a mining site near Fizi left one dead and one wounded.", 1, 1),
    ("On 24 September 2020, air strikes hit rebel positions at Jisr. 0 fatalities.", 0, None),
    (
        "On 16 March 2019, unidentified gunmen attacked two villages of Ogossagou. The number of "
        "fatalities is unknown.",
        None,
        None,
    ),
    (
        "On 7 April 2022, soldiers fired at a vehicle at a checkpoint in Bamenda, killing its "
        "driver and injuring two passengers.",
        1,
        2,
    ),
    ("On 18 January 2021, mortar fire wounded five civilians in Toretsk. Nobody was killed.", 0, 5),
    (
        "On 27 May 2019, about 30 rebels attacked a police post in Vanga. Two police officers and "
        "four rebels lost their lives.",
        6,
        None,
    ),
    (
        "On 10 December 2020, militants attacked a bus near Mandera. They separated the passengers "
        "and executed 28 of them.",
        28,
        None,
    ),
    ("On 29 August 2021, a US drone strike in Kabul killed 10 civilians, 7 of them children.", 10, None),
    (
        "On 23 March 2020, a clash between two armed groups in Pinga resulted in the death of 3 "
        "fighters and the injury of 6.",
        3,
        6,
    ),
    ("On 31 July 2022, gunmen killed a couple in their home near Jos.", 2, None),
    ("Around 5 May 2021, rebels attacked Drodro and killed two persons (one man and one woman).", 2, None),
    ("On 20 October 2021, an explosion on a military bus in Damascus caused 14 fatalities and 3 injuries.", 14, 3),
]
"""The note, people killed, people injured; ``None`` where it does not say."""


def written(note: str) -> datetime:
    """Noon of the day that the note names."""
    found = re.search(r"(\d+) (\w+) (\d{4})", note)
    assert found is not None
    return datetime(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]), 12, tzinfo=UTC)


def total(counts: Iterable[Count | None]) -> int | None:
    told = [count.low for count in counts if count is not None]
    return sum(told) if told else None


@pytest.mark.parametrize(("note", "killed", "injured"), NOTES, ids=range(len(NOTES)))
def test_a_note_s_dead_and_wounded_are_counted_exactly(note: str, killed: int | None, injured: int | None) -> None:
    coding = detect(Document("note", note, published=written(note)), knowledge.load())
    happened = [report for report in coding.reports if report.realis in TOLD]

    assert total(report.killed for report in happened) == killed
    assert injured is None or total(report.injured for report in happened) == injured
