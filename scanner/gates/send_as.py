"""Send As: the From address must be the mailbox that signs in (facts/smtp-auth.md §1.8). It only warns."""

from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.gate import Example, Gate, Setting
from scanner.model.circumstance import Circumstance
from scanner.model.judgement import GateState, Judgement, Method
from scanner.model.text import say
from scanner.replies.catalogue import reply

NAME = "send_as"


def judge(_: Circumstance, __: Setting, ___: Method) -> Judgement:
    """Warn of the reply after DATA that another From address gets; which one a sender uses can't be read."""
    words = say("As long as the From address is this mailbox's own; another one needs Send As.")
    return Judgement(gate=NAME, state=GateState.OPEN, because=words, other_replies=(reply("send_as_5_7_60"),))


GATE = Gate(
    name=NAME,
    title=say("Send As (advice)"),
    reads=("the From address that the sender uses",),
    sections=(),
    rationale=say("After DATA the From address is compared with the mailbox that signed in and its Send As rights."),
    judge=judge,
    causes=lambda _: ("send_as",),
    replies=("send_as_5_7_60", "send_as_5_2_252", "send_as_5_2_0"),
    examples=(
        Example(
            says=say("the From address is the mailbox's own"),
            state=GateState.OPEN,
            circumstance=a_circumstance(),
            setting=a_setting(),
        ),
    ),
    sources=("S5", "S7"),
    advisory=True,
)
