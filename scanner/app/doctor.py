"""The examination of a tenant before it is read: what works, what would be missing, and what to do about it."""

import asyncio
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_never

import msgspec

from scanner.app.run import utc_now
from scanner.app.sources import EXPORTED, sections_of
from scanner.app.surroundings import Level, Remark, examine_machine, fault, needed_to_send, ok, tell_end
from scanner.completeness import NEEDED
from scanner.config import Config, TenantConfig
from scanner.errors import ConfigurationError, ExitCode, SourceError
from scanner.evidence.document import asked
from scanner.evidence.permissions import DELEGATED
from scanner.evidence.registry import NAMING_PERMISSION
from scanner.evidence.section import Cmdlet, Section
from scanner.gates.order import GATES
from scanner.model.frozen import Frozen
from scanner.model.tenant import Tenant
from scanner.sources.interface import Progress
from scanner.sources.live import Patience, Target, patience_for
from scanner.sources.live.credential import read_certificate_end
from scanner.sources.live.explain import EXCHANGE_ROLE
from scanner.sources.live.privilege import DirectoryRole, Holding
from scanner.sources.live.probe import Probe, ProbeState, Probing, probe_tenant
from scanner.sources.live.reach import Host, reach

SKEW_THAT_MATTERS = 60  # seconds; a signed request that is minutes off is refused (facts/apis.md §4.1)
LACKING = frozenset({ProbeState.MISSING, ProbeState.NOT_LICENSED, ProbeState.UNKNOWN})
GRAVITY = (ExitCode.USAGE, ExitCode.FAILURE, ExitCode.INCOMPLETE)
SERVICES = {"graph": "Microsoft Graph", "exchange": "Exchange Online"}


class SectionFinding(Frozen, frozen=True, kw_only=True):
    """What was found of one section.

    Attributes:
        section: Its name.
        state: ``readable``, ``missing``, ``not_licensed``, ``unknown`` (no usable answer), ``from_files`` or
            ``not_tried``.
        asked: What is asked of the provider.
        permission: The permission that it takes.
        lacking: The permission or Exchange role that lacks; empty where none does.
        reason: Why it is not readable.
        lacks: What the report would lack without it.
        gates: The gates whose verdicts rest on it, by name.
        verdicts: What becomes of verdicts without it.
        advice: What to do.
    """

    section: str
    state: str
    asked: str
    permission: str
    lacking: str = ""
    reason: str = ""
    lacks: str = ""
    gates: tuple[str, ...] = ()
    verdicts: str = ""
    advice: str = ""


class TokenFinding(Frozen, frozen=True, kw_only=True):
    """What one token holds.

    Attributes:
        service: Whose token it is.
        delegated: It acts for somebody who signed in.
        permissions: What it names.
        beyond_reading: Those that allow more than reading and sending mail.
    """

    service: str
    delegated: bool
    permissions: tuple[str, ...]
    beyond_reading: tuple[str, ...]


class Examination(Frozen, frozen=True, kw_only=True):
    """All that was found.

    Attributes:
        tenant: Who the tenant is; as configured, where nothing could be read.
        exit_code: What the command exits with.
        remarks: Everything but sections.
        tokens: What the tokens hold.
        sections: One finding for each section.
    """

    tenant: Tenant
    exit_code: int
    remarks: tuple[Remark, ...]
    tokens: tuple[TokenFinding, ...]
    sections: tuple[SectionFinding, ...]


def examine(
    config: Config, tenant: TenantConfig, out: Path, progress: Progress, *, attended: bool = False
) -> Examination:
    """Try everything that a scan of a tenant would need, and alter nothing.

    Args:
        config: The configuration.
        tenant: The tenant.
        out: The folder of the reports.
        progress: Is told what is waited for.
        attended: Somebody is there who can enter a code.
    """
    remarks = list(examine_machine(config, tenant, out, os.environ))
    probing: Probing | None = None
    try:
        target = Target.of(tenant, os.environ)
        patience = quick(patience_for(tenant.limits))
        remarks += tell_certificate(target)
        remarks += map(tell_host, asyncio.run(reach(target, patience, utc_now)))
        progress.tell("signing in, and asking each section for one row")
        prompt = progress.tell if attended else None
        probing = asyncio.run(probe_tenant(target, sections_of(tenant), patience, progress.wait, prompt))
        remarks += tell_probing(probing, needed_to_send(config, tenant))
    except (SourceError, ConfigurationError) as error:
        remarks.append(fault("sign-in", error))
    sections = tuple(map(find, probing.probes)) if probing else tuple(map(not_tried, sections_of(tenant)))
    return Examination(
        tenant=probing.tenant if probing else Tenant(id=tenant.id, cloud=tenant.cloud),
        exit_code=judge(remarks, sections),
        remarks=tuple(remarks),
        tokens=tuple(map(tell_token, probing.holdings)) if probing else (),
        sections=sections,
    )


