"""Writes where senders should go: one guide for a whole report, since owners' notes and counts are of all of them."""

from collections.abc import Iterator, Sequence

from scanner.advice import route_of
from scanner.migration.oauth import Application, Applications, Readiness
from scanner.migration.progress import Standing, standing_of, tally
from scanner.migration.routes import (
    QUESTIONS,
    TEXTS,
    Fit,
    Option,
    alternatives,
    choose,
    options_for,
    questions_for,
)
from scanner.migration.sender import Sender, ground_of
from scanner.model.notes import OwnerNote
from scanner.model.text import Text, say_number
from scanner.posture import JudgedMailbox, Posture
from scanner.report.contract import (
    ApplicationPart,
    MigrationPart,
    OAuthPart,
    OwnerNotesPart,
    QuestionPart,
    ReadinessPart,
    RoutePart,
)
from scanner.whatif.compare import used_of

MOST_NAMED = 5


class Guide:
    """Writes the migration of each mailbox, and counts how far all senders are.

    Args:
        posture: All verdicts of the tenant.
        notes: What owners say of their senders.
    """

    def __init__(self, posture: Posture, notes: Sequence[OwnerNote]) -> None:
        self._posture = posture
        self._ground = ground_of(posture.snapshot)
        self._applications = Applications(posture.snapshot)
        self._notes = {note.mailbox: note for note in notes}
        self._unused = dict(self._notes)
        self._standings: list[Standing] = []
        self._use_known = False

    def part(self, mailbox: JudgedMailbox) -> MigrationPart:
        """Write where a mailbox's sender should go."""
        sender = Sender(mailbox=mailbox, ground=self._ground, note=self._note_of(mailbox))
        self._use_known = self._use_known or used_of(mailbox).is_known
        if not sender.is_sender:
            route = route_of(mailbox.circumstance, mailbox.verdicts)
            return MigrationPart(route=route.key, text=route.text)
        options = options_for(sender)
        chosen = choose(options)
        standing = standing_of(sender, chosen)
        if standing is not None:
            self._standings.append(standing)
        return MigrationPart(
            route=chosen.key.value,
            text=TEXTS[chosen.key],
            reasons=list(chosen.reasons),
            certain=chosen.fit is Fit.FITS,
            alternatives=[route_part(option) for option in alternatives(options, chosen)],
            questions=[QuestionPart(key=key, text=QUESTIONS[key]) for key in questions_for(sender, options, chosen)],
            oauth=oauth_part(self._applications.readiness_of(mailbox)),
            owner=owner_part(sender.note) if sender.note else None,
            stage=standing.stage.value if standing else None,
            stage_because=standing.because if standing else Text(),
        )

    def applications(self) -> list[ApplicationPart] | None:
        """Write the applications that are registered in Exchange; ``None`` where they were not read."""
        return [application_part(one) for one in self._applications.all] if self._applications.read else None

    def readiness(self) -> ReadinessPart | None:
        """Count how far all senders are; ``None`` where nobody looked who sends, and no owner said it."""
        if not self._use_known and not self._standings:
            return None
        counts = tally(self._standings)
        return ReadinessPart(
            deadline=self._posture.setting.calendar.off_by_default.isoformat(),
            senders=counts.senders,
            done=counts.done,
            in_work=counts.in_work,
            blocked=counts.blocked,
            unknown=counts.unknown,
        )

    def remarks(self) -> Iterator[Text]:
        """Say of which notes there is no mailbox."""
        if self._unused:
            yield say_number(
                "The owner notes name an address that is no mailbox of this tenant: {names}.",
                "The owner notes name {number} addresses that are no mailboxes of this tenant: {names}.",
                len(self._unused),
                names=tuple(sorted(self._unused)[:MOST_NAMED]),
            )

    def _note_of(self, mailbox: JudgedMailbox) -> OwnerNote | None:
        for name in (mailbox.row.address.lower(), mailbox.row.sign_in_name.lower(), mailbox.id):
            if name in self._notes:
                self._unused.pop(name, None)
                return self._notes[name]
        return None


def oauth_part(readiness: Readiness) -> OAuthPart:
    """Write whether an application could send as a mailbox."""
    return OAuthPart(
        switch=readiness.switch.value,
        applications=None if readiness.applications is None else list(readiness.applications),
        ready=readiness.ready,
        because=list(readiness.because),
    )


def application_part(one: Application) -> ApplicationPart:
    """Write one registration."""
    return ApplicationPart(
        name=one.row.name,
        app_id=one.row.app_id,
        exchange_object_id=one.row.object_id,
        enterprise_object_id=one.enterprise_id,
        state=one.match.value,
        because=one.because,
        command=one.command,
    )


def route_part(option: Option) -> RoutePart:
    """Write another way."""
    return RoutePart(route=option.key.value, text=TEXTS[option.key], reasons=list(option.reasons))


def owner_part(note: OwnerNote) -> OwnerNotesPart:
    """Write what the owner says."""
    return OwnerNotesPart(
        device=note.device,
        application=note.application,
        owner=note.owner,
        oauth=note.oauth,
        alert_only=note.alert_only,
        internal_only=note.internal_only,
        seasonal=note.seasonal,
        fixed_address=note.fixed_address,
        progress=note.progress.value if note.progress else None,
        note=note.note,
    )
