"""Who really sends with authenticated SMTP, as the sign-in log and the Exchange admin center's report tell."""

import datetime as dt
from enum import StrEnum

from scanner.model.frozen import Frozen
from scanner.model.text import NOTHING, Text


class Protocol(StrEnum):
    """How a submission was authenticated, as the Exchange admin center's report says it."""

    BASIC = "basic"
    OAUTH = "oauth"
    NOT_TOLD = "not_told"  # exports from before October 2024 have no such column


class Silence(StrEnum):
    """Why no use is told of: three things that must not be taken for each other."""

    NOT_SEEN = "not_seen"  # it was looked for, and there was none
    NOT_LICENSED = "not_licensed"  # the tenant's licence doesn't let anybody look
    NOT_READABLE = "not_readable"  # it was not read, or not to its end


class SignIn(Frozen, frozen=True, kw_only=True):
    """One event of the sign-in log.

    Attributes:
        id: The event's id; "" where it has none.
        user_id: Entra object id in lower case; "" where not given.
        sign_in_name: userPrincipalName in lower case.
        moment: createdDateTime.
        smtp: It is authenticated SMTP, by ``clientAppUsed``.
        oauth: The client signed in with OAuth, as far as the event tells.
        code: status.errorCode; "0" is success.
        address: ipAddress; "" where not given.
        user_agent: userAgent; "" where not given.
        policies: (id, name, result) of each Conditional Access policy that was applied; ``None`` where the reader may
            not see them.
    """

    id: str
    user_id: str
    sign_in_name: str
    moment: dt.datetime
    smtp: bool
    oauth: bool
    code: str
    address: str = ""
    user_agent: str = ""
    policies: tuple[tuple[str, str, str], ...] | None = None


class Origin(Frozen, frozen=True, kw_only=True):
    """An address that an account was used from: how often it succeeded and failed, and when it was last seen."""

    address: str
    successes: int
    failures: int
    last_seen: dt.datetime


class AppliedPolicy(Frozen, frozen=True, kw_only=True):
    """A Conditional Access policy as it was applied: ``result`` as Graph has it, ``count`` how often."""

    id: str
    name: str
    result: str
    count: int


class SignIns(Frozen, frozen=True, kw_only=True):
    """What the sign-in log holds of one account's authenticated SMTP.

    Attributes:
        user_id: Entra object id in lower case; "" where not given.
        sign_in_name: userPrincipalName in lower case.
        basic: Successes with Basic.
        oauth: Successes with OAuth, as far as the log tells.
        failures: How often each code came, the most frequent first.
        first_seen: The oldest event.
        last_seen: The newest event.
        last_basic: The newest success with Basic.
        last_oauth: The newest success with OAuth.
        longest_pause: Most days between two days with a success with Basic: how the sender keeps silent normally.
        last_failure: The newest failure that counts (see ``guesses``).
        last_code: Its code.
        failing_since: The first failure after the newest success; ``None`` where the newest attempt succeeded.
        guesses: Failures that look like somebody trying passwords: they say nothing about a sender.
        origins: Addresses, the busiest first.
        user_agents: As the clients called themselves.
        policies: Policies that were applied; ``None`` where the reader may not see them.
    """

    user_id: str
    sign_in_name: str
    basic: int
    oauth: int
    failures: tuple[tuple[str, int], ...]
    first_seen: dt.datetime
    last_seen: dt.datetime
    last_basic: dt.datetime | None = None
    last_oauth: dt.datetime | None = None
    longest_pause: int = 0
    last_failure: dt.datetime | None = None
    last_code: str = ""
    failing_since: dt.datetime | None = None
    guesses: int = 0
    origins: tuple[Origin, ...] = ()
    user_agents: tuple[str, ...] = ()
    policies: tuple[AppliedPolicy, ...] | None = None


class SignInLog(Frozen, frozen=True, kw_only=True):
    """The sign-in log, gathered by account; ``oldest`` is the oldest event of any kind."""

    accounts: tuple[SignIns, ...] = ()
    oldest: dt.datetime | None = None


