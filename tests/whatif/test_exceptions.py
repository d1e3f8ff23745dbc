"""Who changes, who is hurt, and the smallest set of exceptions, on the small tenant."""

import datetime as dt
import random
from itertools import chain, combinations
from typing import Any

import pytest
from msgspec import structs

from scanner.evidence.assemble import Page, assemble
from scanner.evidence.registry import SECTIONS
from scanner.model.judgement import Method, Outcome
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.posture import Posture, pose
from scanner.whatif.changes import Changed, make_changes
from scanner.whatif.compare import Moved, Use, Used, compare, methods_to_keep, worsens
from scanner.whatif.exceptions import NEW_POLICY, Exceptions, Granted, Kind, find_exceptions, grant
from scanner.whatif.keys import read_changes
from tests.support import folder

AS_OF = dt.date(2026, 11, 23)
BLOCK = 'policy:"Not in force".state=enabled'
ID = {person.name: person.id for person in folder.PEOPLE}


def snapshot_without(*missing: str, **files: Any) -> Snapshot:
    """Give the small tenant's snapshot, without some sections, and with others replaced."""
    content = {**folder.files(), **{name.replace("_", "-"): what for name, what in files.items()}}
    reports = {
        section.name: SectionReport(
            section=section.name,
            state=SectionState.MISSING if section.name in missing else SectionState.COMPLETE,
        )
        for section in SECTIONS
    }

    def pages(name: str) -> list[Page]:
        found = [] if name in missing else content.get(name, [])
        return [Page(rows=found if isinstance(found, list) else [found])]

    return assemble(Tenant(), reports, pages)


class Asking:
    """A snapshot with a change, both judged."""

    def __init__(self, *options: str, use: Use | None = None, snapshot: Snapshot | None = None) -> None:
        self.snapshot = snapshot or snapshot_without()
        self.changed: Changed = make_changes(self.snapshot, read_changes(options))
        self.before: Posture = pose(self.snapshot, as_of=AS_OF)
        self.after: Posture = pose(self.changed.snapshot, as_of=AS_OF)
        self.use: Use = use or {}
        self.moved: tuple[Moved, ...] = compare(self.before, self.after, self.use)
        self.exceptions: Exceptions = find_exceptions(self.before, self.after, self.moved, self.use)

    @property
    def basic(self) -> dict[str, tuple[str, str]]:
        """Outcomes of Basic, before and after, of the mailboxes whose Basic changes."""
        return {
            name_of(one): (one.before.verdicts.basic.outcome.value, one.after.verdicts.basic.outcome.value)
            for one in self.moved
            if Method.BASIC in one.methods
        }

    @property
    def granted(self) -> dict[Kind, list[str]]:
        """Names of those excepted, by kind."""
        found: dict[Kind, list[str]] = {}
        for one in self.exceptions.granted:
            found.setdefault(one.exemption.kind, []).extend(mailbox.row.name.lower() for mailbox in one.mailboxes)
        return found


def name_of(moved: Moved) -> str:
    return moved.before.row.name.lower()


def in_use(*names: str, oauth: int = 0) -> Use:
    """Give a use in which these send with Basic and nobody else does anything."""
    return {key: Used(basic=5 if name in names else 0, oauth=oauth) for name, key in ID.items()}


def test_only_mailboxes_that_follow_the_organization_change_with_its_switch() -> None:
    """The tenant's switch opens bob, ida and jim for the next gate, and says nothing of those with their own value."""
    asked = Asking("tenant.smtp_auth_disabled=false")
    assert asked.basic["bob"] == ("refused", "accepted")
    assert asked.basic["ida"] == ("refused", "refused")  # the account is blocked: only the reply changes
    assert set(asked.basic) == {"bob", "ida", "jim"}


def test_a_mailbox_says_who_uses_it() -> None:
    """In use, not in use, and not known are three things."""
    asked = Asking(BLOCK, use={**in_use("anna"), ID["olga"]: Used()})
    told = {name_of(one): one.in_use for one in asked.moved}
    assert (told["anna"], told["gus"], told["olga"]) == (True, False, None)


def test_only_senders_get_an_exception_where_use_is_known() -> None:
    """A policy that stops everybody: the two who send are excluded from it, and nobody else."""
    asked = Asking(BLOCK, use=in_use("anna", "gus"))
    assert asked.granted == {Kind.EXCLUDE_USER: ["anna", "gus"]}
    assert asked.exceptions.use_known
    assert asked.exceptions.verified
    assert not asked.exceptions.lost


