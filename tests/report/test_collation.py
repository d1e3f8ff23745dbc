"""Names stand in the order that readers of a language expect: the one their browser sorts by."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from scanner.report.language import open_language
from tests.report.browser import start_chromium

NAMES = {
    "uk": ["Яна", "Юрій", "Євген", "Ірина", "Їжакевич", "Йосип", "Ґалаґан", "Гнат", "Дарина", "Ганна", "Іван", "Ева",
           "Зоя", "Ігор", "Кирило", "Щербак", "Шевченко", "іван", "Ілля", "Мʼята", "Anna", "Zoe", "2 поверх"],
    "de": ["Zoë", "Ärzte", "Arzt", "Äpfel", "Apfel", "Österreich", "Oder", "Ulm", "Übung", "Straße", "Strasse",
           "Stratus", "anna", "Anna", "Öl", "10 Drucker", "Lukas"],
    "es": ["Núñez", "Nuria", "Nunes", "Nzambi", "Ñandú", "Oña", "Ona", "Zorro", "Ángel", "Ana", "Luis", "Nora", "ñu",
           "Peña", "Pena", "Pera"],
    "en": ["Zoë", "O'Neill", "Oskar", "Ørsted", "Łukasz", "Lukas", "Æsop", "able", "Able", "Baker 2", "Baker"],
    "ar": ["ياسر", "أحمد", "خالد", "بدر", "مريم", "زينب", "ليلى", "حسن", "طارق", "Anna", "شريف", "سامي"],
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_chromium() as opened:
        yield opened


@pytest.mark.parametrize("language", NAMES)
def test_names_are_sorted_as_the_browser_sorts_them(language: str, browser: Browser) -> None:
    page = browser.new_page()
    script = "([names, code]) => names.sort(new Intl.Collator(code).compare)"
    expected = page.evaluate(script, [NAMES[language], language])
    page.close()
    assert sorted(NAMES[language], key=open_language(language).order) == expected


def test_ukrainian_letters_have_their_own_places() -> None:
    names = ["Їжак", "Ірина", "Йосип", "Ихтіолог", "Ґава", "Дуб", "Галка", "Євген", "Жук", "Ева"]
    expected = ["Галка", "Ґава", "Дуб", "Ева", "Євген", "Жук", "Ихтіолог", "Ірина", "Їжак", "Йосип"]
    assert sorted(names, key=open_language("uk").order) == expected


def test_enye_follows_n_in_spanish_only() -> None:
    names = ["Peña", "Penzo", "Pena"]
    assert sorted(names, key=open_language("es").order) == ["Pena", "Penzo", "Peña"]
    assert sorted(names, key=open_language("en").order) == ["Pena", "Peña", "Penzo"]
