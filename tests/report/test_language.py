"""Languages: complete, true to the places of each sentence, and told apart from what is never translated."""

import datetime as dt
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from scanner.errors import ConfigurationError
from scanner.model.text import quote, say, say_number
from scanner.report.catalogue import TEMPLATE, extract_template, update_translation
from scanner.report.language import CATALOGUE, list_languages, open_language
from tests.report.outline import KEPT, outline_language

ROOT = Path(__file__).parents[2]
RENEW = "run: python -m scanner.report.catalogue"
NUMBERS = {"count", "number"}


def read_messages(language: str) -> list[Message]:
    with (ROOT / "reports/locale" / language / "LC_MESSAGES" / CATALOGUE).open("rb") as source:
        return [message for message in read_po(source, locale=language) if message.id]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def strings(message: Message) -> list[str]:
    """Gives the translation of a message, in all its plural forms."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return [str(form or "") for form in forms]


def test_the_template_holds_every_marked_sentence() -> None:
    assert (ROOT / TEMPLATE).read_bytes() == extract_template(ROOT), RENEW


@pytest.mark.parametrize("language", list_languages()[1:])
def test_a_translation_follows_the_template(language: str) -> None:
    path = ROOT / "reports/locale" / language / "LC_MESSAGES" / CATALOGUE
    assert path.read_bytes() == update_translation((ROOT / TEMPLATE).read_bytes(), path, language), RENEW


@pytest.mark.parametrize("language", list_languages()[1:])
def test_every_sentence_is_translated(language: str) -> None:
    """From the gates' texts to the last label; a guess that nobody confirmed (fuzzy) is no translation."""
    messages = read_messages(language)
    assert len(messages) > 900
    assert [message.id for message in messages if message.fuzzy or not all(strings(message))] == []


@pytest.mark.parametrize("language", list_languages()[1:])
def test_every_plural_form_of_a_language_is_there(language: str) -> None:
    forms = {"uk": 3, "de": 2, "es": 2, "ar": 6}[language]
    counting = [message for message in read_messages(language) if not isinstance(message.id, str)]
    assert len(counting) > 20
    assert [message.id for message in counting if len(strings(message)) != forms] == []


@pytest.mark.parametrize("language", list_languages()[1:])
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    """A form for exactly one or two of a thing may say so in words instead of the number."""
    for message in read_messages(language):
        source = places(message.id if isinstance(message.id, str) else message.id[-1])
        spared = NUMBERS if not isinstance(message.id, str) else set()
        for translated in filter(None, strings(message)):
            assert source - spared <= places(translated) <= source, message.id


@pytest.mark.parametrize("language", list_languages()[1:])
def test_every_translation_can_be_filled(language: str) -> None:
    """A broken brace would fail only when the report is written."""
    for message in read_messages(language):
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for translated in filter(None, strings(message)):
            assert translated.format_map(dict.fromkeys(places(source), "x"))


def test_a_broken_place_is_found() -> None:
    """What `places` makes of a translation with a misspelt, a missing and an unclosed place."""
    assert places("{Count} mailboxes") != places("{count} mailboxes")
    assert places("mailboxes") != places("{count} mailboxes")
    with pytest.raises(ValueError, match="expected '}'"):
        places("{count mailboxes")


def test_an_unknown_language_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match="'xx'") as told:
        open_language("xx")
    assert told.value.advice == "Choose one of: en, ar, de, es, uk."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {0: "0 mailboxes", 1: "1 mailbox", 2: "2 mailboxes", 1000: "1,000 mailboxes"}),
        ("de", {0: "0 Postfächer", 1: "1 Postfach", 2: "2 Postfächer", 1000: "1.000 Postfächer"}),
        ("es", {0: "0 buzones", 1: "1 buzón", 2: "2 buzones", 12_345: "12.345 buzones"}),
        (
            "uk",
            {1: "1 скринька", 3: "3 скриньки", 5: "5 скриньок", 11: "11 скриньок", 21: "21 скринька",
             112: "112 скриньок", 1000: "1\u00a0000 скриньок"},
        ),
        (
            "ar",
            {0: "0 علبة بريد", 1: "علبة بريد واحدة", 2: "علبتا بريد", 3: "3 علب بريد", 10: "10 علب بريد",
             11: "11 علبة بريد", 100: "100 علبة بريد", 103: "103 علب بريد"},
        ),
    ],
)  # fmt: skip
def test_plurals(language: str, said: dict[int, str]) -> None:
    """Two forms in German and Spanish, three in Ukrainian, six in Arabic."""
    count = open_language(language).ngettext
    assert {number: count("{count} mailbox", "{count} mailboxes", number) for number in said} == said


