"""How far from a name something happens, and on which road, in all nine languages."""

from __future__ import annotations

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect.places_locate import Located, Role
from workers.pipeline.detect.reading import read
from workers.pipeline.models import Document, Precision


def located(text: str, language: str) -> Located:
    reading = read(Document("d", text, language=language), knowledge.load())
    assert reading.places is not None
    found = reading.places.locate(reading.text.clauses[0].span)
    assert found is not None
    return found


def reach(text: str, language: str) -> tuple[Role, float]:
    spotted = located(text, language).spotted
    return spotted.role, spotted.reach_km


DISTANCES: list[tuple[str, str, float]] = [
    ("en", "Fighting broke out 12 km south of Goma.", 12),
    ("en", "Fighting broke out ten miles south of Goma.", 16),
    ("en", "Soldiers clashed with rebels in a village 30km north-east of Goma.", 30),
    ("en", "Fighting broke out about five kilometres from Goma.", 5),
    ("nl", "Tien kilometer ten noorden van Goma braken gevechten uit.", 10),
    ("de", "Zwölf Kilometer südlich von Goma brachen Kämpfe aus.", 12),
    ("fr", "Des combats ont éclaté à une quinzaine de kilomètres au nord de Goma.", 15),
    ("es", "Se registraron combates a doce kilómetros al sur de Goma.", 12),
    ("ru", "В 12 км к югу от Бахмута шли бои.", 12),
    ("uk", "За 12 км на південь від Бахмута тривали бої.", 12),
    ("uk", "За п'ятнадцять кілометрів від Авдіївки пролунали вибухи.", 15),
    ("ar", "دارت اشتباكات على بعد 15 كيلومترا جنوب مدينة الفاشر.", 15),
    ("ar", "سقطت قذائف على مسافة عشرة كيلومترات شرقي حلب.", 10),
    ("ar", "وقع انفجار على بعد نحو 5 كلم من مدينة تعز.", 5),
    ("tr", "Bahmut'un 10 kilometre güneyinde çatışmalar yaşandı.", 10),
    ("tr", "Halep'in 25 km kuzeybatısındaki bir mevzi vuruldu.", 25),
    ("tr", "Rakka'ya 7 kilometre uzaklıktaki bir üsse saldırı düzenlendi.", 7),
]


@pytest.mark.parametrize(("language", "text", "km"), DISTANCES)
def test_a_distance_widens_the_place_by_as_much(language: str, text: str, km: float) -> None:
    assert reach(text, language) == (Role.NEAR, km)


SIDES: list[tuple[str, str]] = [
    ("uk", "Армія обстріляла колону на схід від Краматорська."),
    ("uk", "Ракета влучила у склад неподалік Херсона."),
    ("ar", "قصف الجيش موقعا شمال غرب إدلب."),
    ("ar", "اندلعت اشتباكات في محيط مدينة مأرب."),
    ("tr", "İdlib kentinin doğusunda çatışmalar çıktı."),
    ("tr", "Goma yakınlarında çatışmalar çıktı."),
]


@pytest.mark.parametrize(("language", "text"), SIDES)
def test_a_side_of_a_town_without_a_number_is_near_it(language: str, text: str) -> None:
    found = located(text, language)

    assert (found.spotted.role, found.place.precision) == (Role.NEAR, Precision.NEAR)


TOWARD: list[tuple[str, str]] = [
    ("uk", "Російські війська наступали в напрямку Покровська."),
    ("uk", "Бої тривали на підступах до Часового Яру."),
    ("ar", "تقدمت قوات الدعم السريع باتجاه الفاشر."),
    ("tr", "Rus birlikleri Pokrovsk yönünde ilerledi."),
    ("tr", "Goma'ya doğru ilerleyen isyancılar orduyla çatıştı."),
]


@pytest.mark.parametrize(("language", "text"), TOWARD)
def test_towards_a_town_is_near_it_in_every_language(language: str, text: str) -> None:
    found = located(text, language)

    assert (found.spotted.role, found.place.precision) == (Role.TOWARD, Precision.NEAR)


ROADS: list[tuple[str, str, str]] = [
    ("en", "Gunmen ambushed a convoy on the road between Djibo and Bourzanga (Soum, Burkina Faso).", "Djibo"),
    ("en", "Gunmen ambushed a bus between Beni and Kasindi.", "Beni"),
    ("uk", "Дрон атакував автомобіль на дорозі між Покровськом та Костянтинівкою.", "Pokrovsk"),
    ("ar", "هاجم مسلحون حافلة على الطريق بين كركوك وأربيل.", "Kirkuk"),
]


@pytest.mark.parametrize(("language", "text", "name"), ROADS)
def test_on_a_road_between_two_towns_is_near_the_first_and_as_wide_as_half_the_road(
    language: str, text: str, name: str
) -> None:
    found = located(text, language)

    assert (found.place.name, found.place.precision) == (name, Precision.NEAR)
    assert 10 <= found.spotted.reach_km <= 60
