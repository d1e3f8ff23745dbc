"""Text for readers, kept as a message and its arguments until a language is chosen."""

from collections.abc import Callable

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A sentence in English with named places, translated only when it is shown.

    Attributes:
        message: The English sentence, the key of the translation catalogue; places are written ``{name}``.
        arguments: What fills the places, as (name, value) pairs.
    """

    message: str
    arguments: tuple[tuple[str, str | int], ...] = ()

    def render(self, translate: Callable[[str], str]) -> str:
        """Give the sentence in the language of ``translate`` (a gettext function)."""
        if not self.message:
            return ""
        return translate(self.message).format_map(dict(self.arguments))

    def __str__(self) -> str:
        """Give the English sentence."""
        return self.message.format_map(dict(self.arguments))


def say(message: str, /, **arguments: str | int) -> Text:
    """Mark a sentence for translation (the extraction tool looks for this name) and keep its arguments."""
    return Text(message, tuple(arguments.items()))


NOTHING = Text("")