def test_without_use_every_mailbox_that_works_gets_one() -> None:
    """Nobody knows who sends, so all whom Basic works for are kept, and the answer says so."""
    asked = Asking(BLOCK)
    assert asked.granted == {Kind.EXCLUDE_USER: ["anna", "gus", "hve", "olga"]}
    assert not asked.exceptions.use_known


def test_each_setting_has_its_own_exception() -> None:
    """A switch, a default policy that is about to block, and MFA."""
    switched = Asking("mailbox:anna@fabrikam.example.smtp_auth=inherit")
    assert switched.granted == {Kind.SMTP_AUTH: ["anna"]}
    policed = Asking("tenant.default_authentication_policy=Block Basic", use=in_use("olga"))
    assert policed.granted == {Kind.AUTHENTICATION_POLICY: ["olga"]}
    assert policed.exceptions.granted[0].exemption.name == "Allow SMTP"
    strict = Asking(f"mailbox:{ID['anna']}.per_user_mfa=enforced")
    assert strict.granted == {Kind.PER_USER_MFA: ["anna"]}
    blocked = Asking("mailbox:olga@fabrikam.example.sign_in=blocked")
    assert blocked.granted == {Kind.SIGN_IN: ["olga"]}


def test_a_policy_is_made_where_none_allows_basic() -> None:
    """Both known policies block: the exception is a policy that has yet to be made."""
    asked = Asking('authentication_policy:"Allow SMTP".allow_basic_smtp=false', use=in_use("anna"))
    (one,) = asked.exceptions.granted
    assert one.exemption.name == NEW_POLICY
    assert asked.exceptions.verified


def test_security_defaults_leave_no_exception() -> None:
    """They have none for a single account: the sender is lost, with the reason."""
    asked = Asking("security_defaults=on", use=in_use("anna"))
    assert not asked.exceptions.granted
    (lost,) = asked.exceptions.lost
    assert (lost.mailbox.id, lost.methods) == (ID["anna"], (Method.BASIC,))
    assert "Security Defaults" in str(lost.because)


def test_several_changes_need_several_exceptions_at_once() -> None:
    """A switch and a policy together: two exceptions for one mailbox, since one alone would not help."""
    asked = Asking("mailbox:anna@fabrikam.example.smtp_auth=disabled", BLOCK, use=in_use("anna"))
    assert asked.granted == {Kind.SMTP_AUTH: ["anna"], Kind.EXCLUDE_USER: ["anna"]}
    assert asked.exceptions.verified


def test_who_was_refused_before_needs_nothing() -> None:
    """A sender that fails today is not kept working by an exception."""
    asked = Asking(BLOCK, use=in_use("bob", "cara", "dan"))
    assert not asked.exceptions.granted
    assert not asked.exceptions.lost


def test_oauth_senders_are_kept_as_well() -> None:
    """The switch stops OAuth too; Security Defaults don't."""
    oauth = {**in_use(), ID["anna"]: Used(basic=0, oauth=7)}
    assert Asking("mailbox:anna@fabrikam.example.smtp_auth=off", use=oauth).granted == {Kind.SMTP_AUTH: ["anna"]}
    assert not Asking("security_defaults=on", use=oauth).exceptions.lost


def test_a_setting_that_was_not_read_becomes_what_is_set() -> None:
    """Without the transport configuration bob is unknown; the change answers for it, and the notes say so."""
    blind = snapshot_without("transport-config")
    asked = Asking("tenant.smtp_auth_disabled=false", snapshot=blind)
    assert asked.basic["bob"] == ("unknown", "accepted")
    assert any("was not read" in str(note) for note in asked.changed.notes)
    assert asked.changed.changes[0].before == "unknown"


def test_what_else_was_not_read_stays_unknown() -> None:
    """A change of one setting claims nothing of another."""
    blind = snapshot_without("security-defaults")
    asked = Asking("tenant.smtp_auth_disabled=false", snapshot=blind)
    assert asked.basic["bob"] == ("refused", "unknown")


