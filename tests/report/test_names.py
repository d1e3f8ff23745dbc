"""Hostile names: one line, no hidden marks, bounded, never empty words for nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.report.names import NAME_LIMIT, isolate_name, show_name


@given(st.text())
def test_a_shown_name_is_one_short_line_without_control(text: str) -> None:
    shown = show_name(text)
    assert len(shown) <= NAME_LIMIT
    assert not [letter for letter in shown if unicodedata.category(letter) in {"Cc", "Zl", "Zp"}]
    assert not [letter for letter in shown if unicodedata.bidirectional(letter) in {"RLO", "LRO", "RLE", "LRE", "RLI"}]


@pytest.mark.parametrize("name", ["Олена Шевченко", "小龍", "דניאל לוי", "👩🏽‍🚒 fire", "O’Neill", "Zoë"])
def test_an_honest_name_is_shown_as_it_is(name: str) -> None:
    assert show_name(name) == name


def test_a_name_inside_a_sentence_keeps_its_direction_to_itself() -> None:
    assert isolate_name("\u202eevil\u202c") == "\u2068evil\u2069"


@given(st.text())
def test_showing_twice_changes_nothing(text: str) -> None:
    assert show_name(show_name(text)) == show_name(text)
