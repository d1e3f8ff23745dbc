"""Why a mailbox has its flag, in one sentence for the reader."""

import datetime as dt
from typing import assert_never

from scanner.flags.changes import Change
from scanner.flags.rules import Flag, Sighting, has_moved, sighting_of
from scanner.gates.smtp_auth_switch import MAILBOX
from scanner.judge import Verdicts
from scanner.model.circumstance import Circumstance, SetAside
from scanner.model.frozen import Frozen
from scanner.model.observed import Gap
from scanner.model.text import NOTHING, Text, say
from scanner.model.use import SignIns, Use
from scanner.use.codes import meaning_of

LOCKED = "50053"


class Facts(Frozen, frozen=True, kw_only=True):
    """What the sentence may speak of.

    Attributes:
        circumstance: The mailbox.
        verdicts: What is predicted.
        use: What was seen.
        change: The next known change.
        pop_or_imap: POP or IMAP is on; ``None`` where that wasn't read.
    """

    circumstance: Circumstance
    verdicts: Verdicts
    use: Use
    change: Change | None
    pop_or_imap: bool | None


def reason_of(flag: Flag, facts: Facts) -> Text:
    """Say why."""
    match flag:
        case Flag.FAILING:
            return why_failing(facts)
        case Flag.WILL_FAIL:
            return why_it_will_fail(facts)
        case Flag.WOULD_FAIL:
            return why_it_would_fail(facts)
        case Flag.EXPOSED:
            return why_exposed(facts)
        case Flag.IN_ORDER:
            return why_in_order(facts)
        case Flag.UNKNOWN:
            return why_unknown(facts)
        case _:
            assert_never(flag)


def why_failing(facts: Facts) -> Text:
    """Say since when, and with which code; or that what it uses is refused now."""
    seen = facts.use.sign_ins
    if seen is not None and seen.failing_since is not None:
        return why_tries_fail(seen, seen.failing_since)
    if seen is not None and seen.last_basic is not None:
        return say("Seen sending on {date}, and refused now.", date=seen.last_basic.date())
    return say("Seen sending, and refused now.")


def why_tries_fail(seen: SignIns, since: dt.datetime) -> Text:
    """Say since when; a client that locks its own account has to be stopped first (facts/smtp-auth.md §7)."""
    last = seen.last_failure or seen.last_seen
    code, meaning = seen.last_code, meaning_of(seen.last_code)
    if any(code == LOCKED for code, _ in seen.failures):
        return say(
            "Failing since {since}, last tried on {last}: {code} ({meaning}) Its tries lock the account: stop the "
            "client before the password is set anew.",
            since=since.date(),
            last=last.date(),
            code=code,
            meaning=meaning,
        )
    return say(
        "Failing since {since}, last tried on {last}: {code} ({meaning})",
        since=since.date(),
        last=last.date(),
        code=code,
        meaning=meaning,
    )


def why_it_will_fail(facts: Facts) -> Text:
    """Name the change, and how it was seen."""
    change = facts.change
    if change is None:
        return NOTHING
    seen = sighting_words(facts.use)
    if change.date is None:
        return say("{seen} Next: {change} (date not announced).", seen=seen, change=change.title)
    return say("{seen} Next: {change} on {date}.", seen=seen, change=change.title, date=change.date)


def sighting_words(use: Use) -> Text:
    """Say how a sender with Basic was seen."""
    if use.sign_ins is not None and use.sign_ins.last_basic is not None:
        return say("Sends with Basic, last seen on {date}.", date=use.sign_ins.last_basic.date())
    if not use.basic and use.earlier.basic is not None:
        return say("Sent with Basic before, last seen on {date}.", date=use.earlier.basic)
    return say("Sends with Basic.")


def why_it_would_fail(facts: Facts) -> Text:
    """Say what makes use likely, or that nothing does."""
    if facts.use.earlier.basic is not None:
        return say("Refused if used, and it sent before: last seen on {date}.", date=facts.use.earlier.basic)
    if facts.circumstance.smtp_auth_disabled is False:
        return say("Refused if used, and SMTP AUTH is turned on for this very mailbox. {use}", use=facts.use.because)
    if facts.pop_or_imap:
        return say("Refused if used, and POP or IMAP is on. {use}", use=facts.use.because)
    return say("Refused if used. {use}", use=facts.use.because)


def why_exposed(facts: Facts) -> Text:
    """Say that Basic is open, and what is known of its use."""
    return say("A password is enough to send. {use}", use=facts.use.because)


def why_in_order(facts: Facts) -> Text:
    """Say which kind of order it is."""
    if facts.circumstance.set_aside is not None:
        return say("Nobody can sign in to it.")
    match sighting_of(facts.use):
        case Sighting.OAUTH if has_moved(facts.use):
            return say("Moved from Basic to OAuth.")
        case Sighting.OAUTH | Sighting.UNTOLD:
            return say("Sends with OAuth.")
        case Sighting.BASIC | Sighting.EARLIER:
            return say("Sends with Basic, and no change is known that stops it.")
        case _:
            return say("Refused on purpose. {use}", use=facts.use.because)


def why_unknown(facts: Facts) -> Text:
    """Say what is missing."""
    if facts.circumstance.set_aside is SetAside.ON_PREMISES:
        return say("Its mailbox is on premises, where other settings hold.")
    missing = dict.fromkeys((*facts.verdicts.basic.missing, *facts.verdicts.oauth_delegated.missing))
    if isinstance(facts.circumstance.smtp_auth_disabled, Gap):
        missing[MAILBOX] = None
    if sighting_of(facts.use) is Sighting.UNTOLD and not missing:
        return say("It sends, and the report doesn't say whether with Basic or OAuth: export it with that column.")
    return say("Missing: {sections}.", sections=tuple(missing))