def test_a_group_that_was_not_read_leaves_its_members_unknown() -> None:
    """Excluding such a group may free anybody."""
    strange = "aaaaaaaa-0000-4000-8000-0000000000ff"
    asked = Asking(f'policy:"Block legacy authentication".exclude_group={strange}')
    assert asked.basic["fay"] == ("refused", "unknown")
    assert any(strange in str(note) for note in asked.changed.notes)


def test_excluding_a_group_frees_its_members() -> None:
    """Gus is among the travellers, and only the travellers' policy asks where he is."""
    asked = Asking('policy:"Travellers from the office only".exclude_group=travellers')
    assert asked.basic == {"gus": ("depends", "accepted")}


def test_a_mailbox_without_a_row_gets_one() -> None:
    """Its switch was not read; setting it makes it known."""
    rows = [row for row in folder.files()["cas-mailboxes"] if row["PrimarySmtpAddress"] != "anna@fabrikam.example"]
    asked = Asking("mailbox:anna@fabrikam.example.smtp_auth=on", snapshot=snapshot_without(cas_mailboxes=rows))
    assert asked.basic == {"anna": ("unknown", "accepted")}


def test_the_snapshot_stays_as_it_was() -> None:
    """Nothing is changed in place."""
    snapshot = snapshot_without()
    Asking("tenant.smtp_auth_disabled=false", "mailbox:anna@fabrikam.example.smtp_auth=off", BLOCK, snapshot=snapshot)
    assert snapshot == snapshot_without()


def subsets(granted: tuple[Granted, ...]) -> list[tuple[Granted, ...]]:
    """Give every smaller set of exceptions: single mailboxes of single kinds, in all combinations."""
    atoms = [structs.replace(one, mailboxes=(mailbox,)) for one in granted for mailbox in one.mailboxes]
    return list(chain.from_iterable(combinations(atoms, size) for size in range(len(atoms))))


CASES: tuple[tuple[str, ...], ...] = (
    (BLOCK,),
    ("tenant.default_authentication_policy=Block Basic",),
    ("mailbox:anna@fabrikam.example.smtp_auth=disabled", BLOCK),
    (BLOCK, 'policy:"MFA for admins".include_group=Senders'),
    ('policy:"Travellers from the office only".include_group=Senders', "mailbox:olga@fabrikam.example.smtp_auth=off"),
)


@pytest.mark.parametrize("options", CASES, ids=" ".join)
def test_no_smaller_set_would_do(options: tuple[str, ...]) -> None:
    """Every set with fewer exceptions, of all that could be chosen among, leaves a sender worse off."""
    use = in_use("anna", "olga", "gus")
    asked = Asking(*options, use=use)
    assert asked.exceptions.granted
    assert asked.exceptions.verified
    for fewer in subsets(asked.exceptions.granted):
        again = pose(grant(asked.changed.snapshot, fewer), as_of=AS_OF)
        verdicts = {mailbox.id: mailbox.verdicts for mailbox in again.mailboxes}
        hurt = [
            one.id
            for one in asked.before.mailboxes
            if worsens(
                one.verdicts, verdicts[one.id], methods_to_keep(one.verdicts, use.get(one.id, Used(basic=0, oauth=0)))
            )
        ]
        assert hurt, fewer


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_changed_the_exceptions_hold(seed: int) -> None:
    """Random changes and random senders: the exceptions are confirmed, and nobody is both kept and lost."""
    rng = random.Random(seed)  # noqa: S311 -- must repeat
    options = rng.sample([*chain.from_iterable(CASES), "security_defaults=on", "tenant.smtp_auth_disabled=false"], 3)
    names = rng.sample(sorted(ID), 6)
    asked = Asking(*options, use=in_use(*names, oauth=rng.randint(0, 1)))
    assert asked.exceptions.verified, options
    lost = {one.mailbox.id for one in asked.exceptions.lost}
    assert not any(mailbox.id in lost for one in asked.exceptions.granted for mailbox in one.mailboxes)
    working = {Outcome.ACCEPTED, Outcome.DEPENDS}
    for one in asked.moved:
        hurt = one.before.verdicts.basic.outcome in working and one.after.verdicts.basic.outcome is Outcome.REFUSED
        if hurt and asked.use[one.before.id].basic:
            assert one.before.id in lost or any(
                one.before.id == mailbox.id for group in asked.exceptions.granted for mailbox in group.mailboxes
            )
