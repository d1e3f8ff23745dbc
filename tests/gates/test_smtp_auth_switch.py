"""The SMTP AUTH switch: the truth table of facts/smtp-auth.md §1.2, and five kinds of not being told."""

import pytest

from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.smtp_auth_switch import GATE, judge
from scanner.model.directory import MailboxKind
from scanner.model.judgement import GateState, Judgement, Method
from scanner.model.observed import Gap, Observed
from scanner.model.settings import TransportConfig
from scanner.replies.catalogue import reply

TENANT = reply("smtp_auth_disabled_tenant")
MAILBOX = reply("smtp_auth_disabled_mailbox")


def judged(*, own: Observed[bool], tenant: Observed[bool], method: Method = Method.BASIC) -> Judgement:
    setting = a_setting(transport_config=TransportConfig(smtp_auth_disabled=tenant))
    return judge(a_circumstance(smtp_auth_disabled=own), setting, method)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize(
    ("own", "tenant", "state", "answer"),
    [
        (None, False, GateState.OPEN, None),
        (None, True, GateState.CLOSED, TENANT),
        (False, True, GateState.OPEN, None),
        (False, False, GateState.OPEN, None),
        (True, False, GateState.CLOSED, MAILBOX),
        (True, True, GateState.CLOSED, MAILBOX),
    ],
)
def test_the_documented_truth_table(
    own: Observed[bool], tenant: Observed[bool], state: GateState, answer: object, method: Method
) -> None:
    """The mailbox wins over the tenant in both directions, for OAuth as for Basic."""
    judgement = judged(own=own, tenant=tenant, method=method)
    assert judgement.state is state
    assert judgement.reply == answer


@pytest.mark.parametrize("own", [Gap.ABSENT, Gap.EMPTY, Gap.UNREADABLE])
@pytest.mark.parametrize("tenant", [True, False])
def test_what_is_no_value_is_not_inherit(own: Gap, tenant: bool) -> None:  # noqa: FBT001 -- the setting
    """An absent key, "" and an unreadable value of a mailbox are unknown, each shown as what it is; null inherits."""
    judgement = judged(own=own, tenant=tenant)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("cas-mailboxes",)
    assert [finding.value for finding in judgement.findings] == [f"({own.value})"]


def test_a_mailbox_without_cas_row_is_unknown() -> None:
    """A missing row is told apart from a row without the key: there is nothing to show."""
    judgement = judge(a_circumstance(cas_read=False, smtp_auth_disabled=Gap.ABSENT), a_setting(), Method.BASIC)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("cas-mailboxes",)
    assert judgement.findings == ()


@pytest.mark.parametrize("tenant", [None, Gap.ABSENT, Gap.EMPTY, Gap.UNREADABLE])
def test_a_tenant_value_that_is_no_boolean_is_unknown(tenant: Observed[bool]) -> None:
    """The tenant's switch has no third state: null is as unknown as an absent key."""
    judgement = judged(own=None, tenant=tenant)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("transport-config",)
    assert judgement.reply == TENANT


@pytest.mark.parametrize("own", [True, False])
def test_a_mailbox_with_a_value_of_its_own_does_not_need_the_tenant(own: bool) -> None:  # noqa: FBT001 -- the setting
    """Missing evidence that can't change the answer does no harm."""
    judgement = judge(a_circumstance(smtp_auth_disabled=own), a_setting(transport_config=None), Method.BASIC)
    assert judgement.state is (GateState.CLOSED if own else GateState.OPEN)


def test_the_sentence_of_the_mailbox_is_possible_where_the_tenant_is_off() -> None:
    """Some see the mailbox's sentence for an inherited block (WEAK), so it is named as the other one."""
    assert judged(own=None, tenant=True).other_replies == (MAILBOX,)
    assert judged(own=True, tenant=True).other_replies == ()


def test_high_volume_email_is_not_governed() -> None:
    """HVE accounts have an endpoint of their own."""
    off = a_setting(transport_config=TransportConfig(smtp_auth_disabled=True))
    circumstance = a_circumstance(kind=MailboxKind.HVE, cas_read=False)
    assert judge(circumstance, off, Method.BASIC).state is GateState.OPEN


def test_what_opens_it_depends_on_whose_switch_is_off() -> None:
    """An inherited block and one of the mailbox itself have different remedies."""
    assert GATE.causes(judged(own=None, tenant=True)) == ("switch_tenant",)
    assert GATE.causes(judged(own=True, tenant=False)) == ("switch_mailbox",)
