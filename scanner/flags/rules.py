"""The flag of a mailbox: pure functions of what was seen, what is predicted, and what is about to change."""

import datetime as dt
from enum import StrEnum

from scanner.flags.changes import Change
from scanner.judge import Verdicts
from scanner.model.circumstance import Circumstance, SetAside
from scanner.model.frozen import Frozen
from scanner.model.judgement import Outcome
from scanner.model.observed import Gap, Observed
from scanner.model.use import Silence, Use

PASSES = frozenset({Outcome.ACCEPTED, Outcome.DEPENDS})
SETTINGS = (False, True, None)  # of a mailbox's own SmtpClientAuthenticationDisabled
# A sender that was daily needs this many days of silence with Basic to have moved, and any other one twice its pause.
SETTLED_DAYS = 3


class Flag(StrEnum):
    """What the reader should do about a mailbox."""

    FAILING = "failing"
    WILL_FAIL = "will_fail"
    WOULD_FAIL = "would_fail"
    EXPOSED = "exposed"
    IN_ORDER = "in_order"
    UNKNOWN = "unknown"


class Likelihood(StrEnum):
    """How likely it is that somebody sends from a mailbox whose use was not seen."""

    LIKELY = "likely"
    UNLIKELY = "unlikely"


class Sighting(StrEnum):
    """What was seen of a mailbox's use, in the few ways that flags tell apart."""

    FAILING = "failing"  # its newest attempt failed
    BASIC = "basic"  # it sends with Basic
    OAUTH = "oauth"  # it sends with OAuth, and no longer with Basic
    UNTOLD = "untold"  # it sends, and the report doesn't say how
    EARLIER = "earlier"  # an earlier run saw it send with Basic
    NOT_SEEN = "not_seen"  # looked for, and not seen
    NOT_KNOWN = "not_known"  # nobody could look


class Case(Frozen, frozen=True, kw_only=True):
    """Everything that a flag hangs on.

    Attributes:
        sighting: What was seen.
        basic: The verdict for Basic.
        oauth: The better verdict of the two with OAuth.
        changes: A change is known or announced that stops Basic.
        smtp_auth_disabled: How SMTP AUTH is set for this very mailbox: off, on, null = as the tenant has it, or a gap.
        likely: Somebody is likely to send: see ``likelihood_of``.
        set_aside: Set where it is no mailbox in use in Exchange Online.
    """

    sighting: Sighting
    basic: Outcome
    oauth: Outcome
    changes: bool = True
    smtp_auth_disabled: Observed[bool] = None
    likely: bool = False
    set_aside: SetAside | None = None


def case_of(
    circumstance: Circumstance, verdicts: Verdicts, use: Use, change: Change | None, likelihood: Likelihood
) -> Case:
    """Gather what the flag hangs on."""
    return Case(
        sighting=sighting_of(use),
        basic=verdicts.basic.outcome,
        oauth=better(verdicts.oauth_delegated.outcome, verdicts.oauth_app.outcome),
        changes=change is not None,
        smtp_auth_disabled=circumstance.smtp_auth_disabled,
        likely=likelihood is Likelihood.LIKELY,
        set_aside=circumstance.set_aside,
    )


def choose_flag(case: Case) -> Flag:
    """Choose the flag."""
    if case.sighting is Sighting.FAILING:
        return Flag.FAILING
    if case.set_aside is not None:
        return Flag.UNKNOWN if case.set_aside is SetAside.ON_PREMISES else Flag.IN_ORDER
    match case.sighting:
        case Sighting.BASIC | Sighting.EARLIER:
            refused = Flag.FAILING if case.sighting is Sighting.BASIC else Flag.WOULD_FAIL
            return of_sender(case.basic, refused=refused, passes=lasting(changes=case.changes))
        case Sighting.OAUTH:
            return of_sender(case.oauth, refused=Flag.FAILING, passes=Flag.IN_ORDER)
        case Sighting.UNTOLD:
            return of_untold(case)
        case _:
            return of_silent(case)


def of_sender(outcome: Outcome, *, refused: Flag, passes: Flag) -> Flag:
    """Choose for a sender by what becomes of the way it sends."""
    if outcome is Outcome.UNKNOWN:
        return Flag.UNKNOWN
    return refused if outcome is Outcome.REFUSED else passes


