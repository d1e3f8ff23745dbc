"""Hostile text in every text field of a report does nothing."""

from tests.report.hostile import HOSTILE, SIGN, make_hostile


def test_the_corpus_has_four_hundred_different_strings() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) == 400
    assert sum(SIGN in text for text in HOSTILE) > 150


def test_every_string_stands_in_every_text_of_a_mailbox_and_a_policy() -> None:
    report = make_hostile()
    for text, mailbox, policy in zip(HOSTILE, report.mailboxes, report.tenant_posture.conditional_access, strict=True):
        assert text in mailbox.id
        assert mailbox.display_name == mailbox.address == policy.name == text
        assert {str(gate.because) for gate in mailbox.verdicts.basic.gates} == {text}
        assert str(policy.words[0]) == policy.exclusions[0].name == policy.exclusions[0].paths[0] == text
