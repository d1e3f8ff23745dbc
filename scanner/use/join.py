"""Joins what is known of use to mailboxes, and keeps three kinds of silence apart."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from msgspec import structs

from scanner.evidence.registry import SIGN_INS
from scanner.evidence.sections.sign_ins import LOG_DAYS
from scanner.model.directory import MailboxRow
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say
from scanner.model.use import Clients, Earlier, SenderTrace, SignIns, Silence, Use, Volume
from scanner.use.clients import by_sender

CLIENTS = "smtp-auth-clients"
REPORT_DAYS = 7  # the shortest window of the Exchange admin center's report (§5.1): what is true of it at least


class UseJoin:
    """Finds the use of a mailbox.

    Args:
        snapshot: The evidence.
        earlier: What earlier runs saw, by mailbox id.
    """

    def __init__(self, snapshot: Snapshot, earlier: Mapping[str, Earlier]) -> None:
        self._earlier = earlier
        self._log = report_of(snapshot, SIGN_INS)
        self._report = report_of(snapshot, CLIENTS)
        accounts = snapshot.sign_ins.accounts
        self._by_id = {account.user_id: account for account in accounts if account.user_id}
        self._by_name = {account.sign_in_name: account for account in accounts if account.sign_in_name}
        self._by_address = by_sender(snapshot.smtp_auth_clients)
        self._volumes = volumes_of(snapshot)
        days = {SIGN_INS: log_days(snapshot, self._log), CLIENTS: report_days(snapshot, self._report)}
        self._sources = tuple(name for name, known in days.items() if known)
        self._days = max(filter(None, days.values()), default=None)
        read = (report.collected_at for report in (self._log, self._report))
        self._read_at = max(filter(None, read), default=None)
        self._silent = self._join(None, None)

    def of(self, row: MailboxRow, mailbox_id: str) -> Use:
        """Give the use of a mailbox."""
        sign_ins = self._sign_ins(row)
        clients = self._by_address.get(row.address.lower()) or self._by_address.get(row.sign_in_name.lower())
        earlier = self._earlier.get(mailbox_id)
        volume = self._volumes.get(row.address.lower()) or self._volumes.get(row.sign_in_name.lower())
        use = self._silent if sign_ins is None and clients is None else self._join(sign_ins, clients)
        if earlier is None and volume is None:
            return use
        return structs.replace(use, earlier=earlier or use.earlier, volume=volume)

    def strangers(self, rows: Iterable[MailboxRow]) -> int:
        """Count the senders that the sources name and that are none of the mailboxes."""
        known = {name for row in rows for name in (row.entra_id, row.address.lower(), row.sign_in_name.lower())}
        accounts = {account.user_id or account.sign_in_name: account for account in self._by_name.values()}
        logged = {account.sign_in_name for key, account in accounts.items() if not {key, account.sign_in_name} & known}
        return len(logged | {address for address in self._by_address if address not in known})

    def _sign_ins(self, row: MailboxRow) -> SignIns | None:
        by_id = self._by_id.get(row.entra_id) if isinstance(row.entra_id, str) else None
        return by_id or self._by_name.get(row.sign_in_name.lower()) or self._by_name.get(row.address.lower())

    def _join(self, sign_ins: SignIns | None, clients: Clients | None) -> Use:
        seen = clients is not None or (sign_ins is not None and is_sender(sign_ins))
        use = Use(
            basic=most(basic_in_log(sign_ins, self._log), basic_in_report(clients, self._report)),
            oauth=most(oauth_in_log(sign_ins), oauth_in_report(clients, self._report)),
            last_seen=sign_ins.last_seen if sign_ins else None,
            window_days=self._days,
            read_at=self._read_at,
            sources=self._sources,
            silence=None,
            sign_ins=sign_ins,
            clients=clients,
        )
        if seen:
            return use
        silence, because = self._silence()
        return structs.replace(use, silence=silence, because=because)

    def _silence(self) -> tuple[Silence, Text]:
        whole = [report for report in (self._log, self._report) if report.state is SectionState.COMPLETE]
        if whole and self._days is not None:
            return Silence.NOT_SEEN, say("Not seen in {days} days.", days=self._days)
        if not self._log.is_licensed:
            return Silence.NOT_LICENSED, say("Who sends can't be read: {reason}.", reason=self._log.reason)
        reason = self._log.reason
        return Silence.NOT_READABLE, say(
            "Who sends was not read: {section}: {reason}.", section=SIGN_INS, reason=reason
        )


def report_of(snapshot: Snapshot, section: str) -> SectionReport:
    """Give how much of a section was read."""
    return snapshot.sections.get(section) or SectionReport(section=section, state=SectionState.MISSING)


def volumes_of(snapshot: Snapshot) -> Mapping[str, Volume]:
    """Sum up the message trace by sender; what is outside is known where all of the tenant's domains are."""
    domains = {domain.name for domain in snapshot.domains} if snapshot.is_complete("domains") else None
    return {trace.sender: volume_of(trace, domains) for trace in snapshot.message_traces}


