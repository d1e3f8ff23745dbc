"""junit.xml: one test case per mailbox and control, for pipelines. Its words are English.

What is unknown is an error and not a failure: JUnit's word for a test that could not tell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from scanner.report.columns import write_reply
from scanner.report.contract import ControlPart, MailboxPart, Report
from scanner.report.formats import Edition
from scanner.report.words import FLAG_MEANINGS, SET_ASIDE_MEANINGS

if TYPE_CHECKING:
    from junitparser import TestCase, TestSuite

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, not even escaped."""


@dataclass(frozen=True, slots=True)
class JunitFormat:
    """Writes junit.xml: one suite of controls, where there are any, and one of mailboxes."""

    file_name: str = "junit.xml"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the suites."""
        from junitparser import JUnitXml  # noqa: PLC0415

        report = edition.report
        xml = JUnitXml("smtp-posture")
        if report.controls:
            xml.add_testsuite(_make_suite("controls", report, map(_try_control, report.controls)))
        xml.add_testsuite(_make_suite("mailboxes", report, map(_try_mailbox, report.mailboxes)))
        xml.update_statistics()  # type: ignore[no-untyped-call] # the one method without types
        xml.write(out)


def legal(text: str) -> str:
    """Gives text that XML can hold: what it can't hold becomes the replacement character."""
    return _ILLEGAL.sub("\ufffd", text)


def _make_suite(name: str, report: Report, cases: Iterable["TestCase"]) -> "TestSuite":
    """Makes a suite that says of which tenant and run it is."""
    from junitparser import TestSuite  # noqa: PLC0415

    suite = TestSuite(name)
    suite.timestamp = report.run.finished
    suite.hostname = legal(report.tenant.domain)
    facts = {"tenant_id": report.tenant.id, "run_id": report.run.id, "as_of": report.run.as_of}
    for key, value in facts.items():
        suite.add_property(key, legal(value))
    suite.add_testcases(list(cases))
    return suite


def _try_control(control: ControlPart) -> "TestCase":
    """Makes the case of a control."""
    from junitparser import Error, Failure, TestCase  # noqa: PLC0415

    case = TestCase(legal(f"{control.id} {control.title}"), legal(f"{control.framework} {control.version}"))
    because = legal(str(control.because))
    if control.state == "not_met":
        case.result = [Failure(because, "not_met")]
    elif control.state == "unknown":
        case.result = [Error(because, "unknown")]
    return case


def _try_mailbox(mailbox: MailboxPart) -> "TestCase":
    """Makes the case of a mailbox."""
    from junitparser import Error, Failure, Skipped, TestCase  # noqa: PLC0415

    case = TestCase(legal(mailbox.address or mailbox.id), f"mailboxes.{legal(mailbox.kind)}")
    if mailbox.set_aside is not None:
        case.result = [Skipped(str(SET_ASIDE_MEANINGS[mailbox.set_aside]), mailbox.set_aside)]
    elif mailbox.waiver is not None:
        waiver = mailbox.waiver
        told = f"Accepted by {waiver.owner} until {waiver.expires}: {waiver.reason}"
        case.result = [Skipped(legal(told), mailbox.flag)]
    elif mailbox.flag != "in_order":
        kind = Error if mailbox.flag == "unknown" else Failure
        result = kind(str(FLAG_MEANINGS[mailbox.flag]), mailbox.flag)
        result.text = legal("\n".join(_tell(mailbox)))
        case.result = [result]
    return case


def _tell(mailbox: MailboxPart) -> Iterable[str]:
    """Tells the reply, the reasons and the remedies, a line each."""
    basic = mailbox.verdicts.basic
    if basic.reply is not None:
        yield write_reply(basic.reply)
    yield from (str(gate.because) for gate in basic.gates if gate.state != "open" and gate.because)
    if basic.missing:
        yield f"Missing: {', '.join(basic.missing)}"
    yield from (f"{remedy.text} {remedy.command}".strip() for remedy in mailbox.remedies)


FORMAT = JunitFormat()
