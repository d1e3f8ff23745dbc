"""The part of the report about one mailbox's use."""

import datetime as dt
from typing import Literal

from scanner.model.text import Text
from scanner.model.use import AppliedPolicy, Origin, SignIns, Silence, Use
from scanner.report.contract import AppliedPolicyPart, OriginPart, UsePart
from scanner.use.codes import meaning_of

SHOWN_ADDRESSES = 10  # of one mailbox


def use_part(use: Use, contradiction: Text | None) -> UsePart:
    """Write what was seen of a mailbox's use."""
    seen = use.sign_ins
    return UsePart(
        basic=use.basic,
        oauth=use.oauth,
        failures=dict(seen.failures) if seen else {},
        last_seen=moment(use.last_seen),
        window_days=use.window_days,
        source=", ".join(use.sources) or None,
        silence=silence_word(use.silence),
        because=use.because,
        last_success=last_success(seen) if seen else None,
        last_basic=day(use.last_basic),
        last_oauth=day(use.last_oauth),
        failing_since=moment(seen.failing_since) if seen else None,
        last_failure=moment(seen.last_failure) if seen else None,
        guesses=seen.guesses if seen else 0,
        meanings={code: meaning_of(code) for code, _ in seen.failures} if seen else {},
        addresses=[origin_part(origin) for origin in seen.origins[:SHOWN_ADDRESSES]] if seen else [],
        user_agents=list(seen.user_agents) if seen else [],
        policies=[policy_part(policy) for policy in seen.policies] if seen and seen.policies is not None else None,
        old_tls=use.clients.old_tls if use.clients else None,
        messages=use.volume.messages if use.volume else None,
        recipients=use.volume.recipients if use.volume else None,
        external_recipients=use.volume.external if use.volume else None,
        sent_before=day(use.earlier.basic),
        sent_before_oauth=day(use.earlier.oauth),
        contradiction=contradiction,
    )


def silence_word(silence: Silence | None) -> Literal["not_seen", "not_licensed", "not_readable"] | None:
    """Write why nothing was seen."""
    return silence.value if silence else None


def last_success(seen: SignIns) -> str | None:
    """Give the newest success with either method."""
    return moment(max(filter(None, (seen.last_basic, seen.last_oauth)), default=None))


def moment(time: dt.datetime | None) -> str | None:
    """Write a time."""
    return time.isoformat() if time else None


def day(date: dt.date | None) -> str | None:
    """Write a day."""
    return date.isoformat() if date else None


def origin_part(origin: Origin) -> OriginPart:
    """Write one address."""
    return OriginPart(
        address=origin.address,
        successes=origin.successes,
        failures=origin.failures,
        last_seen=origin.last_seen.isoformat(),
    )


def policy_part(policy: AppliedPolicy) -> AppliedPolicyPart:
    """Write one applied policy."""
    return AppliedPolicyPart(id=policy.id, name=policy.name, result=policy.result, count=policy.count)
