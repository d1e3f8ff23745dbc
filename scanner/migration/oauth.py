"""OAuth readiness: applications registered in Exchange against enterprise applications, rights, and the switch.

An application may send with OAuth once it is registered in Exchange with the Object ID of its *enterprise application*,
holds FullAccess of the mailbox, and the mailbox's SMTP AUTH switch is open (facts/smtp-auth.md §1.7). The app
registration has another Object ID: taking that one is the commonest fault.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from scanner.gates import smtp_auth_switch
from scanner.model.applications import RegisteredRow, RightRow
from scanner.model.directory import MailboxRow
from scanner.model.frozen import Frozen
from scanner.model.judgement import GateState
from scanner.model.section import SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say
from scanner.posture import JudgedMailbox, entra_id_of, unique
from scanner.replies.commands import quoted

REGISTERED = "exchange-service-principals"
ENTERPRISE = "service-principals"
RIGHTS = "mailbox-permissions"
FULL_ACCESS = "fullaccess"


class Match(StrEnum):
    """How a registration in Exchange fits the enterprise applications."""

    OK = "ok"
    WRONG_OBJECT_ID = "wrong_object_id"
    NO_ENTERPRISE_APPLICATION = "no_enterprise_application"
    UNKNOWN = "unknown"


class Application(Frozen, frozen=True, kw_only=True):
    """One application that is registered in Exchange.

    Attributes:
        row: Its registration.
        enterprise_id: Object id of its enterprise application; "" where none was read.
        match: Whether they fit.
        because: Why that is said.
        command: What registers it rightly; "" where nothing has to be done.
    """

    row: RegisteredRow
    enterprise_id: str
    match: Match
    because: Text
    command: str


class Readiness(Frozen, frozen=True, kw_only=True):
    """Whether an application could send as one mailbox.

    Attributes:
        switch: State of the mailbox's SMTP AUTH switch, which OAuth needs too.
        applications: Names of registered applications that hold FullAccess of it; ``None`` where rights weren't read.
        ready: All of it holds; ``None`` where that is not known.
        because: What lacks, or is not known.
    """

    switch: GateState
    applications: tuple[str, ...] | None
    ready: bool | None
    because: tuple[Text, ...]


class Applications:
    """The applications of one tenant.

    Args:
        snapshot: The evidence.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.read = snapshot.state_of(REGISTERED) is not SectionState.MISSING
        self.all = tuple(match_all(snapshot))
        self._rights_read = snapshot.is_complete(RIGHTS)
        self._by_name = {name: one for one in self.all for name in names_of(one.row)}
        self._rights = self._by_mailbox(snapshot.mailbox_permissions)
        self._spelled = spellings(snapshot.mailboxes)

    def readiness_of(self, mailbox: JudgedMailbox) -> Readiness:
        """Tell whether an application could send as a mailbox."""
        judgements = {judgement.gate: judgement.state for judgement in mailbox.verdicts.oauth_app.judgements}
        switch = judgements.get(smtp_auth_switch.NAME, GateState.UNKNOWN)
        holders = self._holders(mailbox.row) if self._rights_read and self.read else None
        lacks = tuple(self._lacks(switch, holders))
        hopeless = switch is GateState.CLOSED or (holders is not None and not sound(holders))
        complete = switch is GateState.OPEN and any(one.match is Match.OK for one in holders or ())
        ready = True if complete else False if hopeless else None
        return Readiness(
            switch=switch,
            applications=None if holders is None else tuple(one.row.name or one.row.app_id for one in holders),
            ready=ready,
            because=lacks,
        )

    def _holders(self, row: MailboxRow) -> tuple[Application, ...] | None:
        """Give those that hold the right; ``None`` where it may be another mailbox's of the same name."""
        found: dict[str, Application] = {}
        for name in names_of_mailbox(row):
            held = {one.row.app_id: one for one in self._rights.get(name, ())}
            if held and self._spelled.get(name) != row:
                return None
            found |= held
        return tuple(found.values())

    def _by_mailbox(self, rows: Iterable[RightRow]) -> Mapping[str, list[Application]]:
        found: dict[str, list[Application]] = {}
        for row in rows:
            application = self._by_name.get(row.user)
            if application is not None and FULL_ACCESS in row.rights and not row.denied:
                found.setdefault(row.mailbox, []).append(application)
        return found

    def _lacks(self, switch: GateState, holders: tuple[Application, ...] | None) -> Iterator[Text]:
        if switch is GateState.CLOSED:
            yield say("The SMTP AUTH switch of the mailbox is closed, and OAuth needs it open.")
        elif switch is not GateState.OPEN:
            yield say("Whether the SMTP AUTH switch of the mailbox is open is not known.")
        if not self.read:
            yield say("Which applications are registered in Exchange was not read.")
        elif not self.all:
            yield say("No application is registered in Exchange.")
        if holders is None:
            yield say("Which applications may open the mailbox was not read.")
        elif not holders:
            yield say("No registered application holds FullAccess of the mailbox.")
        for one in holders or ():
            if one.match is not Match.OK:
                yield one.because