class ClientRow(Frozen, frozen=True, kw_only=True):
    """One row of the Exchange admin center's report "SMTP AUTH clients".

    Attributes:
        address: The sender in lower case.
        protocol: How it authenticated.
        messages: How many messages it sent.
        file: Which export the row is from.
        start: First day that it counts; ``None`` where the export doesn't say.
        end: Last day that it counts.
        old_tls: It used TLS 1.0 or 1.1; ``None`` where the export doesn't say.
    """

    address: str
    protocol: Protocol
    messages: int
    file: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    old_tls: bool | None = None


class Clients(Frozen, frozen=True, kw_only=True):
    """What all exports of the report together tell of one sender.

    Attributes:
        basic: Messages sent with Basic.
        oauth: Messages sent with OAuth.
        not_told: Messages of which the export doesn't say how.
        last_basic: Last day of the newest window with Basic; ``None`` where no window is known.
        last_oauth: The same with OAuth.
        old_tls: It used TLS 1.0 or 1.1; ``None`` where no export says.
    """

    basic: int = 0
    oauth: int = 0
    not_told: int = 0
    last_basic: dt.date | None = None
    last_oauth: dt.date | None = None
    old_tls: bool | None = None


class Trace(Frozen, frozen=True, kw_only=True):
    """One row of the message trace: one recipient of one message, of whom only the domain is known.

    Attributes:
        id: What the row is known by; "" where it has no id.
        sender: The sender's address in lower case.
        message: The message's id.
        domain: The recipient's domain in lower case.
    """

    id: str
    sender: str
    message: str
    domain: str


class SenderTrace(Frozen, frozen=True, kw_only=True):
    """What the message trace holds of one sender: messages, and recipients by their domain."""

    sender: str
    messages: int
    domains: tuple[tuple[str, int], ...]


class Volume(Frozen, frozen=True, kw_only=True):
    """How much a sender sends, by whatever way: the trace doesn't tell authenticated SMTP from other mail.

    Attributes:
        messages: Messages in the window.
        recipients: Their recipients, each as often as it received one.
        external: Those outside the tenant's domains; ``None`` where these were not read.
    """

    messages: int
    recipients: int
    external: int | None


class Earlier(Frozen, frozen=True, kw_only=True):
    """When earlier runs saw a mailbox send; ``None`` where they did not."""

    basic: dt.date | None = None
    oauth: dt.date | None = None


class Use(Frozen, frozen=True, kw_only=True):
    """The use of one mailbox, joined from all sources.

    Attributes:
        basic: Submissions with Basic: successful sign-ins or messages, the larger where both were read; ``None`` where
            it is not known.
        oauth: The same with OAuth.
        last_seen: The newest sign-in, successful or not.
        window_days: How many days were looked at; ``None`` where nothing was.
        read_at: When the newest of the sources was read; ``None`` where none was.
        sources: Sections that told.
        silence: Why nothing is told; ``None`` where the mailbox was seen.
        because: The reason of the silence.
        sign_ins: What the sign-in log holds; ``None`` where nothing.
        clients: What the report holds; ``None`` where nothing.
        volume: How much it sends, from the message trace; ``None`` where that wasn't read.
        earlier: What earlier runs saw.
    """

    basic: int | None = None
    oauth: int | None = None
    last_seen: dt.datetime | None = None
    window_days: int | None = None
    read_at: dt.datetime | None = None
    sources: tuple[str, ...] = ()
    silence: Silence | None = Silence.NOT_READABLE
    because: Text = NOTHING
    sign_ins: SignIns | None = None
    clients: Clients | None = None
    volume: Volume | None = None
    earlier: Earlier = Earlier()

    @property
    def last_basic(self) -> dt.date | None:
        """The last day on which it was seen sending with Basic, as closely as the sources tell."""
        seen = self.sign_ins.last_basic if self.sign_ins else None
        return self._last(seen, self.clients.last_basic if self.clients else None) if self.basic else None

    @property
    def last_oauth(self) -> dt.date | None:
        """The same with OAuth."""
        seen = self.sign_ins.last_oauth if self.sign_ins else None
        return self._last(seen, self.clients.last_oauth if self.clients else None) if self.oauth else None

    def _last(self, seen: dt.datetime | None, counted: dt.date | None) -> dt.date | None:
        if seen is not None:
            return seen.date()
        return counted or (self.read_at.date() if self.read_at else None)
