"""findings.ocsf.json: compliance findings of the Open Cybersecurity Schema Framework, one a line.

Class 2003, version 1.8.0: https://schema.ocsf.io/1.8.0/classes/compliance_finding. Its words are English.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal, assert_never

import msgspec

from scanner.report.columns import write_reply
from scanner.report.contract import ControlPart, MailboxPart, Report, VerdictPart
from scanner.report.formats import Edition
from scanner.report.words import FLAG_MEANINGS, FLAG_TITLES, SET_ASIDE_MEANINGS

VERSION: Final = "1.8.0"
CLASS: Final = 2003
SUBJECT: Final = "Authenticated SMTP submission with a password (Basic)"
"""What a mailbox's finding is about."""

StatusName = Literal["Pass", "Warning", "Fail", "Not applicable"]
STATUS_IDS: Final[dict[StatusName, int]] = {"Pass": 1, "Warning": 2, "Fail": 3, "Not applicable": 99}
"""Warning means "did not yield a result due to missing information": it is what unknown is."""

SEVERITY_IDS: Final = {"Unknown": 0, "Informational": 1, "Low": 2, "Medium": 3, "High": 4}
SEVERITY_BY_FLAG: Final = {
    "failing": "High",
    "will_fail": "High",
    "exposed": "Medium",
    "would_fail": "Low",
    "unknown": "Unknown",
    "in_order": "Informational",
}
CONFIDENCE_IDS: Final = {"low": 1, "medium": 2, "high": 3}


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a finding; what is empty is left out."""


class Product(Part, frozen=True, kw_only=True):
    """What made the finding."""

    name: str
    vendor_name: str
    version: str


class Metadata(Part, frozen=True, kw_only=True):
    """Where an event comes from; ``correlation_uid`` is the run's id."""

    version: str
    product: Product
    uid: str
    correlation_uid: str
    tenant_uid: str = ""


class FindingInfo(Part, frozen=True, kw_only=True):
    """What was found; ``uid`` is the same in every run."""

    uid: str
    title: str
    desc: str = ""
    types: tuple[str, ...] = ()


class Compliance(Part, frozen=True, kw_only=True):
    """The outcome, against which control of which standards."""

    control: str
    standards: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    status: StatusName
    status_id: int
    status_code: str = ""
    status_details: tuple[str, ...] = ()


class Resource(Part, frozen=True, kw_only=True):
    """What it was found on."""

    uid: str
    name: str = ""
    type: str
    labels: tuple[str, ...] = ()


class Remediation(Part, frozen=True, kw_only=True):
    """What would change it."""

    desc: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One event; ``time`` in milliseconds since 1970, UTC."""

    class_uid: int = CLASS
    class_name: str = "Compliance Finding"
    category_uid: int = 2
    category_name: str = "Findings"
    activity_id: int = 1
    activity_name: str = "Create"
    type_uid: int = CLASS * 100 + 1
    type_name: str = "Compliance Finding: Create"
    time: int
    severity_id: int
    severity: str
    status_id: int
    status: str
    confidence_id: int | msgspec.UnsetType = msgspec.UNSET
    confidence: str | msgspec.UnsetType = msgspec.UNSET
    message: str
    metadata: Metadata
    finding_info: FindingInfo
    compliance: Compliance
    resources: tuple[Resource, ...]
    remediation: Remediation | msgspec.UnsetType = msgspec.UNSET
    unmapped: dict[str, object]


@dataclass(frozen=True, slots=True)
class OcsfFormat:
    """Writes findings.ocsf.json: an array with one finding a line, the controls first, then every mailbox."""

    file_name: str = "findings.ocsf.json"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the findings."""
        encoder = msgspec.json.Encoder(enc_hook=str)
        separator = b"[\n"
        for finding in list_findings(edition.report):
            out.write(separator + encoder.encode(finding))
            separator = b",\n"
        out.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def list_findings(report: Report) -> Iterator[Finding]:
    """Makes the findings of a report, one by one."""
    for control in report.controls:
        yield _find_control(report, control)
    standards = tuple(dict.fromkeys(f"{control.framework} {control.version}" for control in report.controls))
    for mailbox in report.mailboxes:
        yield _find_mailbox(report, mailbox, standards)


def _find_control(report: Report, control: ControlPart) -> Finding:
    """Makes the finding of a control; its resource is the tenant."""
    status = _control_status(control.state)
    severity = {"Fail": "Medium", "Warning": "Unknown"}.get(status, "Informational")
    info = FindingInfo(
        uid=f"{report.tenant.id}/control/{control.framework}/{control.id}",
        title=str(control.title),
        desc=str(control.because),
    )
    return Finding(
        time=_read_time(report),
        severity_id=SEVERITY_IDS[severity],
        severity=severity,
        status_id=1,
        status="New",
        message=f"{control.framework} {control.id}: {control.title}: {control.because}",
        metadata=_make_metadata(report, info),
        finding_info=info,
        compliance=Compliance(
            control=control.id,
            standards=(f"{control.framework} {control.version}",),
            requirements=(str(control.title),),
            status=status,
            status_id=STATUS_IDS[status],
            status_code=control.state,
            status_details=(str(control.because),),
        ),
        resources=(Resource(uid=report.tenant.id, name=report.tenant.domain, type="Tenant"),),
        unmapped={"mapped_by": str(control.mapped_by)},
    )


