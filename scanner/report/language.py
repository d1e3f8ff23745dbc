"""The language of a report: sentences through gettext, dates and numbers through Babel. English is the source."""

import datetime as dt
import gettext
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from scanner.content import find_content
from scanner.errors import ConfigurationError
from scanner.model.text import QUOTED, Place, Text
from scanner.report.collation import Alphabet, Key
from scanner.report.names import isolate, show_name

Cell = str | int | None

SOURCE_LANGUAGE = "en"
CATALOGUE = "smtp-posture.po"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_COMMAS = {"ar": "، "}
_LONGEST_QUOTE = 500  # characters of a provider's message or of a command


class Language:
    """One language: the only object that views and templates ask for words.

    Args:
        code: A language code such as ``uk``.
        translations: Its catalogue.
    """

    __slots__ = ("_alphabet", "_cells", "_sentences", "_translations", "code")

    def __init__(self, code: str, translations: gettext.NullTranslations) -> None:
        self.code = code
        self._translations = translations
        self._alphabet = Alphabet(code)
        self._sentences: dict[Text, str] = {}
        self._cells: dict[Text, str] = {}

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, for the ``dir`` attribute."""
        return "rtl" if self.code in _RIGHT_TO_LEFT else "ltr"

    def gettext(self, message: str, /, **values: str | int) -> str:
        """Gives a sentence in this language, its ``{places}`` filled."""
        translated = self._translations.gettext(message) if message else ""
        return translated.format_map(values) if values else translated

    def ngettext(self, one: str, many: str, count: int, /, **values: str | int) -> str:
        """Gives a sentence that depends on a number; ``{count}`` is filled with the formatted number."""
        translated = self._translations.ngettext(one, many, count)
        return translated.format_map({"count": self.number(count), **values})

    def render(self, text: Text) -> str:
        """Gives a marked sentence for a page: a name in it is bounded, and can't turn the direction of the rest."""
        if text not in self._sentences:
            self._sentences[text] = text.render(self)
        return self._sentences[text]

    def cell(self, value: Text | Cell) -> Cell:
        """Gives a cell of a table: a marked sentence with its names whole, anything else as it is."""
        if not isinstance(value, Text):
            return value
        if value.message == QUOTED:  # a command with an address in it: kept, each would be kept for one row
            return value.render(_Cells(self))
        if value not in self._cells:
            self._cells[value] = value.render(_Cells(self))
        return self._cells[value]

    def translate(self, one: str, many: str, number: int) -> str:
        """Gives a sentence with its places."""
        return self._translations.ngettext(one, many, number) if many else self._translations.gettext(one)

    def quote(self, words: str) -> str:
        """Gives words that no language changes, bounded and in one line."""
        return show_name(words, limit=_LONGEST_QUOTE)

    def show(self, value: Place) -> str:
        """Writes what fills a place of a sentence on a page."""
        match value:
            case Text() if value.message == QUOTED:
                return self.show(str(value))
            case Text():
                return self.render(value)
            case tuple():
                return self.join([self.show(item) for item in value])
            case int():
                return self.number(value)
            case dt.date():
                return self.date(value.isoformat())
            case str():
                return isolate(show_name(value), self.direction)

    def order(self, name: str) -> Key:
        """Gives the key to sort a name by, as readers of this language expect it."""
        return self._alphabet.key(name)

    @property
    def comma(self) -> str:
        """What stands between two items of a list."""
        return _COMMAS.get(self.code, ", ")

    def join(self, items: Iterable[str]) -> str:
        """Lists items with this language's comma."""
        return self.comma.join(items)

    def number(self, value: int) -> str:
        """Formats a whole number."""
        from babel.numbers import format_decimal  # noqa: PLC0415 (report.json alone must not load Babel)

        return format_decimal(value, locale=self.code)

    def share(self, value: float) -> str:
        """Formats a share (0 to 1) as a percentage that never rounds up to all or down to none.

        Args:
            value: The share, 0 to 1.

        Returns:
            A percentage with one decimal place; without it for exactly none and all.
        """
        from babel.core import Locale  # noqa: PLC0415
        from babel.numbers import format_percent  # noqa: PLC0415

        if value in {0, 1}:
            return format_percent(value, locale=self.code)
        whole: str = Locale.parse(self.code).percent_formats[None].pattern
        return format_percent(min(max(value, 0.001), 0.999), format=whole.replace("0", "0.0", 1), locale=self.code)

    def date(self, value: str) -> str:
        """Formats an ISO 8601 date or time as a date; gives the value back where it is neither."""
        from babel.dates import format_date  # noqa: PLC0415

        moment = _read_moment(value)
        return value if moment is None else format_date(moment, format="long", locale=self.code)

    def moment(self, value: str) -> str:
        """Formats an ISO 8601 time as date and time of day in UTC; gives the value back where it is none."""
        from babel.dates import format_skeleton, format_time  # noqa: PLC0415

        moment = _read_moment(value)
        if moment is None:
            return value
        day = format_skeleton("yMMMd", moment, locale=self.code)
        time = f"{format_time(moment, format='HH:mm', locale=self.code)} UTC"
        return self.join([day, isolate(time, self.direction)])


class _Cells:
    """A language as it is written into the cells of a table: names whole.

    Args:
        language: The language.
    """

    def __init__(self, language: Language) -> None:
        self._language = language

    def translate(self, one: str, many: str, number: int) -> str:
        return self._language.translate(one, many, number)

    def quote(self, words: str) -> str:
        return words

    def show(self, value: Place) -> str:
        match value:
            case Text() if value.message == QUOTED:
                return self.show(str(value))
            case Text():
                return value.render(self)
            case tuple():
                return self._language.join([self.show(item) for item in value])
            case str():
                return isolate(value, self._language.direction)
            case _:
                return self._language.show(value)


def _read_moment(value: str) -> dt.datetime | None:
    """Reads an ISO 8601 date or time, in UTC."""
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def list_languages() -> tuple[str, ...]:
    """Lists the languages that a report can be written in, English first."""
    catalogues = _find_catalogues()
    return (SOURCE_LANGUAGE, *sorted(catalogues))


def open_language(code: str) -> Language:
    """Opens a language.

    Args:
        code: One of `list_languages`.

    Returns:
        The language with its catalogue.

    Raises:
        ConfigurationError: There is no such language; the message lists those that there are.
    """
    if code == SOURCE_LANGUAGE:
        return Language(code, gettext.NullTranslations())
    catalogue = _find_catalogues().get(code)
    if catalogue is None:
        raise ConfigurationError(
            f"There is no report language {code!r}.", f"Choose one of: {', '.join(list_languages())}."
        )
    return Language(code, _compile_catalogue(catalogue))


def _find_catalogues() -> Mapping[str, Path]:
    """Finds the catalogue of every language but English."""
    root = find_content("reports") / "locale"
    return {path.parents[1].name: path for path in root.glob(f"*/LC_MESSAGES/{CATALOGUE}")}


def _compile_catalogue(path: Path) -> gettext.GNUTranslations:
    """Compiles a catalogue in memory: one text file per language is kept, nothing built can go stale."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with path.open("rb") as source:
        catalogue = read_po(source)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
