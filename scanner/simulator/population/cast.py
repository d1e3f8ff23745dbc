"""The scripted mailboxes: one for each way a submission can go, so that even a small tenant shows them all."""

from collections.abc import Iterator

import msgspec

from scanner.simulator.population import roles
from scanner.simulator.population.model import Kind, Mfa
from scanner.simulator.population.names import HOSTILE
from scanner.simulator.population.part import Part, Team
from scanner.simulator.population.scenario import BLOCK_ALL_BASIC, MODERN_PILOT, SMTP_ONLY


def scripted_parts() -> Iterator[Part]:
    """Yield the scripted mailboxes, the most telling first.

    Yields:
        Parts whose addresses are known to tests: their local parts never get a number.
    """
    for part in (*_ACCEPTED, *_REFUSED_BY_EXCHANGE, *_REFUSED_BY_ENTRA, *_DEPENDING):
        yield msgspec.structs.replace(part, habit=_HABITS.get(part.alias), scripted=True)
    yield from _hostile_parts()


_HABITS = {
    "scanner-lobby": "daily",
    "erp-invoices": "monthly",
    "alarm-warehouse": "quarterly",
    "scanner-finance": "moved",
    "mfa-unregistered": "retry-loop",
    "info": "guessed-at",
    "scanner-archive": "daily",
    "switched-off": "daily",
    "left-the-company": "daily",
    "forgotten-exception": "daily",
    "mfa-enforced": "daily",
    "scanner-office": "daily",
}
"""How they are used, by alias; nobody sends from the others."""
_ACCEPTED = (
    Part(alias="scanner-lobby", display_name="Scanner Lobby", smtp_auth_disabled=False, teams=(Team.SCANNERS,)),
    Part(
        alias="erp-invoices",
        display_name="ERP Invoices",
        smtp_auth_disabled=False,
        authentication_policy=SMTP_ONLY,
        teams=(Team.ERP,),
    ),
    Part(alias="alarm-warehouse", display_name="Alarm Warehouse", smtp_auth_disabled=False, teams=(Team.ALARMS,)),
    Part(
        alias="scanner-finance",
        display_name="Scanner Finance",
        smtp_auth_disabled=False,
        department="Finance",
        teams=(Team.FACTORY_DEVICES, Team.FINANCE_EXEMPT),
    ),
    Part(
        alias="mfa-unregistered",
        display_name="MFA Unregistered",
        smtp_auth_disabled=False,
        mfa=Mfa.ENABLED,
        teams=(Team.EXCEPTIONS,),
    ),
    Part(
        alias="emergency-access",
        display_name="Emergency Access",
        smtp_auth_disabled=False,
        break_glass=True,
        eligible_roles=(roles.GLOBAL_ADMINISTRATOR,),
    ),
    Part(
        alias="unit-helpdesk",
        display_name="Helpdesk of One Unit",
        smtp_auth_disabled=False,
        unit_roles=(roles.HELPDESK_ADMINISTRATOR,),
        teams=(Team.EXCEPTIONS,),
    ),
    Part(
        alias="info",
        display_name="Info",
        kind=Kind.SHARED,
        smtp_auth_disabled=False,
        teams=(Team.EXCEPTIONS,),
    ),
)
_REFUSED_BY_EXCHANGE = (
    Part(
        alias="scanner-archive",
        display_name="Scanner Archive",
        smtp_auth_disabled=False,
        authentication_policy=BLOCK_ALL_BASIC,
        teams=(Team.SCANNERS,),
    ),
    Part(
        alias="modern-pilot",
        display_name="Modern Pilot",
        authentication_policy=MODERN_PILOT,
        imap=True,
    ),
    Part(alias="inherits", display_name="Follows the Tenant", pop=True, imap=True),
    Part(alias="switched-off", display_name="Switched Off", smtp_auth_disabled=True, teams=(Team.EXCEPTIONS,)),
)
_REFUSED_BY_ENTRA = (
    Part(
        alias="left-the-company",
        display_name="Left the Company",
        smtp_auth_disabled=False,
        enabled=False,
        licensed=False,
        teams=(Team.EXCEPTIONS,),
    ),
    Part(alias="forgotten-exception", display_name="Forgotten Exception", smtp_auth_disabled=False),
    Part(
        alias="exchange-admin",
        display_name="Exchange Admin",
        smtp_auth_disabled=False,
        teams=(Team.EXCEPTIONS, Team.EXCHANGE_ADMINS),
    ),
    Part(
        alias="global-admin",
        display_name="Global Admin",
        smtp_auth_disabled=False,
        roles=(roles.GLOBAL_ADMINISTRATOR,),
        teams=(Team.EXCEPTIONS,),
    ),
    Part(
        alias="finance-clerk",
        display_name="Finance Clerk",
        smtp_auth_disabled=False,
        department="Finance",
        teams=(Team.EXCEPTIONS,),
    ),
    Part(
        alias="mfa-enforced",
        display_name="MFA Enforced",
        smtp_auth_disabled=False,
        mfa=Mfa.ENFORCED,
        teams=(Team.EXCEPTIONS,),
    ),
)
_DEPENDING = (
    Part(
        alias="scanner-office",
        display_name="Scanner Office",
        smtp_auth_disabled=False,
        teams=(Team.SCANNERS, Team.ON_SITE),
    ),
    Part(alias="erp-plant", display_name="ERP Plant", smtp_auth_disabled=False, teams=(Team.ERP, Team.PLANTS)),
    Part(
        alias="chief-executive",
        display_name="Chief Executive",
        smtp_auth_disabled=False,
        teams=(Team.EXCEPTIONS, Team.EXECUTIVES),
    ),
)


def _hostile_parts() -> Iterator[Part]:
    for number, name in enumerate(HOSTILE):
        teams = (Team.EXCEPTIONS,) if number % 2 else ()
        yield Part(alias=f"hostile-{number}", display_name=name, smtp_auth_disabled=False, teams=teams)
