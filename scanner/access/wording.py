"""A Conditional Access policy in plain words: whom it is for, when it applies, what it asks for, whom it spares.

Names that people in the tenant give are hostile text: they fill places of sentences and are never read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from scanner.access.client import EXCHANGE_ONLINE
from scanner.access.grants import controls_of
from scanner.access.membership import Directory, Members
from scanner.access.scopes import EVERYBODY
from scanner.model.frozen import Frozen
from scanner.model.policy import Conditions, PeopleScope, Policy, Sides
from scanner.model.snapshot import Snapshot
from scanner.model.text import Place, Text, say

MOST_NAMED = 8
MOST_PATHS = 5
LEGACY = frozenset({"exchangeactivesync", "eassupported", "other"})

ROLES: Mapping[str, str] = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "SharePoint Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "d29b2b05-8046-44ba-8758-1e26182fcf32": "Directory Synchronization Accounts",
}
"""Built-in roles that policies often name, by template id (Microsoft Entra built-in roles); others show their id."""

CONTROLS: Mapping[str, Text] = {
    "block": say("It blocks the sign-in."),
    "mfa": say("It asks for multifactor authentication."),
    "strength": say("It asks for multifactor authentication of a certain strength."),
    "compliantdevice": say("It asks for a compliant device."),
    "domainjoineddevice": say("It asks for a device that is joined to the domain."),
    "approvedapplication": say("It asks for an approved application."),
    "compliantapplication": say("It asks for an application that is protected by a policy."),
    "passwordchange": say("It asks for a change of the password."),
    "riskremediation": say("It asks for the risk to be remedied."),
    "termsofuse": say("It asks for terms of use to be accepted."),
}


class Names:
    """What ids in policies are called.

    Args:
        snapshot: Users, mailboxes and named locations.
        directory: Groups and roles.
    """

    def __init__(self, snapshot: Snapshot, directory: Directory) -> None:
        self.directory = directory
        self.mailboxes = {row.entra_id: row.address for row in snapshot.mailboxes if isinstance(row.entra_id, str)}
        named = {name for policy in snapshot.policies for name in policy.include.users | policy.exclude.users}
        users = {user.id: user.sign_in_name for user in snapshot.users if user.id in named}
        self._people = {name: self.mailboxes.get(name) or users.get(name) or name for name in named}
        self._places = {location.id: location.name for location in snapshot.named_locations}
        self._ids_by_number = {directory.numbers[name]: name for name in self.mailboxes if name in directory.numbers}

    def of_user(self, user_id: str) -> str:
        """Give a user's address; the id where neither mailbox nor user was read."""
        return self._people.get(user_id, user_id)

    def of_place(self, location_id: str) -> str:
        """Give a named location's name; its id, or the word that stands for one, where it has none."""
        return self._places.get(location_id) or location_id

    def among(self, members: Members) -> list[str]:
        """Give the ids of all mailboxes among the members of a group or a role."""
        numbers = {number for part in members.numbers for number in part}
        return [name for number, name in self._ids_by_number.items() if number in numbers]


class Exclusion(Frozen, frozen=True, kw_only=True):
    """Somebody whom a policy spares.

    Attributes:
        kind: ``user``, ``group``, ``role`` or ``guests``.
        name: What it is called.
        mailboxes: How many mailboxes it takes out; ``None`` where that is not known.
        paths: The ways of some of them, from the excluded group to the mailbox.
    """

    kind: Literal["user", "group", "role", "guests"]
    name: str
    mailboxes: int | None
    paths: tuple[str, ...]


def tell(policy: Policy, names: Names) -> Iterator[Text]:
    """Tell a policy in sentences, in the order in which it is decided."""
    if policy.workload is not None:
        yield say("It is about applications that sign in as themselves, not about people.")
    else:
        yield from _people(policy.include, names)
    yield from _resources(policy)
    yield from _conditions(policy.conditions, names)
    yield from _controls(policy)


def exclusions(policy: Policy, names: Names) -> Iterator[Exclusion]:
    """Name everybody whom a policy spares, and the ways in which mailboxes are among them."""
    scope = policy.exclude
    for user_id in sorted(scope.users - {EVERYBODY}):
        address = names.mailboxes.get(user_id)
        yield Exclusion(kind="user", name=names.of_user(user_id), mailboxes=1 if address else 0, paths=())
    for group_id in sorted(scope.groups):
        yield _excluded_group(group_id, names)
    for role_id in sorted(scope.roles):
        members = names.directory.role(role_id)
        inside = names.among(members)
        yield Exclusion(
            kind="role",
            name=ROLES.get(role_id, role_id),
            mailboxes=None if members.gaps else len(inside),
            paths=tuple(names.mailboxes[name] for name in sorted(inside)[:MOST_PATHS]),
        )
    if scope.guests is not None:
        yield Exclusion(kind="guests", name=", ".join(sorted(scope.guests.types)), mailboxes=None, paths=())


def _excluded_group(group_id: str, names: Names) -> Exclusion:
    """Name an excluded group, with the ways of its first mailboxes through nested groups."""
    directory = names.directory
    members = directory.group(group_id)
    inside = sorted(names.among(members), key=lambda name: names.mailboxes[name].lower())
    ways = (
        (*map(directory.name_of, directory.path(name, group_id)), names.mailboxes[name]) for name in inside[:MOST_PATHS]
    )
    return Exclusion(
        kind="group",
        name=directory.name_of(group_id),
        mailboxes=None if members.gaps else len(inside),
        paths=tuple(" > ".join(way) for way in ways),
    )


