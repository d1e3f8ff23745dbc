"""Policies in words: whom they are for, when they apply, what they ask for and whom they spare."""

from scanner.access.membership import Directory
from scanner.access.wording import Names, exclusions, tell
from scanner.model.directory import GroupRow, MailboxRow
from scanner.model.policy import Conditions, Grant, PeopleScope, Policy, ResourceScope, Sides
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant

ADMIN = "62e90394-69f5-4237-9190-012177145e10"
POLICY = Policy(
    id="p1",
    name="Block legacy",
    state="enabled",
    include=PeopleScope(users=frozenset({"all"})),
    exclude=PeopleScope(users=frozenset({"u1"}), groups=frozenset({"g1", "g3"}), roles=frozenset({ADMIN})),
    resources=ResourceScope(include=frozenset({"all"})),
    conditions=Conditions(
        client_app_types=frozenset({"exchangeactivesync", "other"}),
        locations=Sides(include=frozenset({"all"}), exclude=frozenset({"alltrusted"})),
    ),
    grant=Grant(operator="and", controls=frozenset({"mfa", "compliantdevice"})),
)


def names_of(policy: Policy) -> Names:
    snapshot = Snapshot(
        tenant=Tenant(),
        sections={
            name: SectionReport(section=name, state=SectionState.COMPLETE) for name in ("groups", "role-assignments")
        },
        mailboxes=tuple(MailboxRow(entra_id=f"u{n}", address=f"m{n}@contoso.example") for n in range(1, 5)),
        groups=(
            GroupRow(id="g1", name="Senders", nested=("g2",), members=("u2",)),
            GroupRow(id="g2", name="Scanners", members=("u3",)),
            GroupRow(id="g3", name="Hidden", readable=False),
        ),
        policies=(policy,),
    )
    return Names(snapshot, Directory(snapshot))


def test_a_policy_is_told_in_the_order_in_which_it_is_decided() -> None:
    assert [str(sentence) for sentence in tell(POLICY, names_of(POLICY))] == [
        "It is for all users.",
        "It is for all resources.",
        "It is for legacy clients only: SMTP with a password is one.",
        "It applies everywhere but in trusted locations.",
        "All of these are needed.",
        "It asks for multifactor authentication.",
        "It asks for a compliant device.",
    ]


def test_exclusions_have_names_counts_and_paths() -> None:
    found = {spared.name: spared for spared in exclusions(POLICY, names_of(POLICY))}
    assert found["m1@contoso.example"].mailboxes == 1
    assert found["Senders"].mailboxes == 2
    assert found["Senders"].paths == ("Senders > m2@contoso.example", "Senders > Scanners > m3@contoso.example")
    assert found["Global Administrator"].mailboxes == 0


def test_a_group_that_cannot_be_read_spares_an_unknown_number() -> None:
    found = {spared.name: spared for spared in exclusions(POLICY, names_of(POLICY))}
    assert found["Hidden"].mailboxes is None


def test_legacy_clients_among_others_are_named() -> None:
    """A policy that is about browsers and legacy clients says that it is about SMTP with a password, too."""
    mixed = Policy(
        id="p2",
        name="Mixed",
        state="enabled",
        include=PeopleScope(users=frozenset({"all"})),
        exclude=PeopleScope(),
        resources=ResourceScope(include=frozenset({"all"})),
        conditions=Conditions(client_app_types=frozenset({"browser", "other"})),
        grant=Grant(controls=frozenset({"block"})),
    )
    said = [str(sentence) for sentence in tell(mixed, names_of(mixed))]
    assert "It is for some kinds of client, legacy clients among them: SMTP with a password is one." in said
