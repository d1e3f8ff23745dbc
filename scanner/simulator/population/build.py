"""Makes a population from a scenario."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from scanner.simulator.population.cast import scripted_parts
from scanner.simulator.population.conditional import Policy
from scanner.simulator.population.crowd import drawn_parts
from scanner.simulator.population.directory import Population
from scanner.simulator.population.groups import Groups, form_groups
from scanner.simulator.population.habits import draw_habit
from scanner.simulator.population.ids import Ids
from scanner.simulator.population.model import Account, Kind, Mailbox, OtherObject, TransportSettings
from scanner.simulator.population.names import draw_name
from scanner.simulator.population.part import Part, Team
from scanner.simulator.population.policies import (
    Ground,
    name_locations,
    without_enforcement,
    write_authentication_policies,
    write_policies,
)
from scanner.simulator.population.roles import write_role_book
from scanner.simulator.population.scenario import Scenario

EXCHANGE_APP_ID = "00000002-0000-0ff1-ce00-000000000000"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
MICROSOFT_APPS = frozenset({EXCHANGE_APP_ID, GRAPH_APP_ID})
"""Application ids of the two resources, which Microsoft owns and not the tenant."""
_DEVICES = 8
_SERVICE_PRINCIPAL = "#microsoft.graph.servicePrincipal"


def build_population(scenario: Scenario) -> Population:
    """Make a tenant's whole state.

    Args:
        scenario: what to make.

    Returns:
        The state; the same scenario always gives the same.
    """
    ids = Ids(scenario.domain, scenario.seed)
    parts = list(islice(_all_parts(scenario), max(scenario.mailboxes - 1, 0)))
    mailboxes = _open_mailboxes(parts, scenario, ids)
    members = [(part, box.account) for part, box in zip(parts, mailboxes, strict=True) if box.account]
    guests = _invite_guests(scenario, ids)
    others = _other_objects(ids)
    groups = form_groups(members, others, guests, ids)
    if scenario.mailboxes:
        mailboxes.append(_discovery_mailbox(scenario, ids))
    return Population(
        scenario=scenario,
        tenant_id=ids.make("tenant", scenario.domain),
        client_id=ids.make("application", "scanner"),
        settings=_settings(scenario),
        mailboxes=tuple(mailboxes),
        inactive=tuple(_inactive_mailbox(number, scenario, ids) for number in range(scenario.inactive)),
        accounts=(*(account for _, account in members), *guests, *_mailless_accounts(scenario, ids)),
        groups=groups.all,
        others=others,
        roles=write_role_book(
            members, groups.teams[Team.EXCHANGE_ADMINS], ids.make("service-principal", "scanner"), ids
        ),
        authentication_policies=write_authentication_policies(ids),
        policies=_policies(scenario, members, groups, ids),
        locations=name_locations(ids),
        risk={account.id: "medium" for _, account in members[40::500]},
    )


def _all_parts(scenario: Scenario) -> Iterator[Part]:
    rng = random.Random(f"{scenario.seed}/{scenario.domain}")
    return chain(scripted_parts(), drawn_parts(rng))


def _settings(scenario: Scenario) -> TransportSettings:
    return TransportSettings(
        smtp_auth_disabled=scenario.tenant_switch_disabled,
        default_authentication_policy=scenario.default_authentication_policy,
        security_defaults=scenario.security_defaults,
    )


def _policies(
    scenario: Scenario, members: Sequence[tuple[Part, Account]], groups: Groups, ids: Ids
) -> tuple[Policy, ...]:
    if not scenario.conditional_access:
        return ()
    emergency = tuple(account.id for part, account in members if part.break_glass)
    workload = ids.make("service-principal", "reporting")
    policies = write_policies(Ground(groups=groups, emergency_accounts=emergency, workload=workload), ids)
    return without_enforcement(policies) if scenario.security_defaults else policies


def _open_mailboxes(parts: Sequence[Part], scenario: Scenario, ids: Ids) -> list[Mailbox]:
    taken: Counter[str] = Counter()
    mailboxes = []
    for part in parts:
        taken[part.alias] += 1
        count = taken[part.alias]
        alias = part.alias if count == 1 else f"{part.alias}-{count}"
        mailboxes.append(_open_mailbox(part, alias, scenario, ids))
    return mailboxes


def _open_mailbox(part: Part, alias: str, scenario: Scenario, ids: Ids) -> Mailbox:
    address = f"{alias}@{scenario.domain}"
    account = Account(
        id=ids.make("user", alias),
        upn=address,
        display_name=part.display_name,
        mail=address,
        department=part.department,
        enabled=part.enabled,
        licensed=part.licensed,
        synced=part.synced,
        password_expires=part.department is not None,
        mfa=part.mfa,
    )
    return Mailbox(
        account=account,
        kind=part.kind,
        alias=alias,
        address=address,
        display_name=part.display_name,
        exchange_guid=ids.make("mailbox", alias),
        guid=ids.make("recipient", alias),
        smtp_auth_disabled=part.smtp_auth_disabled,
        authentication_policy=part.authentication_policy,
        pop=part.pop,
        imap=part.imap,
        habit=draw_habit(part, alias, scenario.seed),
    )


def _discovery_mailbox(scenario: Scenario, ids: Ids) -> Mailbox:
    alias = "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"
    return Mailbox(
        account=None,
        kind=Kind.DISCOVERY,
        alias=alias,
        address=f"{alias}@{scenario.domain}",
        display_name="Discovery Search Mailbox",
        exchange_guid=ids.make("mailbox", alias),
        guid=ids.make("recipient", alias),
    )


def _inactive_mailbox(number: int, scenario: Scenario, ids: Ids) -> Mailbox:
    alias = f"held.{number}"
    return Mailbox(
        account=None,
        kind=Kind.USER,
        alias=alias,
        address=f"{alias}@{scenario.domain}",
        display_name=f"Held for Legal {number}",
        exchange_guid=ids.make("mailbox", alias),
        guid=ids.make("recipient", alias),
        smtp_auth_disabled=False,
        inactive=True,
    )


def _invite_guests(scenario: Scenario, ids: Ids) -> list[Account]:
    rng = random.Random(ids.make("seed", "guests"))
    return [_invite_guest(number, rng, scenario, ids) for number in range(scenario.guests)]


def _invite_guest(number: int, rng: random.Random, scenario: Scenario, ids: Ids) -> Account:
    name, local = draw_name(rng)
    return Account(
        id=ids.make("guest", number),
        upn=f"{local}_partner.example#EXT#{number}@{scenario.domain}",
        display_name=name,
        mail=f"{local}@partner.example",
        guest=True,
        licensed=False,
    )


def _mailless_accounts(scenario: Scenario, ids: Ids) -> Iterator[Account]:
    for name in ("cloud-admin", "sync-service"):
        yield Account(
            id=ids.make("user", f"{name}/mailless"),
            upn=f"{name}@{scenario.domain}",
            display_name=name,
            mail=None,
            licensed=False,
        )


def _other_objects(ids: Ids) -> tuple[OtherObject, ...]:
    devices = (
        OtherObject(id=ids.make("device", number), odata_type="#microsoft.graph.device", display_name=f"PC-{number:04}")
        for number in range(_DEVICES)
    )
    contact = OtherObject(
        id=ids.make("contact", 1), odata_type="#microsoft.graph.orgContact", display_name="Outside Auditor"
    )
    return (*devices, contact, *_service_principals(ids))


def _service_principals(ids: Ids) -> Iterator[OtherObject]:
    apps = {
        "scanner": ("SMTP posture", ids.make("application", "scanner")),
        "reporting": ("Old reporting job", ids.make("application", "reporting")),
        "exchange": ("Office 365 Exchange Online", EXCHANGE_APP_ID),
        "graph": ("Microsoft Graph", GRAPH_APP_ID),
    }
    for key, (name, app_id) in apps.items():
        yield OtherObject(
            id=ids.make("service-principal", key), odata_type=_SERVICE_PRINCIPAL, display_name=name, app_id=app_id
        )
