"""Where a sender should move to before Basic ends, in words."""

from scanner.model.text import Text
from scanner.report.contract import MigrationPart
from scanner.report.language import Language
from scanner.report.names import show_name


def tell_route(migration: MigrationPart, language: Language) -> tuple[str, ...]:
    """Tells the way off Basic of one mailbox.

    Args:
        migration: The way, with its reasons and what has to be asked.
        language: The language of the report.

    Returns:
        Sentences: the way, why, what else may suit, what only the owner can say, and what the owner said.
    """
    others = language.join([language.render(route.text) for route in migration.alternatives])
    lines = (
        language.render(migration.text),
        *(language.render(reason) for reason in migration.reasons),
        language.render(migration.stage_because),
        *(language.render(reason) for reason in lacking_for_oauth(migration)),
        language.gettext("It may also be: {ways}", ways=others) if others else "",
        *(
            language.gettext("To be asked: {question}", question=language.render(question.text))
            for question in migration.questions
        ),
        show_name(migration.owner.note, limit=300) if migration.owner else "",
    )
    return tuple(dict.fromkeys(line for line in lines if line))


def lacking_for_oauth(migration: MigrationPart) -> list[Text]:
    """Gives what an application lacks to send as a mailbox, where that is the way."""
    oauth = migration.oauth
    return oauth.because if oauth is not None and oauth.ready is False and migration.route.startswith("oauth") else []