def lasting(*, changes: bool) -> Flag:
    """Choose for a sender whose Basic passes today."""
    return Flag.WILL_FAIL if changes else Flag.IN_ORDER


def of_untold(case: Case) -> Flag:
    """Choose for a sender of which it isn't known how it sends: by the one way that passes, where it is one."""
    if Outcome.UNKNOWN in {case.basic, case.oauth}:
        return Flag.UNKNOWN
    match (case.basic in PASSES, case.oauth in PASSES):
        case (True, True):
            return Flag.UNKNOWN
        case (True, False):
            return lasting(changes=case.changes)
        case (False, True):
            return Flag.IN_ORDER
        case _:
            return Flag.FAILING


def of_silent(case: Case) -> Flag:
    """Choose for a mailbox that was not seen.

    Basic that passes is exposed. What is refused hangs on the mailbox's own switch: where that was not read, and would
    make a difference, the flag is unknown.
    """
    if case.basic is Outcome.UNKNOWN:
        return Flag.UNKNOWN
    if case.basic in PASSES:
        return Flag.EXPOSED
    switch = case.smtp_auth_disabled
    flags = {of_refused(case, disabled) for disabled in (SETTINGS if isinstance(switch, Gap) else (switch,))}
    return flags.pop() if len(flags) == 1 else Flag.UNKNOWN


def of_refused(case: Case, disabled: bool | None) -> Flag:  # noqa: FBT001 -- three-valued
    """Choose for a mailbox that was not seen, and whose Basic is refused, with its own switch set in one way.

    Where OAuth works it is in order, unless somebody turned SMTP AUTH on for this very mailbox: then a sender is likely
    to be there, and to fail. Turned off for this very mailbox is in order too, where nobody was seen and nobody is
    likely.
    """
    if case.oauth in PASSES and disabled is not False:
        return Flag.IN_ORDER
    quiet = case.sighting is Sighting.NOT_SEEN and not case.likely
    return Flag.IN_ORDER if quiet and disabled else Flag.WOULD_FAIL


def likelihood_of(circumstance: Circumstance, pop_or_imap: bool | None, use: Use) -> Likelihood:  # noqa: FBT001 -- three-valued
    """Judge whether somebody sends: SMTP AUTH enabled on the mailbox itself, POP or IMAP on, or sent before."""
    enabled_on_purpose = circumstance.smtp_auth_disabled is False
    sent_before = use.earlier.basic is not None or use.earlier.oauth is not None
    return Likelihood.LIKELY if enabled_on_purpose or pop_or_imap or sent_before else Likelihood.UNLIKELY


def sighting_of(use: Use) -> Sighting:
    """Tell what was seen, from what weighs most to what weighs least."""
    if use.sign_ins is not None and use.sign_ins.failing_since is not None:
        return Sighting.FAILING
    if use.basic and not has_moved(use):
        return Sighting.BASIC
    if use.oauth:
        return Sighting.OAUTH
    if use.clients is not None and use.clients.not_told:
        return Sighting.UNTOLD
    if use.earlier.basic is not None:
        return Sighting.OAUTH if is_before(use.earlier.basic, use.earlier.oauth) else Sighting.EARLIER
    return Sighting.NOT_SEEN if use.silence is Silence.NOT_SEEN else Sighting.NOT_KNOWN


def has_moved(use: Use) -> bool:
    """Tell whether a sender that is seen with OAuth has left Basic: silent there for longer than is its habit."""
    if not use.oauth:
        return False
    if use.sign_ins is None or use.sign_ins.last_basic is None or use.read_at is None:
        return use.clients is not None and is_before(use.clients.last_basic, use.clients.last_oauth)
    silent = (use.read_at - use.sign_ins.last_basic).days
    return silent > max(SETTLED_DAYS, 2 * use.sign_ins.longest_pause) and use.sign_ins.longest_pause > 0


def is_before(day: dt.date | None, other: dt.date | None) -> bool:
    """Tell whether one day is certainly before another."""
    return day is not None and other is not None and day < other


def better(first: Outcome, second: Outcome) -> Outcome:
    """Give the outcome of what may go one of two ways: passing, else not known, else refused."""
    order = (Outcome.ACCEPTED, Outcome.DEPENDS, Outcome.UNKNOWN, Outcome.REFUSED)
    return min(first, second, key=order.index)