def judge(remarks: Iterable[Remark], sections: Iterable[SectionFinding]) -> int:
    """Give the exit code: the gravest of what was found; what would be missing comes last."""
    codes = {remark.exit_code for remark in remarks}
    if any(finding.state in LACKING for finding in sections):
        codes.add(ExitCode.INCOMPLETE)
    return int(next((code for code in GRAVITY if code in codes), ExitCode.OK))


def quick(patience: Patience) -> Patience:
    """Give the patience of somebody who waits for an answer: a scan may wait longer."""
    return replace(patience, walk=300, call=60, connect=10, silence=90, answer=120)


def tell_certificate(target: Target) -> list[Remark]:
    """Say when the certificate ends.

    Raises:
        ConfigurationError: Its file can't be used.
    """
    end = read_certificate_end(target)
    return [tell_end("certificate", end, utc_now())] if end else []


def tell_host(host: Host) -> Remark:
    """Say whether a host answers, and whether its clock is this machine's."""
    subject = host.serves
    if host.failure:
        return Remark(
            subject=subject,
            level=Level.FAULT,
            says=f"{host.name}: {host.failure}.",
            advice="Look at the network, the name service, the proxy setting and ca_file.",
            exit_code=ExitCode.FAILURE,
        )
    if host.skew is None:
        return ok(subject, f"{host.name} answers; it does not say what time it has.")
    if abs(host.skew) > SKEW_THAT_MATTERS:
        way = "behind" if host.skew > 0 else "ahead of"
        return Remark(
            subject=subject,
            level=Level.WARNING,
            says=f"This machine's clock is {abs(host.skew):.0f} seconds {way} that of {host.name}.",
            advice="Set this machine's clock: when it is minutes off, sign-in is refused.",
        )
    return ok(subject, f"{host.name} answers, and the clocks agree.")


def tell_probing(probing: Probing, sends: frozenset[str]) -> Iterator[Remark]:
    """Say what sign-in gave: tokens, what they allow, and what is known of the secret.

    Args:
        probing: What the tenant showed.
        sends: Permissions that delivering reports takes.
    """
    for service, name in SERVICES.items():
        refusal = probing.refusals.get(service)
        yield fault("sign-in", refusal) if refusal else ok("sign-in", f"{name} gave a token.")
    if probing.secret_ends:
        yield tell_end("client secret", probing.secret_ends, utc_now())
    if not probing.named:
        yield Remark(
            subject="tenant",
            level=Level.WARNING,
            says="The name of the tenant can't be read: reports show its id or domain only.",
            advice=f"Grant {NAMING_PERMISSION}.",
        )
    held = {name for holding in probing.holdings for name in holding.permissions}
    if sends - held:
        yield Remark(
            subject="delivery",
            level=Level.FAULT,
            says=f"Reports can't be sent: the token lacks {', '.join(sorted(sends - held))}.",
            advice="Add it to the app registration, narrowed to the sender's mailbox, and let an admin consent.",
            exit_code=ExitCode.FAILURE,
        )
    for holding in probing.holdings:
        yield from tell_holding(holding, sends)
    yield from tell_roles(probing.roles)


