"""The catalogue is complete and consistent."""

import pytest

from scanner.model.judgement import Remedy
from scanner.model.reply import ReplyCode
from scanner.replies.catalogue import CATALOGUE, CAUSES, cause, entry, reply
from scanner.replies.clients import shown_by_clients
from scanner.replies.entry import CatalogueEntry, Cause
from scanner.replies.likelihood import RULES
from scanner.replies.sign_in import SIGN_IN

GATES = {
    "authentication_policy",
    "smtp_auth_switch",
    "account",
    "security_defaults",
    "conditional_access",
    "per_user_mfa",
    "retirement",
    "send_as",
}
STAGES = {"CONNECT", "AUTH", "MAIL FROM", "DATA", "NDR"}

# Codes of facts/smtp-auth.md §2.2 to §2.5.
DOCUMENTED = {
    ("530", "5.7.57"),
    ("535", "5.7.139"),
    ("535", "5.7.3"),
    ("550", "5.7.30"),
    ("550", "5.7.60"),
    ("554", "5.2.252"),
    ("554", "5.2.0"),
    ("430", "4.2.0"),
    ("432", "4.3.2"),
    ("421", "4.4.2"),
    ("421", "4.7.66"),
    ("451", "4.7.0"),
    ("504", "5.7.4"),
    ("554", "5.2.2"),
    ("550", "5.1.8"),
    ("550", "5.1.90"),
    ("550", "5.7.705"),
    ("550", "5.7.708"),
    ("550", "5.7.64"),
    ("550", "5.7.68"),
    ("550", "5.5.105"),
    ("535", "5.7.8"),
}
DOCUMENTED_SIGN_IN = {
    *("50034", "50053", "50055", "50056", "50057", "50076", "50079", "50126", "50158", "53000", "53001", "53002"),
    *("53003", "53004", "530032", "530035", "65001", "700016", "7000112", "7000215", "7000222", "80001", "80014"),
    "90002",
}


def test_every_documented_code_has_an_entry() -> None:
    assert {(one.code, one.enhanced) for one in CATALOGUE} >= DOCUMENTED
    assert {one.code for one in SIGN_IN} >= DOCUMENTED_SIGN_IN


def test_all_twelve_sentences_of_5_7_139_are_told_apart() -> None:
    sentences = [one.sentence for one in CATALOGUE if one.enhanced == "5.7.139"]
    assert len(sentences) == len(set(sentences)) == 12


def test_keys_are_unique() -> None:
    keys = [one.key for one in (*CATALOGUE, *SIGN_IN)]
    causes = [one.key for one in CAUSES]
    assert len(keys) == len(set(keys))
    assert len(causes) == len(set(causes))


@pytest.mark.parametrize("one", [*CATALOGUE, *SIGN_IN], ids=lambda one: one.key)
def test_an_entry_is_found_by_its_key_and_is_filled_in(one: CatalogueEntry) -> None:
    assert entry(one.key) is one
    assert one.meaning.message
    assert one.sources
    assert one.causes
    assert set(one.causes) <= set(CAUSES)
    assert len(one.causes) == len(set(one.causes))


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.key)
def test_a_reply_says_what_a_client_sees_next(one: CatalogueEntry) -> None:
    sent = reply(one.key)
    assert (sent.code, sent.enhanced, sent.text, sent.stage) == (one.code, one.enhanced, one.sentence, one.stage)
    assert one.stage in STAGES
    assert sent.then == (ReplyCode(code="530", enhanced="5.7.57") if one.stage == "AUTH" else None)


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.key)
def test_clients_show_the_enhanced_code(one: CatalogueEntry) -> None:
    shown = shown_by_clients(one)
    assert shown
    assert all(one.enhanced in view.text for view in shown)


def test_no_client_shows_a_code_of_the_sign_in_log() -> None:
    assert not shown_by_clients(entry("aadsts_53003"))


@pytest.mark.parametrize("one", CAUSES, ids=lambda one: one.key)
def test_a_cause_is_found_by_its_key_and_says_where_to_look_and_what_to_do(one: Cause) -> None:
    assert cause(one.key) is one
    assert one.gate in GATES | {""}
    assert one.text.message
    assert one.look_at.message
    assert one.remedies


@pytest.mark.parametrize("remedy", dict.fromkeys(remedy for one in CAUSES for remedy in one.remedies), ids=str)
def test_a_command_that_changes_something_has_its_way_back(remedy: Remedy) -> None:
    assert remedy.text.message
    assert not remedy.command or remedy.undo


def test_every_gate_has_a_cause() -> None:
    assert {one.gate for one in CAUSES} == GATES | {""}


def test_every_cause_is_named_by_an_entry_or_a_rule() -> None:
    by_entry = {one for item in (*CATALOGUE, *SIGN_IN) for one in item.causes}
    by_rule = {one for rule in RULES for one in rule.first}
    assert set(CAUSES) == by_entry | by_rule


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        entry("no_such_reply")
