"""A change that is really made to the simulated tenant, beside the words that ask what-if about it."""

import dataclasses
import random
from collections.abc import Callable, Sequence

import msgspec

from scanner.model.frozen import Frozen
from scanner.simulator import Population
from scanner.simulator.population.conditional import Policy, State
from scanner.simulator.population.model import Account, AuthenticationPolicy, Mailbox, Mfa

STATES = {"enabled": State.ENABLED, "disabled": State.DISABLED, "report-only": State.REPORT_ONLY}
SWITCHES = {"inherit": None, "enabled": False, "disabled": True}
TRUTH = {"true": True, "false": False}
SIGN_IN = {"allowed": True, "blocked": False}


class Really(Frozen, frozen=True, kw_only=True):
    """The tenant after the change, and the change as ``--set`` takes it."""

    population: Population
    options: tuple[str, ...]


Maker = Callable[[Population, random.Random], tuple[Population, str]]


def change_really(population: Population, seed: int) -> Really:
    """Make one to three random changes to a tenant, of different kinds."""
    rng = random.Random(f"what-if/{seed}")  # noqa: S311 -- must repeat
    options: list[str] = []
    first = MAKERS[seed % len(MAKERS)]
    others = rng.sample([maker for maker in MAKERS if maker is not first], rng.randint(0, 2))
    for maker in (first, *others):
        population, option = maker(population, rng)
        options.append(option)
    return Really(population=population, options=tuple(options))


def _tenant_switch(population: Population, rng: random.Random) -> tuple[Population, str]:
    value = rng.choice(tuple(TRUTH))
    return _with_settings(population, smtp_auth_disabled=TRUTH[value]), f"tenant.smtp_auth_disabled={value}"


def _security_defaults(population: Population, rng: random.Random) -> tuple[Population, str]:
    value = rng.choice(tuple(TRUTH))
    return _with_settings(population, security_defaults=TRUTH[value]), f"security_defaults={value}"


def _default_policy(population: Population, rng: random.Random) -> tuple[Population, str]:
    name = rng.choice((None, *(policy.name for policy in population.authentication_policies)))
    changed = _with_settings(population, default_authentication_policy=name)
    return changed, f"tenant.default_authentication_policy={name or 'none'}"


def _policy_state(population: Population, rng: random.Random) -> tuple[Population, str]:
    policy, value = rng.choice(population.policies), rng.choice(tuple(STATES))
    changed = msgspec.structs.replace(policy, state=STATES[value])
    return _with_policy(population, changed), f'policy:"{policy.name}".state={value}'


def _exclude_group(population: Population, rng: random.Random) -> tuple[Population, str]:
    policy, group = rng.choice(_about_people(population)), rng.choice(_groups_referred_to(population))
    users = policy.users
    users = msgspec.structs.replace(users, exclude_groups=(*users.exclude_groups, group))
    name = population.groups_by_id[group].name
    changed = _with_policy(population, msgspec.structs.replace(policy, users=users))
    return changed, f'policy:"{policy.name}".exclude_group="{name}"'


def _include_group(population: Population, rng: random.Random) -> tuple[Population, str]:
    policy, group = rng.choice(_about_people(population)), rng.choice(_groups_referred_to(population))
    users = policy.users
    users = msgspec.structs.replace(users, include_groups=(*users.include_groups, group))
    changed = _with_policy(population, msgspec.structs.replace(policy, users=users))
    return changed, f"policy:{policy.name}.include_group={group}"


def _exclude_user(population: Population, rng: random.Random) -> tuple[Population, str]:
    policy, mailbox = rng.choice(_about_people(population)), _somebody(population, rng)
    assert mailbox.account
    users = msgspec.structs.replace(policy.users, exclude=(*policy.users.exclude, mailbox.account.id))
    changed = _with_policy(population, msgspec.structs.replace(policy, users=users))
    return changed, f"policy:{policy.id}.exclude_user={mailbox.address}"


def _mailbox_switch(population: Population, rng: random.Random) -> tuple[Population, str]:
    mailbox, value = _somebody(population, rng), rng.choice(tuple(SWITCHES))
    changed = msgspec.structs.replace(mailbox, smtp_auth_disabled=SWITCHES[value])
    return _with_mailbox(population, changed), f"mailbox:{mailbox.address}.smtp_auth={value}"


