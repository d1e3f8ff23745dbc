"""How ``--set`` is read, and what is said of one that is wrong."""

import pytest

from scanner.errors import ConfigurationError
from scanner.whatif.keys import KEYS, Asked, Key, read_change, read_changes


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.pattern)
def test_every_example_of_the_docs_is_read(key: Key) -> None:
    """The example of a key is understood as that key."""
    assert read_change(key.example).key == key


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('policy:"Block legacy authentication".state=enabled', "Block legacy authentication", "enabled"),
        ("policy:Block legacy authentication.state=enabled", "Block legacy authentication", "enabled"),
        ("policy:'v1.2 = old'.state=on", "v1.2 = old", "enabled"),
        ('POLICY:"A".State=enabledForReportingButNotEnforced', "A", "report-only"),
        ("mailbox:o'neill@contoso.example.smtp_auth = Inherit", "o'neill@contoso.example", "inherit"),
        ("mailbox:a.smtp_auth@contoso.example.smtp_auth=off", "a.smtp_auth@contoso.example", "disabled"),
        ('policy:Nord=Süd.exclude_group="Ausnahmen = alle"', "Nord=Süd", "Ausnahmen = alle"),
        ("tenant.smtp_auth_disabled=$true", "", "true"),
        (" Security_Defaults = ON ", "", "true"),
    ],
)  # fmt: skip
def test_names_and_values_are_read_as_people_write_them(text: str, name: str, value: str) -> None:
    """Quoted or not, with dots and equals signs in names, in any case."""
    asked = read_change(text)
    assert (asked.name, asked.value) == (name, value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tenant.smtp_aut_disabled=true", "tenant.smtp_auth_disabled"),
        ("policy:X.stat=enabled", "policy:NAME.state"),
        ("mailbox:a@b.example.smtpauth=inherit", "mailbox:ADDRESS.smtp_auth"),
        ("security_defaults=perhaps", "true, false"),
        ("mailbox:a@b.example.smtp_auth=maybe", "inherit, enabled, disabled"),
        ("security_defaults", "KEY=VALUE"),
        ('policy:"".state=enabled', "policy:NAME.state"),
        ("policy:X.exclude_group=", "the name or id of a group"),
        ("nonsense=1", "Known keys"),
        ("", "KEY=VALUE"),
    ],
)
def test_what_is_wrong_is_told_with_what_was_expected(text: str, says: str) -> None:
    """The error quotes the option and names the nearest key, or the values."""
    with pytest.raises(ConfigurationError) as caught:
        read_change(text)
    assert says in f"{caught.value.message} {caught.value.advice}"
    assert caught.value.message.startswith("--set: ")


def test_one_setting_has_one_value() -> None:
    """Twice the same is fine, two values are not; what may be given several times may."""
    assert len(read_changes(("security_defaults=on", "security_defaults=true"))) == 2
    groups = ("policy:X.exclude_group=a", "policy:X.exclude_group=b")
    assert [one.value for one in read_changes(groups)] == ["a", "b"]
    with pytest.raises(ConfigurationError, match="contradicts"):
        read_changes(("policy:X.state=on", 'policy:"x".state=off'))


def test_what_was_asked_is_kept_as_it_was_written() -> None:
    """Errors can quote it."""
    asked: Asked = read_change("mailbox:a@b.example.smtp_auth=inherit")
    assert asked.text == "mailbox:a@b.example.smtp_auth=inherit"
