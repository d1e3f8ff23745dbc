"""A text keeps its sentence and what fills it until somebody reads it; programs get English."""

import datetime as dt

import msgspec
import pytest

from scanner.model.text import NOTHING, Text, describe_text, join, quote, read_text, say, say_number, write_text


class Holder(msgspec.Struct):
    because: Text = msgspec.field(default_factory=Text)


def test_in_json_a_text_is_its_english_sentence() -> None:
    holder = Holder(because=say("Stopped by {policies} and {more} more.", policies=("A", "B"), more=1200))
    written = msgspec.json.encode(holder, enc_hook=write_text)
    assert written == b'{"because":"Stopped by A, B and 1200 more."}'
    assert str(msgspec.json.decode(written, type=Holder, dec_hook=read_text).because) == str(holder.because)


def test_the_schema_calls_it_a_string() -> None:
    made = msgspec.json.schema(Holder, schema_hook=describe_text)
    assert made["$defs"]["Holder"]["properties"]["because"]["type"] == "string"


@pytest.mark.parametrize("hook", [write_text, describe_text, lambda kind: read_text(kind, "x")])
def test_nothing_else_is_taken_for_a_text(hook: object) -> None:
    with pytest.raises(NotImplementedError):
        hook(dict)  # type: ignore[operator]


def test_texts_are_the_same_when_they_are_in_every_language() -> None:
    one = say("on {date}", date=dt.date(2026, 12, 31))
    assert one == say("on {date}", date=dt.date(2026, 12, 31))
    assert len({one, say("on {date}", date=dt.date(2026, 12, 31))}) == 1
    assert one != quote("on 2026-12-31"), "the same in English only"
    assert one != "on 2026-12-31"


def test_nothing_to_say_is_false_and_empty() -> None:
    assert not NOTHING
    assert quote("") == NOTHING
    assert str(join("; ", [NOTHING, NOTHING])) == ""


def test_sentences_side_by_side_leave_out_those_that_say_nothing() -> None:
    assert str(join("; ", [say("one"), NOTHING, say("two")])) == "one; two"
    assert join("; ", [NOTHING, say("one")]) == say("one")


@pytest.mark.parametrize(("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_english_counts(number: int, said: str) -> None:
    assert str(say_number("{number} row", "{number} rows", number)) == said


def test_braces_of_a_name_are_no_places() -> None:
    assert str(say("Stopped by {policies}.", policies=("{more}",))) == "Stopped by {more}."
    assert "Stopped by" in say("Stopped by {policies}.", policies=("{more}",))
