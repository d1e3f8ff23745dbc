"""The drawn mailboxes: employees, leavers, devices and applications, shared mailboxes, rooms and equipment."""

import random
from collections.abc import Iterator

from scanner.simulator.population import roles
from scanner.simulator.population.model import Kind, Mfa
from scanner.simulator.population.names import draw_name
from scanner.simulator.population.part import Part, Team
from scanner.simulator.population.scenario import BLOCK_ALL_BASIC, MODERN_PILOT, SMTP_ONLY

DEPARTMENTS = (
    "Sales",
    "Finance",
    "Controlling",
    "Logistics",
    "Production",
    "Research",
    "Human Resources",
    "IT",
    "Legal",
    "Marketing",
    "Procurement",
    "Customer Service",
)
_PLACES = ("Lobby", "Floor 2", "Warehouse", "Plant 1", "Plant 2", "Reception", "Laboratory", "Archive", "Depot", "Dock")
_DEVICES = (
    ("scanner", "Scanner", Team.SCANNERS),
    ("printer", "Printer", Team.FACTORY_DEVICES),
    ("erp", "ERP", Team.ERP),
    ("alarm", "Alarm", Team.ALARMS),
    ("backup", "Backup", Team.ERP),
    ("monitoring", "Monitoring", Team.EXCEPTIONS),
)
_SHARED = ("Invoices", "Orders", "Support", "Jobs", "Press", "Returns", "Travel", "Events", "Service", "Contracts")
_EQUIPMENT = ("Projector", "Van", "Forklift", "Camera", "Test Bench")


def drawn_parts(rng: random.Random) -> Iterator[Part]:
    """Yield mailboxes without end, in the mix of a company: about four in five belong to people or devices.

    Args:
        rng: the seeded source.

    Yields:
        Parts; their local parts may repeat.
    """
    makers = (_employee, _device, _leaver, _shared, _room, _equipment)
    while True:
        maker = rng.choices(makers, (68, 9, 3, 12, 5, 3))[0]
        yield maker(rng)


def _employee(rng: random.Random) -> Part:
    name, alias = draw_name(rng)
    switch = rng.choices((None, False, True), (78, 17, 5))[0]
    excepted = switch is False and _happens(rng, 50)
    teams = (Team.EXCEPTIONS,) if excepted else ()
    executive = _happens(rng, 10)
    return Part(
        alias=alias,
        display_name=name,
        smtp_auth_disabled=switch,
        authentication_policy=rng.choices((None, BLOCK_ALL_BASIC, SMTP_ONLY, MODERN_PILOT), (87, 6, 4, 3))[0],
        synced=_happens(rng, 40),
        mfa=rng.choices(tuple(Mfa), (84, 8, 8))[0],
        department=rng.choice(DEPARTMENTS),
        pop=_happens(rng, 10),
        imap=_happens(rng, 20),
        teams=(*teams, Team.EXECUTIVES) if executive else teams,
        roles=_drawn_roles(rng),
    )


def _drawn_roles(rng: random.Random) -> tuple[str, ...]:
    if not _happens(rng, 0.5):
        return ()
    return (rng.choice((roles.HELPDESK_ADMINISTRATOR, roles.USER_ADMINISTRATOR, roles.GLOBAL_READER)),)


def _device(rng: random.Random) -> Part:
    alias, word, team = rng.choice(_DEVICES)
    place = rng.choice(_PLACES)
    teams = [team] if _happens(rng, 90) else []
    teams += rng.choices(([], [Team.ON_SITE], [Team.PLANTS]), (60, 25, 15))[0]
    return Part(
        alias=f"{alias}-{place.lower().replace(' ', '')}",
        display_name=f"{word} {place}",
        smtp_auth_disabled=rng.choices((False, None, True), (90, 7, 3))[0],
        authentication_policy=rng.choices((None, SMTP_ONLY, BLOCK_ALL_BASIC), (58, 36, 6))[0],
        mfa=rng.choices(tuple(Mfa), (91, 3, 6))[0],
        teams=tuple(teams),
    )


def _leaver(rng: random.Random) -> Part:
    name, alias = draw_name(rng)
    return Part(
        alias=alias,
        display_name=name,
        smtp_auth_disabled=rng.choices((None, False), (60, 40))[0],
        enabled=False,
        licensed=False,
        department=rng.choice(DEPARTMENTS),
        teams=rng.choices(((), (Team.EXCEPTIONS,)), (60, 40))[0],
    )


def _shared(rng: random.Random) -> Part:
    word, department = rng.choice(_SHARED), rng.choice(DEPARTMENTS)
    signs_in = _happens(rng, 15)
    return Part(
        alias=f"{word}-{department}".lower().replace(" ", ""),
        display_name=f"{word} {department}",
        kind=Kind.SHARED,
        smtp_auth_disabled=rng.choices((None, False, True), (80, 15, 5))[0],
        enabled=signs_in,
        licensed=signs_in,  # so that an enabled account is always a licensed one, and its outcome beyond doubt
        teams=rng.choices(((), (Team.EXCEPTIONS,)), (80, 20))[0],
    )


def _room(rng: random.Random) -> Part:
    place, number = rng.choice(_PLACES), rng.randint(1, 40)
    return _resource(Kind.ROOM, f"Room {place} {number}", rng)


def _equipment(rng: random.Random) -> Part:
    word, number = rng.choice(_EQUIPMENT), rng.randint(1, 40)
    return _resource(Kind.EQUIPMENT, f"{word} {number}", rng)


def _resource(kind: Kind, name: str, rng: random.Random) -> Part:
    return Part(
        alias=name.lower().replace(" ", "-"),
        display_name=name,
        kind=kind,
        smtp_auth_disabled=rng.choices((None, True, False), (90, 5, 5))[0],
        enabled=False,
        licensed=False,
    )


def _happens(rng: random.Random, percent: float) -> bool:
    return rng.random() * 100 < percent
