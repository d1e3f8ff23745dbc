"""Languages: complete, true to the places of each sentence, and told apart from what is never translated."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from scanner.errors import ConfigurationError
from scanner.model.text import say
from scanner.report.catalogue import TEMPLATE, extract_template, update_translation
from scanner.report.language import CATALOGUE, list_languages, open_language

ROOT = Path(__file__).parents[2]
OURS = ("scanner/report/", "reports/templates/")
RENEW = "run: python -m scanner.report.catalogue"


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
def test_every_sentence_of_the_report_is_translated(language: str) -> None:
    ours = [message for message in read_messages(language) if message.locations[0][0].startswith(OURS)]
    assert len(ours) > 150
    untranslated = [message.id for message in ours if not all(strings(message))]
    assert untranslated == []


@pytest.mark.parametrize("language", list_languages()[1:])
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    for message in read_messages(language):
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for translated in filter(None, strings(message)):
            assert places(translated) == places(str(source)), message.id


def test_an_unknown_language_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match="'xx'") as told:
        open_language("xx")
    assert told.value.advice == "Choose one of: en, uk."


def test_ukrainian_plurals() -> None:
    count = open_language("uk").ngettext
    said = [count("{count} mailbox", "{count} mailboxes", number) for number in (1, 3, 5, 21, 112)]
    assert said == ["1 скринька", "3 скриньки", "5 скриньок", "21 скринька", "112 скриньок"]


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
