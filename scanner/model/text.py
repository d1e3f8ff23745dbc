"""Text for readers, kept as a message and its arguments until a language is chosen."""

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    import datetime as dt

Place: TypeAlias = "str | int | dt.date | Text | tuple[str | Text, ...]"
"""What fills a place of a sentence: a name, a number, a date, a sentence of its own, or a list of these."""


QUOTED: Final = "{words}"
"""The message of words that no language changes."""


class Speaker(Protocol):
    """A language: it knows the words of a sentence, and how names, numbers, dates and lists are written."""

    def translate(self, one: str, many: str, number: int) -> str:
        """Gives a sentence with its places; ``many`` is empty where the sentence counts nothing."""

    def quote(self, words: str) -> str:
        """Gives words that no language changes."""

    def show(self, value: Place) -> str:
        """Writes what fills a place."""


class Text:
    """A sentence in English with named places, translated only when it is shown; report.json holds it in English.

    Args:
        message: The English sentence, the key of the translation catalogue; places are written ``{name}``.
        arguments: What fills the places, as (name, value) pairs.
        many: The sentence for any other number than one, where it counts something.
        number: What it counts.
    """

    __slots__ = ("_written", "arguments", "many", "message", "number")

    def __init__(
        self, message: str = "", arguments: tuple[tuple[str, Place], ...] = (), many: str = "", number: int = 0
    ) -> None:
        self.message: Final = message
        self.arguments: Final = arguments
        self.many: Final = many
        self.number: Final = number
        self._written: str | None = None

    def render(self, speaker: Speaker) -> str:
        """Gives the sentence in a language."""
        if not self.message:
            return ""
        if self.message == QUOTED:
            return speaker.quote(str(self.arguments[0][1]))
        pattern = speaker.translate(self.message, self.many, self.number)
        return pattern.format_map({name: speaker.show(value) for name, value in self.arguments})

    def __str__(self) -> str:
        """Gives the English sentence."""
        if self._written is None:
            self._written = self.render(_ENGLISH)
        return self._written

    def __bool__(self) -> bool:
        """Tells whether there is anything to say."""
        return bool(self.message)

    def __contains__(self, words: str) -> bool:
        """Tells whether the English sentence holds these words."""
        return words in str(self)

    def __eq__(self, other: object) -> bool:
        """Tells whether two texts are one in every language."""
        return isinstance(other, Text) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def _key(self) -> tuple[object, ...]:
        return (self.message, self.arguments, self.many, self.number)


class _English:
    """English as report.json and the terminal have it: names whole, numbers bare, dates as ISO 8601."""

    def translate(self, one: str, many: str, number: int) -> str:
        return many if many and number != 1 else one

    def quote(self, words: str) -> str:
        return words

    def show(self, value: Place) -> str:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


_ENGLISH: Final = _English()
NOTHING: Final = Text("")


def say(message: str, /, **places: Place) -> Text:
    """Mark a sentence for translation (the extraction tool looks for this name) and keep what fills its places."""
    return Text(message, tuple(places.items()))


def say_number(one: str, many: str, number: int, /, **places: Place) -> Text:
    """Mark a sentence that counts something; ``{number}`` is filled with the number."""
    return Text(one, (("number", number), *places.items()), many, number)


def quote(words: str) -> Text:
    """Give words that no language changes, such as a provider's message."""
    return Text(QUOTED, (("words", words),)) if words else NOTHING


def join(separator: str, texts: "tuple[Text, ...] | list[Text]") -> Text:
    """Put sentences side by side; those that say nothing are left out."""
    texts = [text for text in texts if text]
    if len(texts) < 2:  # noqa: PLR2004 -- nothing to join
        return texts[0] if texts else NOTHING
    places = tuple((f"part{place}", text) for place, text in enumerate(texts))
    return Text(separator.join(f"{{{name}}}" for name, _ in places), places)


def write_text(value: object) -> str:
    """Write a text as JSON has it: msgspec's hook for encoding.

    Raises:
        NotImplementedError: It is something else that msgspec can't write.
    """
    if isinstance(value, Text):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is written nowhere.")


def describe_text(kind: type) -> dict[str, object]:
    """Describe a text in a JSON Schema: msgspec's hook for schemas.

    Raises:
        NotImplementedError: Something else than a text is asked for.
    """
    if kind is Text:
        return {"type": "string", "description": "A sentence in English."}
    raise NotImplementedError(f"{kind.__name__} is described nowhere.")


def read_text(kind: type, value: Any) -> Any:  # noqa: ANN401 (msgspec's hook for decoding: any type may be asked for)
    """Read a text back from JSON, where only its English is.

    Raises:
        NotImplementedError: Something else than a text is asked for.
    """
    if kind is Text and isinstance(value, str):
        return quote(value)
    raise NotImplementedError(f"{kind.__name__} is read nowhere.")
