"""The groups: departments, regions, projects, and the nested ones that Conditional Access policies name."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from scanner.simulator.population.crowd import DEPARTMENTS
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.ids import Ids
from scanner.simulator.population.model import Account, Group, OtherObject
from scanner.simulator.population.part import Part, Team

_TEAM_NAMES = {
    Team.EXCEPTIONS: "SMTP AUTH exceptions",
    Team.SCANNERS: "Scanners and printers",
    Team.FACTORY_DEVICES: "Factory devices",
    Team.ERP: "ERP senders",
    Team.ALARMS: "Alarm systems",
    Team.ON_SITE: "On-site senders",
    Team.PLANTS: "Plant senders <b>bold</b>",
    Team.EXECUTIVES: "Executives",
    Team.FINANCE_EXEMPT: "Finance: exempt devices",
    Team.EXCHANGE_ADMINS: "Tier 0: Exchange administrators",
}
_NESTED = {
    # The scanners and the factory's devices hold each other: a cycle, which Entra allows.
    Team.EXCEPTIONS: (Team.SCANNERS, Team.ERP),
    Team.SCANNERS: (Team.FACTORY_DEVICES,),
    Team.FACTORY_DEVICES: (Team.SCANNERS,),
    Team.ERP: (Team.ALARMS,),
}
_REGIONS = {
    "Region Europe": DEPARTMENTS[:6],
    "Region Americas": DEPARTMENTS[6:9],
    "Region Asia": DEPARTMENTS[9:],
}
_PROJECTS = ("Atlas", "Boreas", "Cygnus", "Drachen", "Έρως", "Foehn", "Гроза", "Helios", "Iris", "Juno")
_PROJECT_SIZE = 12


class Groups(Frozen, frozen=True, kw_only=True):
    """All groups, and those by key that other parts of the tenant refer to."""

    all: tuple[Group, ...]
    teams: dict[Team, str]
    """Group id of each team."""
    finance: str
    """Id of the assigned group that holds the dynamic Finance group and Controlling."""


def form_groups(
    members: Sequence[tuple[Part, Account]], others: Sequence[OtherObject], guests: Sequence[Account], ids: Ids
) -> Groups:
    """Form all groups.

    Args:
        members: parts with the accounts made of them.
        others: devices, contacts and service principals, which some groups hold.
        guests: guest accounts, which some groups hold.
        ids: source of ids, and of the seed of random membership.

    Returns:
        The groups.
    """
    teams = {team: ids.make("group", team) for team in Team}
    departments = _form_departments(members, ids)
    by_name = {group.name: group.id for group in departments}
    finance = _assigned("Finance and Controlling", (by_name["Finance"], by_name["Controlling"]), ids)
    every = (
        *_form_teams(members, others, teams),
        *departments,
        finance,
        *_form_regions(by_name, ids),
        *_form_projects(members, others, guests, ids),
    )
    return Groups(all=every, teams=teams, finance=finance.id)


def _form_teams(
    members: Iterable[tuple[Part, Account]], others: Sequence[OtherObject], teams: dict[Team, str]
) -> Iterable[Group]:
    joined: dict[Team, list[str]] = defaultdict(list)
    for part, account in members:
        for team in part.teams:
            joined[team].append(account.id)
    joined[Team.SCANNERS] += [other.id for other in others]
    for team in Team:
        nested = [teams[inner] for inner in _NESTED.get(team, ())]
        yield Group(
            id=teams[team],
            name=_TEAM_NAMES[team],
            members=(*nested, *joined[team]),
            role_assignable=team is Team.EXCHANGE_ADMINS,
        )


def _form_departments(members: Iterable[tuple[Part, Account]], ids: Ids) -> Sequence[Group]:
    joined: dict[str, list[str]] = {department: [] for department in DEPARTMENTS}
    for _, account in members:
        if account.department:
            joined[account.department].append(account.id)
    return [
        Group(
            id=ids.make("group", name),
            name=name,
            members=tuple(joined[name]),
            rule=f'user.department -eq "{name}"' if name == "Finance" else None,
        )
        for name in DEPARTMENTS
    ]


def _form_regions(departments: dict[str, str], ids: Ids) -> Iterable[Group]:
    regions = [_assigned(name, tuple(departments[part] for part in parts), ids) for name, parts in _REGIONS.items()]
    world = Group(
        id=ids.make("group", "World"), name="World", members=tuple(region.id for region in regions), mail_enabled=True
    )
    return [*regions, world]


def _form_projects(
    members: Sequence[tuple[Part, Account]], others: Sequence[OtherObject], guests: Sequence[Account], ids: Ids
) -> Iterable[Group]:
    rng = random.Random(ids.make("seed", "projects"))
    people = [account.id for _, account in members]
    for name in _PROJECTS:
        chosen = rng.sample(people, min(_PROJECT_SIZE, len(people)))
        visitors = rng.sample([guest.id for guest in guests], min(2, len(guests)))
        device = rng.choice(others).id
        yield Group(
            id=ids.make("group", f"Project {name}"),
            name=f"Project {name}",
            members=(*chosen, *visitors, device),
            unified=True,
            mail_enabled=True,
        )


def _assigned(name: str, members: tuple[str, ...], ids: Ids) -> Group:
    return Group(id=ids.make("group", name), name=name, members=members)
