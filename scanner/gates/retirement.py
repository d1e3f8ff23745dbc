"""The retirement of Basic for SMTP AUTH: the date judged for against the calendar (facts/smtp-auth.md §3)."""

import datetime as dt

from msgspec import structs

from scanner.gates.calendar import CALENDAR
from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.gate import Example, Gate, Setting
from scanner.model.circumstance import Circumstance
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Confidence, GateState, Judgement, Method
from scanner.model.text import say
from scanner.replies.catalogue import reply

NAME = "retirement"


def judge(circumstance: Circumstance, setting: Setting, method: Method) -> Judgement:
    """Judge the date; the end of December 2026 is a default that an admin can turn back, so it depends."""
    if method is not Method.BASIC:
        words = say("The retirement is about Basic authentication only.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words)
    calendar = setting.calendar
    if circumstance.kind is MailboxKind.HVE and setting.as_of < calendar.hve_basic_ends:
        words = say("High Volume Email keeps Basic until {date}.", date=calendar.hve_basic_ends)
        return Judgement(gate=NAME, state=GateState.OPEN, because=words)
    if calendar.final_removal is not None and setting.as_of >= calendar.final_removal:
        words = say("Basic is removed for good since {date}.", date=calendar.final_removal)
        return Judgement(gate=NAME, state=GateState.CLOSED, because=words, reply=reply("basic_retired"))
    if setting.as_of >= calendar.off_by_default:
        words = say(
            "Basic is off by default from {date}; whether an admin enabled it again, and how, can't be read yet.",
            date=calendar.off_by_default,
        )
        return Judgement(
            gate=NAME,
            state=GateState.DEPENDS,
            because=words,
            reply=reply("smtp_auth_disabled_tenant"),
            other_replies=(reply("basic_disabled"),),
            depends_on=("retirement",),
            confidence=Confidence.LOW,
        )
    words = say("Basic is not yet off by default on {date}.", date=setting.as_of)
    return Judgement(gate=NAME, state=GateState.OPEN, because=words)


GATE = Gate(
    name=NAME,
    title=say("Retirement of Basic"),
    reads=("the date that is judged for",),
    sections=(),
    rationale=say(
        "Microsoft turns Basic for SMTP AUTH off by default at the end of December 2026, and announces the date of its "
        "final removal in the second half of 2027. How the default is switched, and with which reply, is not published."
    ),
    judge=judge,
    causes=lambda _: ("retirement",),
    replies=("basic_retired", "smtp_auth_disabled_tenant", "basic_disabled"),
    examples=(
        Example(
            says=say("before the end of 2026"), state=GateState.OPEN, circumstance=a_circumstance(), setting=a_setting()
        ),
        Example(
            says=say("from 31 December 2026"),
            state=GateState.DEPENDS,
            circumstance=a_circumstance(),
            setting=a_setting(as_of=dt.date(2026, 12, 31)),
        ),
        Example(
            says=say("the same day with OAuth"),
            state=GateState.OPEN,
            circumstance=a_circumstance(),
            setting=a_setting(as_of=dt.date(2026, 12, 31)),
            method=Method.OAUTH_APP,
        ),
        Example(
            says=say("after the final removal, once Microsoft has named its date"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(),
            setting=a_setting(
                as_of=dt.date(2028, 6, 1), calendar=structs.replace(CALENDAR, final_removal=dt.date(2028, 6, 1))
            ),
        ),
    ),
    sources=("S15", "facts/smtp-auth.md §3", f"calendar last compared on {CALENDAR.compared_on}"),
)
