"""What a column holds of a text: enough to say it in any language, years later."""

import datetime as dt

import pytest

from scanner.model.text import NOTHING, Text, quote, say, say_number
from scanner.model.texts import keep_text, read_text

PLAIN = say("it was not collected")
NESTED = say("{first}: {reason}", first=PLAIN, reason=quote("403 Forbidden"))
TEXTS = (
    NOTHING,
    PLAIN,
    NESTED,
    quote('Exchange said {this} and "that"'),
    quote('{"say":"a provider may write anything"}'),
    say("on {date}", date=dt.date(2026, 12, 31)),
    say("{names} and {reasons}", names=("a", "b"), reasons=(PLAIN, NESTED)),
    say_number("{number} row", "{number} rows", 5),
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_as_it_was(text: Text) -> None:
    assert read_text(keep_text(text)) == text


@pytest.mark.parametrize("column", ["forbidden", "", '{"say":', '{"say":1}', "{}"])
def test_what_is_no_kept_text_is_read_as_plain_words(column: str) -> None:
    """Stores of earlier versions hold English."""
    assert str(read_text(column)) == column


def test_words_that_no_language_changes_are_kept_as_they_are() -> None:
    """So the digest of a snapshot from before stays what it was."""
    assert keep_text(quote("it was not collected")) == "it was not collected"