def _mailbox_policy(population: Population, rng: random.Random) -> tuple[Population, str]:
    mailbox = _somebody(population, rng)
    name = rng.choice((None, *(policy.name for policy in population.authentication_policies)))
    changed = msgspec.structs.replace(mailbox, authentication_policy=name)
    return _with_mailbox(population, changed), f"mailbox:{mailbox.address}.authentication_policy={name or 'none'}"


def _mfa(population: Population, rng: random.Random) -> tuple[Population, str]:
    mailbox, state = _somebody(population, rng), rng.choice(tuple(Mfa))
    assert mailbox.account
    changed = msgspec.structs.replace(mailbox.account, mfa=state)
    return _with_account(population, mailbox, changed), f"mailbox:{mailbox.address}.per_user_mfa={state.value}"


def _sign_in(population: Population, rng: random.Random) -> tuple[Population, str]:
    mailbox, value = _somebody(population, rng), rng.choice(tuple(SIGN_IN))
    assert mailbox.account
    changed = msgspec.structs.replace(mailbox.account, enabled=SIGN_IN[value])
    return _with_account(population, mailbox, changed), f"mailbox:{mailbox.address}.sign_in={value}"


def _allow_basic(population: Population, rng: random.Random) -> tuple[Population, str]:
    policy, value = rng.choice(population.authentication_policies), rng.choice(tuple(TRUTH))
    allowed = policy.allowed | {"Smtp"} if TRUTH[value] else policy.allowed - {"Smtp"}
    changed = msgspec.structs.replace(policy, allowed=allowed)
    policies = tuple(changed if one.name == policy.name else one for one in population.authentication_policies)
    population = dataclasses.replace(population, authentication_policies=policies)
    return population, f'authentication_policy:"{policy.name}".allow_basic_smtp={value}'


def _create_policy(population: Population, _: random.Random) -> tuple[Population, str]:
    policy = AuthenticationPolicy(
        name="SMTP senders", guid="5e4de150-0000-4000-8000-000000000001", allowed=frozenset({"Smtp"})
    )
    policies = (*population.authentication_policies, policy)
    population = dataclasses.replace(population, authentication_policies=policies)
    return population, 'authentication_policy:"SMTP senders".create=allowing'


MAKERS: Sequence[Maker] = (
    _tenant_switch,
    _policy_state,
    _exclude_group,
    _mailbox_switch,
    _security_defaults,
    _mailbox_policy,
    _include_group,
    _default_policy,
    _exclude_user,
    _mfa,
    _sign_in,
    _allow_basic,
    _create_policy,
)


def _somebody(population: Population, rng: random.Random) -> Mailbox:
    return rng.choice([mailbox for mailbox in population.mailboxes if mailbox.account])


def _about_people(population: Population) -> Sequence[Policy]:
    return [policy for policy in population.policies if not policy.service_principals]


def _groups_referred_to(population: Population) -> Sequence[str]:
    named = {
        group
        for policy in population.policies
        for group in (*policy.users.include_groups, *policy.users.exclude_groups)
    }
    return sorted(named)


def _with_settings(population: Population, **values: object) -> Population:
    return dataclasses.replace(population, settings=msgspec.structs.replace(population.settings, **values))


def _with_policy(population: Population, changed: Policy) -> Population:
    policies = tuple(changed if policy.id == changed.id else policy for policy in population.policies)
    return dataclasses.replace(population, policies=policies)


def _with_mailbox(population: Population, changed: Mailbox) -> Population:
    mailboxes = tuple(changed if one.key == changed.key else one for one in population.mailboxes)
    return dataclasses.replace(population, mailboxes=mailboxes)


def _with_account(population: Population, mailbox: Mailbox, changed: Account) -> Population:
    accounts = tuple(changed if one.id == changed.id else one for one in population.accounts)
    population = dataclasses.replace(population, accounts=accounts)
    return _with_mailbox(population, msgspec.structs.replace(mailbox, account=changed))