def volume_of(trace: SenderTrace, domains: Collection[str] | None) -> Volume:
    """Sum up what one sender sent."""
    outside = None if domains is None else sum(count for domain, count in trace.domains if domain not in domains)
    return Volume(messages=trace.messages, recipients=sum(count for _, count in trace.domains), external=outside)


def is_sender(sign_ins: SignIns) -> bool:
    """Tell whether somebody sends, rather than tries passwords."""
    return bool(sign_ins.basic or sign_ins.oauth or sign_ins.last_failure)


def log_days(snapshot: Snapshot, report: SectionReport) -> int | None:
    """Count the days that the sign-in log covers; ``None`` where it was not read."""
    if report.state is SectionState.MISSING:
        return None
    oldest = snapshot.sign_ins.oldest
    if oldest is None or report.collected_at is None:
        return LOG_DAYS
    return max(LOG_DAYS, (report.collected_at - oldest).days)


def report_days(snapshot: Snapshot, report: SectionReport) -> int | None:
    """Count the days that the exports cover, as far as they say; ``None`` where there is none."""
    if report.state is SectionState.MISSING:
        return None
    windows = [(row.start, row.end) for row in snapshot.smtp_auth_clients]
    known: set[dt.date] = set()
    for start, end in windows:
        if start and end:
            known.update(start + dt.timedelta(days=day) for day in range((end - start).days + 1))
    return len(known) or REPORT_DAYS


def basic_in_log(sign_ins: SignIns | None, report: SectionReport) -> int | None:
    """Count successes with Basic; none is known only where the whole log was read."""
    if sign_ins is not None and sign_ins.basic:
        return sign_ins.basic
    return 0 if report.state is SectionState.COMPLETE else None


def oauth_in_log(sign_ins: SignIns | None) -> int | None:
    """Count successes with OAuth; the log shows them as SMTP at best sometimes, so none is never known."""
    return sign_ins.oauth if sign_ins is not None and sign_ins.oauth else None


def basic_in_report(clients: Clients | None, report: SectionReport) -> int | None:
    """Count messages with Basic."""
    if clients is not None and clients.not_told and not clients.basic:
        return None
    if clients is not None and clients.basic:
        return clients.basic
    return 0 if report.state is SectionState.COMPLETE else None


def oauth_in_report(clients: Clients | None, report: SectionReport) -> int | None:
    """Count messages with OAuth."""
    if clients is not None and clients.not_told and not clients.oauth:
        return None
    if clients is not None and clients.oauth:
        return clients.oauth
    return 0 if report.state is SectionState.COMPLETE else None


def most(*counts: int | None) -> int | None:
    """Give the largest count that is known."""
    return max((count for count in counts if count is not None), default=None)