def _control_status(state: Literal["met", "not_met", "unknown"]) -> StatusName:
    """Gives the status of a control."""
    match state:
        case "met":
            return "Pass"
        case "not_met":
            return "Fail"
        case "unknown":
            return "Warning"
        case _:
            assert_never(state)


def _find_mailbox(report: Report, mailbox: MailboxPart, standards: tuple[str, ...]) -> Finding:
    """Makes the finding of a mailbox."""
    basic = mailbox.verdicts.basic
    status = _mailbox_status(mailbox)
    severity = SEVERITY_BY_FLAG[mailbox.flag] if mailbox.set_aside is None else "Informational"
    remedies = " ".join(str(remedy.text) for remedy in mailbox.remedies)
    info = FindingInfo(
        uid=f"{report.tenant.id}/mailbox/{mailbox.id}/basic",
        title=f"{FLAG_TITLES[mailbox.flag]}: {SUBJECT} is {_name_outcome(basic)}",
        desc=_describe(mailbox),
        types=(mailbox.flag,),
    )
    return Finding(
        time=_read_time(report),
        severity_id=SEVERITY_IDS[severity],
        severity=severity,
        status_id=1 if mailbox.waiver is None else 3,
        status="New" if mailbox.waiver is None else "Suppressed",
        confidence_id=CONFIDENCE_IDS[basic.confidence],
        confidence=basic.confidence.capitalize(),
        message=f"{mailbox.address or mailbox.id}: {info.title}.",
        metadata=_make_metadata(report, info),
        finding_info=info,
        compliance=Compliance(
            control=SUBJECT,
            standards=standards,
            status=status,
            status_id=STATUS_IDS[status],
            status_code=basic.decided_by or "",
            status_details=_explain(basic),
        ),
        resources=(Resource(uid=mailbox.id, name=mailbox.address, type="Mailbox", labels=(mailbox.kind,)),),
        remediation=Remediation(desc=remedies) if remedies else msgspec.UNSET,
        unmapped=_keep_rest(mailbox),
    )


def _mailbox_status(mailbox: MailboxPart) -> StatusName:
    """Gives the status of a mailbox."""
    if mailbox.set_aside is not None:
        return "Not applicable"
    match mailbox.flag:
        case "in_order":
            return "Pass"
        case "unknown" | "would_fail":  # would_fail: refused, and whether anybody is hurt was not seen
            return "Warning"
        case "failing" | "will_fail" | "exposed":
            return "Fail"
        case _:
            assert_never(mailbox.flag)


def _name_outcome(verdict: VerdictPart) -> str:
    """Gives the outcome as the end of a sentence."""
    return "decided at the time of sending" if verdict.outcome == "depends" else verdict.outcome


def _describe(mailbox: MailboxPart) -> str:
    """Describes what the flag means for this mailbox."""
    if mailbox.set_aside is not None:
        return str(SET_ASIDE_MEANINGS[mailbox.set_aside])
    return str(FLAG_MEANINGS[mailbox.flag])


def _explain(verdict: VerdictPart) -> tuple[str, ...]:
    """Gives the predicted reply and why each gate is not open."""
    reply = (write_reply(verdict.reply),) if verdict.reply else ()
    return (*reply, *(str(gate.because) for gate in verdict.gates if gate.state != "open" and gate.because))


def _keep_rest(mailbox: MailboxPart) -> dict[str, object]:
    """Keeps what the schema has no place for, under the names of report.json."""
    basic = mailbox.verdicts.basic
    rest = {
        "display_name": mailbox.display_name,
        "flag": mailbox.flag,
        "likelihood": mailbox.likelihood,
        "outcome": basic.outcome,
        "closed": basic.closed,
        "depends_on": basic.depends_on,
        "missing": basic.missing,
        "waiver": mailbox.waiver,
        "set_aside": mailbox.set_aside,
    }
    return {name: value for name, value in rest.items() if value}


def _read_time(report: Report) -> int:
    """Gives the time of all findings: the end of the run, in milliseconds since 1970."""
    return int(dt.datetime.fromisoformat(report.run.finished).timestamp() * 1000)


def _make_metadata(report: Report, info: FindingInfo) -> Metadata:
    """Says where a finding comes from."""
    return Metadata(
        version=VERSION,
        product=Product(name="smtp-posture", vendor_name="smtp-posture", version=report.run.tool_version),
        uid=f"{report.run.id}/{info.uid}",
        correlation_uid=report.run.id,
        tenant_uid=report.tenant.id,
    )


FORMAT = OcsfFormat()
