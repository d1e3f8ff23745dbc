"""The commands that answer a question about one mailbox or one reply."""

import sys
from pathlib import Path

from msgspec import structs

from scanner.app import sources
from scanner.app.job import Job
from scanner.app.lookup import LookedUp, explain, look_up
from scanner.cli.commands import print_json, print_line
from scanner.cli.options import read_addresses, read_date
from scanner.cli.picture import draw_diagnosis, draw_explanation
from scanner.errors import ConfigurationError, ExitCode
from scanner.model.frozen import Frozen
from scanner.model.judgement import Method
from scanner.replies.commands import with_address
from scanner.replies.diagnose import Diagnosis, diagnose
from scanner.replies.entry import Cause
from scanner.replies.holding import CauseHeld, causes_that_hold, contradictions
from scanner.store import Store

FROM_STDIN = "-"


class Question(Frozen, frozen=True, kw_only=True):
    """Which mailbox of which run is meant, and what it is judged for."""

    address: str
    run_name: str
    config_file: Path | None
    as_of: str
    source_ips: tuple[str, ...]


class AnswerCause(Frozen, frozen=True, kw_only=True):
    """One possible cause as ``--json`` gives it; ``held`` is null where no mailbox was named."""

    key: str
    gate: str
    text: str
    look_at: str
    held: str | None
    because: str
    remedies: list[dict[str, str]]


class Answer(Frozen, frozen=True, kw_only=True):
    """A diagnosis as ``--json`` gives it."""

    reply: str | None
    code: str
    enhanced: str
    text: str
    stage: str
    meaning: str
    recognised: bool
    by_code_only: bool
    exchange_online: bool | None
    server: str
    replies: list[str]
    causes: list[AnswerCause]
    notes: list[str]
    contradictions: list[str]


def read_method(text: str) -> Method:
    """Read ``--method``.

    Raises:
        ConfigurationError: It is no method.
    """
    try:
        return Method(text.strip().lower().replace("-", "_"))
    except ValueError as error:
        message = f"--method: {text!r} is no method."
        raise ConfigurationError(message, f"Methods: {', '.join(method.value for method in Method)}.") from error


def do_explain(question: Question, *, method: str, as_json: bool) -> ExitCode:
    """Show the chain of gates of one mailbox."""
    told = explain(find(question), read_method(method))
    if as_json:
        print_json(told)
    else:
        print_line("\n".join(draw_explanation(told)))
    return ExitCode.OK


def do_diagnose(reply: str, question: Question, *, method: str, as_json: bool) -> ExitCode:
    """Say what a reply is and what may cause it; with a mailbox, which of the causes hold."""
    text = sys.stdin.read() if reply == FROM_STDIN else reply
    if not text.strip():
        raise ConfigurationError("There is no reply to diagnose.", "Paste it in quotes, or pipe it in with -.")
    found = diagnose(text)
    held: tuple[CauseHeld, ...] = ()
    against: tuple[str, ...] = ()
    if question.address:
        looked_up = find(question)
        verdict = looked_up.mailbox.verdicts.of(read_method(method))
        held = causes_that_hold(found, verdict)
        scanned = looked_up.run.started.date().isoformat()
        against = tuple(str(words) for words in contradictions(found, verdict, scanned))
    found = addressed(found, question.address or "<address>")
    if as_json:
        print_json(answer_of(found, held, against))
    else:
        print_line("\n".join(draw_diagnosis(found, held, against)))
    return ExitCode.OK


def addressed(found: Diagnosis, address: str) -> Diagnosis:
    """Put the mailbox's address into the commands of all causes."""
    causes = tuple(
        structs.replace(cause, remedies=tuple(with_address(remedy, address) for remedy in cause.remedies))
        for cause in found.causes
    )
    return structs.replace(found, causes=causes)


def find(question: Question) -> LookedUp:
    """Find the mailbox in its run."""
    config = sources.load_config(question.config_file)
    job = Job(as_of=read_date(question.as_of), source_ips=read_addresses(list(question.source_ips)))
    with Store.open(config.store.url) as store:
        return look_up(store, question.address, question.run_name, job)


def answer_of(found: Diagnosis, held: tuple[CauseHeld, ...], against: tuple[str, ...]) -> Answer:
    """Write a diagnosis for programs."""
    by_key = {item.cause.key: item for item in held}
    main = found.main
    return Answer(
        reply=main.key if main else None,
        code=main.code if main else "",
        enhanced=main.enhanced if main else "",
        text=main.sentence if main else "",
        stage=main.stage if main else "",
        meaning=str(main.meaning) if main else str(found.unknown),
        recognised=main is not None,
        by_code_only=found.fallback,
        exchange_online=found.exchange_online,
        server=found.server,
        replies=[item.entry.key for item in found.found],
        causes=[answer_cause(cause, by_key.get(cause.key)) for cause in found.causes],
        notes=[str(note) for note in (*found.because, *found.notes)],
        contradictions=list(against),
    )


def answer_cause(cause: Cause, held: CauseHeld | None) -> AnswerCause:
    """Write one cause for programs."""
    return AnswerCause(
        key=cause.key,
        gate=cause.gate,
        text=str(cause.text),
        look_at=str(cause.look_at),
        held=held.holding.value if held else None,
        because=str(held.because) if held else "",
        remedies=[
            {"text": str(remedy.text), "command": remedy.command, "portal": remedy.portal, "undo": str(remedy.undo)}
            for remedy in cause.remedies
        ],
    )