@pytest.mark.parametrize("number", [0, 1, 2, 3, 11, 100])
def test_each_of_the_six_arabic_forms_is_its_own(number: int) -> None:
    """The header of the catalogue counts as Arabic does: 11 to 99 apart from the hundreds."""
    forms = ("zero", "one", "two", "few", "many", "other")
    catalogue = open_language("ar")._translations
    assert catalogue.plural(number) == forms.index(dict(zip((0, 1, 2, 3, 11, 100), forms, strict=True))[number])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("language", "share", "date", "moment"),
    [
        ("en", "12.5%", "December 31, 2026", "Dec 31, 2026, 09:05 UTC"),
        ("uk", "12,5%", "31 грудня 2026\u202fр.", "31 груд. 2026\u202fр., 09:05 UTC"),
        ("de", "12,5\u00a0%", "31. Dezember 2026", "31. Dez. 2026, 09:05 UTC"),
        ("es", "12,5\u00a0%", "31 de diciembre de 2026", "31 dic 2026, 09:05 UTC"),
        ("ar", "12.5%", "31 ديسمبر 2026", "31 ديسمبر 2026، \u206809:05 UTC\u2069"),
    ],
)
def test_numbers_and_dates(language: str, share: str, date: str, moment: str) -> None:
    """A decimal comma in Ukrainian, German and Spanish; dates in the order and the words of the language."""
    spoken = open_language(language)
    assert spoken.share(0.125) == share
    assert spoken.date("2026-12-31") == date
    assert spoken.moment("2026-12-31T11:05:00+02:00") == moment


def test_sentences_within_sentences_names_numbers_and_lists_are_put_into_the_language() -> None:
    reason = say("no file {file} in the folder", file="groups.json")
    german = open_language("de")
    said = german.render(say("Not known: {reason}.", reason=reason))
    assert said == "Nicht bekannt: keine Datei groups.json im Ordner."
    many = german.render(say("Not known: {reason}; and {more} more.", reason=reason, more=1200))
    assert many.endswith("1.200 weitere.")
    missing = say("Missing: {sections}.", sections=(say("the device"), "users"))
    assert german.render(missing) == "Es fehlt: das Gerät, users."
    assert str(missing) == "Missing: the device, users."
    removed = say("Basic is removed for good since {date}.", date=dt.date(2026, 12, 31))
    assert "31. Dezember 2026" in german.render(removed)
    assert "2026-12-31" in removed
    row = say_number("{number} mailbox of {list} is not in this listing",
                     "{number} mailboxes of {list} are not in this listing", 2, list="Get-Mailbox")  # fmt: skip
    assert german.render(row) == "2 Postfächer von Get-Mailbox fehlen in dieser Auflistung"
    assert str(row) == "2 mailboxes of Get-Mailbox are not in this listing"


def test_names_in_a_right_to_left_sentence_keep_their_own_direction() -> None:
    """And so do right-to-left names in any other: what stands between is marked, nothing else is."""
    text = say("Stopped by {policies}.", policies=("Block legacy",))
    assert open_language("ar").render(text) == "أوقفه \u2068Block legacy\u2069."
    assert open_language("en").render(text) == "Stopped by Block legacy."
    hebrew = say("Stopped by {policies}.", policies=("חסימה",))
    assert open_language("en").render(hebrew) == "Stopped by \u2068חסימה\u2069."


def test_words_that_no_language_changes_hold_no_marks() -> None:
    """A command or a provider's message is copied from the page."""
    command = quote("Set-CASMailbox -Identity 'a@x.example' -SmtpClientAuthenticationDisabled $false")
    assert open_language("ar").render(command) == str(command)
    assert open_language("ar").cell(command) == str(command)


def test_values_are_never_read_as_places() -> None:
    language = open_language("en")
    assert language.gettext("Missing: {sections}.", sections="{missing}") == "Missing: {missing}."
    assert language.render(say("{gate}", gate="{0} %s")) == "{0} %s"


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (1e-9, "0.1%"), (0.5, "50.0%"), (0.99999, "99.9%"), (1, "100%")]
)
def test_shares_reach_none_and_all_only_when_they_do(share: float, said: str) -> None:
    assert open_language("en").share(share) == said


def test_what_is_no_date_is_shown_as_it_is() -> None:
    assert open_language("en").date("soon") == "soon"


@pytest.mark.parametrize("language", list_languages())
def test_a_report_reads_as_its_kept_copy(language: str, tmp_path: Path) -> None:
    """Word for word, so that a change of wording in one language is seen by whoever makes it."""
    copy = KEPT / f"report.{language}.txt"
    assert outline_language(language, tmp_path) == copy.read_text(encoding="utf-8"), (
        "run: python -m tests.report.outline"
    )
