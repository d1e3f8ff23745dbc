"""The cmdlets that the simulated Exchange knows: their parameters and what they list."""

from collections.abc import Callable, Mapping, Sequence

from scanner.simulator.exchange import rows
from scanner.simulator.exchange.filters import read_filter
from scanner.simulator.exchange.rows import Row
from scanner.simulator.population.build import MICROSOFT_APPS
from scanner.simulator.population.directory import Population
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.model import Mailbox

Parameters = Mapping[str, object]
_ON_PREMISES = 2


class IdentityUnknownError(Exception):
    """No object has the given identity."""


class Listing(Frozen, frozen=True, kw_only=True):
    """Everything that a cmdlet returns, not yet rendered."""

    count: int
    render: Callable[[int], Row]
    """Makes the row at a position."""


class Cmdlet(Frozen, frozen=True, kw_only=True):
    """One cmdlet."""

    parameters: frozenset[str]
    run: Callable[[Population, Parameters], Listing]


def _get_transport_config(population: Population, _: Parameters) -> Listing:
    return Listing(count=1, render=lambda _: rows.transport_config_row(population))


def _get_organization_config(population: Population, _: Parameters) -> Listing:
    return Listing(count=1, render=lambda _: rows.organization_config_row(population))


def _get_authentication_policy(population: Population, _: Parameters) -> Listing:
    policies = population.authentication_policies
    return Listing(count=len(policies), render=lambda at: rows.authentication_policy_row(policies[at]))


def _get_service_principal(population: Population, _: Parameters) -> Listing:
    apps = [other for other in population.others if other.app_id and other.app_id not in MICROSOFT_APPS]
    return Listing(count=len(apps), render=lambda at: rows.service_principal_row(apps[at], population.client_id))


def _get_mail_user(population: Population, _: Parameters) -> Listing:
    return Listing(count=_ON_PREMISES, render=lambda at: rows.mail_user_row(at, population.scenario))


def _get_mailbox(population: Population, parameters: Parameters) -> Listing:
    chosen: Sequence[Mailbox] = population.mailboxes
    if parameters.get("InactiveMailboxOnly") is True:
        chosen = population.inactive
    elif parameters.get("IncludeInactiveMailbox") is True:
        chosen = (*population.mailboxes, *population.inactive)
    return _list_mailboxes(chosen, parameters, rows.mailbox_row)


def _get_cas_mailbox(population: Population, parameters: Parameters) -> Listing:
    return _list_mailboxes(population.mailboxes, parameters, rows.cas_mailbox_row)


def _get_user(population: Population, parameters: Parameters) -> Listing:
    return _list_mailboxes(population.mailboxes, parameters, rows.user_row)


def _list_mailboxes(mailboxes: Sequence[Mailbox], parameters: Parameters, render: Callable[[Mailbox], Row]) -> Listing:
    chosen = mailboxes
    if "RecipientTypeDetails" in parameters:
        kinds = _texts(parameters["RecipientTypeDetails"])
        chosen = [mailbox for mailbox in chosen if mailbox.kind in kinds]
    if "Filter" in parameters:
        passes = read_filter(str(parameters["Filter"]))
        chosen = [mailbox for mailbox in chosen if passes(mailbox)]
    if "Identity" in parameters:
        chosen = _pick(chosen, str(parameters["Identity"]))
    return Listing(count=len(chosen), render=lambda at: render(chosen[at]))


def _pick(mailboxes: Sequence[Mailbox], identity: str) -> Sequence[Mailbox]:
    wanted = identity.lower()
    found = [
        mailbox
        for mailbox in mailboxes
        if wanted in {mailbox.address.lower(), mailbox.alias.lower(), mailbox.guid, mailbox.exchange_guid, mailbox.key}
    ]
    if not found:
        raise IdentityUnknownError(identity)
    return found


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else str(value).split(",")


_COMMON = frozenset({"ErrorAction", "WarningAction"})
_LIST = _COMMON | {"Filter", "Identity", "RecipientTypeDetails", "ResultSize"}
CMDLETS = {
    "Get-TransportConfig": Cmdlet(parameters=_COMMON, run=_get_transport_config),
    "Get-OrganizationConfig": Cmdlet(parameters=_COMMON, run=_get_organization_config),
    "Get-AuthenticationPolicy": Cmdlet(parameters=_COMMON, run=_get_authentication_policy),
    "Get-ServicePrincipal": Cmdlet(parameters=_COMMON, run=_get_service_principal),
    "Get-MailUser": Cmdlet(parameters=_COMMON | {"ResultSize"}, run=_get_mail_user),
    "Get-Mailbox": Cmdlet(parameters=_LIST | {"IncludeInactiveMailbox", "InactiveMailboxOnly"}, run=_get_mailbox),
    "Get-CASMailbox": Cmdlet(parameters=_LIST, run=_get_cas_mailbox),
    "Get-User": Cmdlet(parameters=_LIST, run=_get_user),
}
"""Every cmdlet that can be invoked, by name."""