def _people(scope: PeopleScope, names: Names) -> Iterator[Text]:
    """Tell whom a policy is for."""
    if EVERYBODY in scope.users:
        yield say("It is for all users.")
        return
    users = sorted(map(names.of_user, scope.users - {"none", "guestsorexternalusers"}))
    if users:
        yield say("It is for the users {users}.", users=_list(users))
    if scope.groups:
        yield say("It is for members of {groups}.", groups=_list(sorted(map(names.directory.name_of, scope.groups))))
    if scope.roles:
        yield say("It is for holders of {roles}.", roles=_list(sorted(ROLES.get(role, role) for role in scope.roles)))
    if scope.guests is not None or "guestsorexternalusers" in scope.users:
        yield say("It is for guests and external users.")


def _resources(policy: Policy) -> Iterator[Text]:
    """Tell which resources a policy is about."""
    scope = policy.resources
    if scope.user_actions or scope.authentication_contexts:
        yield say("It is about actions or contexts, not about signing in to Exchange Online.")
        return
    if "all" in scope.include:
        spared = scope.exclude & {EXCHANGE_ONLINE, "office365"}
        yield say("It is for all resources but Exchange Online.") if spared else say("It is for all resources.")
    elif "office365" in scope.include:
        yield say("It is for Office 365, which Exchange Online is part of.")
    elif EXCHANGE_ONLINE in scope.include:
        yield say("It is for Exchange Online.")
    elif scope.include - {"none"}:
        yield say("It is for other applications than Exchange Online.")


def _conditions(conditions: Conditions, names: Names) -> Iterator[Text]:
    """Tell when a policy applies."""
    kinds = conditions.client_app_types
    if kinds and "all" not in kinds:
        if kinds <= LEGACY:
            yield say("It is for legacy clients only: SMTP with a password is one.")
        elif "other" in kinds:
            yield say("It is for some kinds of client, legacy clients among them: SMTP with a password is one.")
        else:
            yield say("It is not for legacy clients, which SMTP with a password is.")
    if conditions.locations:
        yield from _places(conditions.locations, names)
    if conditions.platforms and not conditions.platforms.include:
        left_out = _list(sorted(conditions.platforms.exclude))
        yield say("It names no platform that it is for, and leaves out: {platforms}.", platforms=left_out)
    elif conditions.platforms:
        yield say("It asks which platform the device has: {platforms}.", platforms=_sides(conditions.platforms))
    if conditions.device_filter or conditions.device_states:
        yield say("It is limited to certain devices.")
    yield from _risks(conditions)
    if conditions.not_understood:
        yield say("It has conditions that this version does not know: {names}.", names=_list(conditions.not_understood))


def _risks(conditions: Conditions) -> Iterator[Text]:
    """Tell at which risks and in which flows a policy applies."""
    if conditions.user_risk:
        yield say("It applies at these risks of the user: {levels}.", levels=_list(sorted(conditions.user_risk)))
    if conditions.sign_in_risk:
        yield say("It applies at these risks of the sign-in: {levels}.", levels=_list(sorted(conditions.sign_in_risk)))
    if conditions.insider_risk:
        yield say("It applies at these insider risks: {levels}.", levels=_list(sorted(conditions.insider_risk)))
    if conditions.authentication_flows:
        yield say(
            "It applies to these ways of signing in: {flows}.", flows=_list(sorted(conditions.authentication_flows))
        )


def _places(places: Sides, names: Names) -> Iterator[Text]:
    """Tell where a policy applies."""
    spared = _list(sorted(map(names.of_place, places.exclude - {"alltrusted"})))
    if "all" not in places.include:
        yield say("It applies in these locations: {places}.", places=_list(sorted(map(names.of_place, places.include))))
    elif "alltrusted" in places.exclude and spared:
        yield say("It applies everywhere but in trusted locations and in {places}.", places=spared)
    elif "alltrusted" in places.exclude:
        yield say("It applies everywhere but in trusted locations.")
    elif spared:
        yield say("It applies everywhere but in {places}.", places=spared)
    if "all" not in places.include and spared:
        yield say("It does not apply in {places}.", places=spared)


def _controls(policy: Policy) -> Iterator[Text]:
    """Tell what a policy asks for."""
    if policy.grant is None:
        yield say("It asks for nothing before the sign-in; it only limits the session.")
        return
    asked = sorted(
        controls_of(policy.grant), key=lambda name: (list(CONTROLS).index(name) if name in CONTROLS else 99, name)
    )
    if len(asked) > 1:
        together = policy.grant.operator == "and"
        yield say("All of these are needed.") if together else say("One of these is enough.")
    for name in asked:
        yield CONTROLS.get(name) or say("It asks for {control}.", control=name)


def _sides(sides: Sides) -> Place:
    """Give the values of a condition, with those that it leaves out."""
    if not sides.exclude:
        return _list(sorted(sides.include))
    return say(
        "{included}, but not {excluded}", included=_list(sorted(sides.include)), excluded=_list(sorted(sides.exclude))
    )


def _list(names: Iterable[str]) -> tuple[str | Text, ...]:
    """Give the first few of many names, and how many more there are."""
    every = tuple(names)
    more = len(every) - MOST_NAMED
    return (*every[:MOST_NAMED], say("{number} more", number=more)) if more > 0 else every