def tell_holding(holding: Holding, sends: frozenset[str]) -> Iterator[Remark]:
    """Say what a token allows beyond reading (trust.md T19)."""
    service = SERVICES[holding.service]
    if holding.writing:
        yield Remark(
            subject="privilege",
            level=Level.WARNING,
            says=f"The token for {service} allows more than reading: {', '.join(holding.writing)}.",
            advice="Take these away from the app: smtp-posture never writes, and whoever gets its credential could.",
        )
    unused = [name for name in holding.sending if name not in sends]
    if unused:
        yield Remark(
            subject="privilege",
            level=Level.WARNING,
            says=f"The token for {service} can send mail ({', '.join(unused)}), and no schedule sends with it.",
            advice="Take it away unless reports are mailed with it; narrow it to the sender's mailbox otherwise.",
        )
    if holding.enters_exchange:
        yield ok(
            "privilege",
            "The permission on Exchange lets the app in and does not say what for: its role decides, which no token "
            "names. Each cmdlet was tried.",
        )


def tell_roles(roles: tuple[DirectoryRole, ...] | None) -> Iterator[Remark]:
    """Say which directory roles whoever signed in holds by itself."""
    if roles is None:
        yield ok("privilege", "Directory roles of the app can't be read: whether one of them can write is not known.")
        return
    writing = [role.name or role.template_id for role in roles if not role.is_reading]
    if writing:
        yield Remark(
            subject="privilege",
            level=Level.WARNING,
            says=f"It holds directory roles that may write: {', '.join(writing)}.",
            advice="Give it Global Reader instead, or the Exchange role group View-Only Organization Management.",
        )
    reading = [role.name for role in roles if role.is_reading]
    if reading:
        yield ok("privilege", f"It holds directory roles that only read: {', '.join(reading)}.")


def tell_token(holding: Holding) -> TokenFinding:
    """Give what a token holds, for programs."""
    return TokenFinding(
        service=holding.service,
        delegated=holding.delegated,
        permissions=holding.permissions,
        beyond_reading=holding.writing,
    )


def find(probe: Probe) -> SectionFinding:
    """Say what a probe showed, and what follows."""
    lacking = probe.state in LACKING
    return msgspec.structs.replace(
        not_tried(probe.section),
        state=probe.state.value,
        lacking=probe.permission,
        reason=str(probe.reason),
        lacks=probe.section.gives if lacking else "",
        verdicts=name_verdicts(probe.section) if lacking else "",
        advice=advise(probe),
    )


def not_tried(section: Section[Any]) -> SectionFinding:
    """Say of a section what is known without asking for it."""
    return SectionFinding(
        section=section.name,
        state="not_tried",
        asked=asked(section.ask).replace("`", ""),
        permission=section.permission if section.ask else "",
        gates=tuple(gate.name for gate in GATES if section.name in gate.sections),
    )


def name_verdicts(section: Section[Any]) -> str:
    """Say which verdicts become unknown without a section."""
    gates = " and ".join(str(gate.title) for gate in GATES if section.name in gate.sections)
    if not gates:
        return "No verdict becomes unknown."
    if section.name in NEEDED:
        return f"Unknown for every mailbox that an earlier gate does not refuse: {gates}."
    return f"Unknown where a mailbox's verdict depends on it: {gates}."


def advise(probe: Probe) -> str:
    """Say what to do about a section."""
    match probe.state:
        case ProbeState.READABLE:
            return ""
        case ProbeState.FROM_FILES if probe.section.name == EXPORTED.name:
            return "Export it in the Exchange admin center, and name the file in [tenants.NAME.senders] exports."
        case ProbeState.FROM_FILES:
            return "It comes with an evidence folder only: smtp-posture export-script."
        case ProbeState.NOT_LICENSED:
            return "Nothing to grant: Entra ID P1 or P2 would have to be bought. Exports tell of senders as well."
        case ProbeState.UNKNOWN:
            return "Run it again; if it stays, look at the service's health."
        case ProbeState.MISSING:
            return advise_grant(probe)
    assert_never(probe.state)


def advise_grant(probe: Probe) -> str:
    """Say what to grant."""
    if probe.permission == EXCHANGE_ROLE:
        whom = "whoever signs in" if probe.section.permission in DELEGATED.values() else "the app's service principal"
        return (
            f"Give {whom} Global Reader, or View-Only Organization Management in Exchange. It takes 30 minutes to 2 "
            "hours until it works."
        )
    if not probe.permission:
        return "No permission lacks by what the service said: read its answer above."
    service = "Office 365 Exchange Online" if isinstance(probe.section.ask, Cmdlet) else "Microsoft Graph"
    return f"Add {probe.permission} ({service}) to the app registration, and let an admin consent."
