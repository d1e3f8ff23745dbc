"""The filter rule language: the documented table of operators on null, values, precedence, and what can't be read."""

from collections.abc import Sequence

import pytest

from scanner.access.rules import RuleError, matches, no_attributes, parse_rule

TIER = {"tier": ("Gold", "silver"), "name": ("Printer-7",)}


def of_tier(name: str) -> Sequence[str]:
    return TIER.get(name, ())


@pytest.mark.parametrize("operator", ["-eq", "-startsWith", "-endsWith", "-contains", "-in"])
def test_null_never_meets_a_positive_operator(operator: str) -> None:
    """The table of DEV: an unregistered device has no properties, and positive operators don't apply to it."""
    assert not matches(parse_rule(f'device.model {operator} "x"'), no_attributes)


@pytest.mark.parametrize("operator", ["-ne", "-notStartsWith", "-notEndsWith", "-notContains", "-notIn"])
def test_null_always_meets_a_negative_operator(operator: str) -> None:
    """The table of DEV: negative operators apply to every unregistered device."""
    assert matches(parse_rule(f'device.model {operator} "x"'), no_attributes)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ('tier -eq "gold"', True),
        ("tier -eq 'GOLD'", True),
        ("tier -eq gold", True),
        ('tier -ne "gold"', False),
        ('tier -eq "go"', False),
        ('tier -in ["bronze", "silver"]', True),
        ('tier -notIn ["bronze", "silver"]', False),
        ('name -startsWith "print"', True),
        ('name -endsWith "-7"', True),
        ('name -endsWith "print"', False),
        ('name -contains "nter"', True),
        ('name -notContains "nter"', False),
        ('name -startsWith "nter"', False),
        ('TIER -EQ "Gold" -AND name -NE "x"', True),
    ],
)
def test_values_compare_without_regard_to_case(rule: str, holds: bool) -> None:  # noqa: FBT001 -- the expectation
    """An attribute with several values meets an operator when one of them does."""
    assert matches(parse_rule(rule), of_tier) is holds


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ('a -ne "x" -or a -eq "x" -and a -eq "y"', True),
        ('(a -ne "x" -or a -eq "x") -and a -eq "y"', False),
        ('-not (a -eq "x")', True),
        ('not a -ne "x"', False),
        ('not not a -ne "x"', True),
        ('a -ne "x" and a -ne "y" and a -eq "z"', False),
        ('a -eq "x" or a -eq "y"', False),
    ],
)
def test_and_binds_closer_than_or(rule: str, holds: bool) -> None:  # noqa: FBT001 -- the expectation
    """As in every language of the kind; brackets and "not" change it."""
    assert matches(parse_rule(rule), no_attributes) is holds


def test_quotes_may_stand_in_a_value() -> None:
    """A quote inside a value is escaped with a backslash."""
    assert matches(parse_rule(r'name -eq "say \"hi\""'), lambda _: ('say "hi"',))


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "device.model",
        "device.model -eq",
        'device.model -like "x"',
        'device.model -eq "x" -and',
        'device.model -eq "x" device.model',
        '(device.model -eq "x"',
        '(device.model -eq "x" ]',
        'device.model -in ["x"',
        "device.model -eq null",
        "device.model -ne $null",
        "device.model -eq -and",
        'device.model -eq "x',
        ') -eq "x"',
        '"device.model" -eq "x"',
        '-eq -eq "x"',
        "(" * 60 + 'a -eq "x"' + ")" * 60,
        "not " * 60 + 'a -eq "x"',
    ],
)
def test_a_rule_that_is_not_understood_is_no_guess(rule: str) -> None:
    """Whatever can't be read, or compares with null, is an error and becomes a gap."""
    with pytest.raises(RuleError):
        parse_rule(rule)