def sound(holders: Iterable[Application]) -> bool:
    """Tell whether one of the applications may be registered rightly."""
    return any(one.match in {Match.OK, Match.UNKNOWN} for one in holders)


def match_all(snapshot: Snapshot) -> Iterator[Application]:
    """Hold every registration against the enterprise applications, by application id."""
    by_app = unique((row.app_id, row.id) for row in snapshot.service_principals if row.app_id and row.id)
    for row in sorted(snapshot.exchange_service_principals, key=lambda row: (row.name.lower(), row.app_id)):
        yield match_one(row, by_app.get(row.app_id, ""), whole=snapshot.is_complete(ENTERPRISE))


def match_one(row: RegisteredRow, enterprise_id: str, *, whole: bool) -> Application:
    """Hold one registration against its enterprise application.

    Args:
        row: The registration.
        enterprise_id: Object id of the enterprise application with its application id; "" where none was read.
        whole: All enterprise applications were read.
    """
    name = row.name or row.app_id or row.object_id
    command = ""
    if enterprise_id and enterprise_id == row.object_id:
        match, words = Match.OK, say("{name} is registered with its enterprise application's Object ID.", name=name)
    elif enterprise_id:
        match = Match.WRONG_OBJECT_ID
        words = say(
            "{name} is registered in Exchange with the Object ID {wrong}, and its enterprise application has {right}: "
            "probably that of the app registration was taken. Sign-ins with it get 535 5.7.3.",
            name=name,
            wrong=row.object_id or "-",
            right=enterprise_id,
        )
        command = register_again(row, enterprise_id)
    elif whole:
        match = Match.NO_ENTERPRISE_APPLICATION
        words = say(
            "{name} is registered in Exchange, and no enterprise application has its application id.", name=name
        )
    else:
        match = Match.UNKNOWN
        words = say("Whether {name} is registered with the right Object ID is not known.", name=name)
    return Application(row=row, enterprise_id=enterprise_id, match=match, because=words, command=command)


def register_again(row: RegisteredRow, enterprise_id: str) -> str:
    """Write the cmdlets that register an application with the right Object ID."""
    known = quoted(row.object_id or row.app_id)
    new = f"New-ServicePrincipal -AppId {quoted(row.app_id)} -ObjectId {quoted(enterprise_id)}"
    return f"Remove-ServicePrincipal -Identity {known}; {new} -DisplayName {quoted(row.name or row.app_id)}"


def names_of(row: RegisteredRow) -> Iterator[str]:
    """Give the names by which a right may mean an application."""
    names = (row.object_id, row.app_id, row.sid.lower(), row.name.lower())
    return (name for name in names if name)


def names_of_mailbox(row: MailboxRow) -> Iterator[str]:
    """Give the names by which a right may mean a mailbox, in lower case."""
    names = (
        row.address,
        row.sign_in_name,
        row.address.partition("@")[0],
        row.name,
        entra_id_of(row),
        row.exchange_guid,
        row.directory_guid,
    )
    return (name for name in dict.fromkeys(name.lower() for name in names) if name)


def spellings(rows: Iterable[MailboxRow]) -> Mapping[str, MailboxRow]:
    """Sort mailboxes by every name; one that two of them share means neither."""
    return unique((name, row) for row in rows for name in names_of_mailbox(row))
