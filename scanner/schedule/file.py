"""Schedule files: bundled ones and the user's own, each one job as a frozen type; every mistake says where it is."""

import datetime as dt
import difflib
import re
import tomllib
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from scanner.config.complaint import read_complaint
from scanner.config.lines import KeyPath, find_line
from scanner.config.tables import FlagName, Table
from scanner.content import find_content
from scanner.errors import ConfigurationError
from scanner.schedule.cron import GRAMMAR, CronFields
from scanner.schedule.times import make_trigger

FormatName = Literal["html", "pdf", "xlsx", "csv", "json", "remediation", "undo", "csv-raw", "ocsf", "junit"]

OWN_FOLDER = Path("schedules")
# A name is an argument on the command line and a word in messages.
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")

EXPECTED = {
    "title": "one line of text",
    "description": "text",
    "cron": f'five crontab fields as text, e.g. "0 6 2 * *", or a [cron] table of {", ".join(GRAMMAR)}',
    "timezone": "the name of a time zone, e.g. Europe/Amsterdam",
    "until": "a day, e.g. 2026-12-31",
    "tenants": '"all", or a list of names from the configuration',
    "formats": "a list of html, pdf, xlsx, csv, json, remediation, undo, csv-raw, ocsf, junit",
    "lang": "the code of a language, e.g. en",
    "out": "a folder",
    "as_of": "a day, e.g. 2026-12-31",
    "fail_on": "a flag: failing, will_fail, would_fail, exposed, in_order or unknown",
}


class ScheduleTable(Table, frozen=True, kw_only=True):
    """A schedule file; its keys are the TOML keys.

    Attributes:
        title: What it is, in one line.
        description: What it is for.
        cron: Five crontab fields, or the same as a table.
        timezone: The time zone that they are meant in.
        until: The last day on which it is due.
        tenants: Names of the configuration; "all" of them where it says so.
        formats: Reports to write.
        lang: Language of the reports.
        out: Folder that gets one folder per run, relative to the working folder.
        as_of: The date that is judged for; the day of the run where it isn't given.
        fail_on: A flag that makes the exit code 3, with those graver than it.
    """

    title: str
    cron: str | CronFields
    description: str = ""
    timezone: str = "UTC"
    until: dt.date | None = None
    tenants: Literal["all"] | tuple[str, ...] = "all"
    formats: tuple[FormatName, ...] = ("html", "pdf", "xlsx", "csv", "json", "remediation")
    lang: str = "en"
    out: str = "smtp-posture-runs"
    as_of: dt.date | None = None
    fail_on: FlagName | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be meant.

        Raises:
            ValueError: Which key, and why; the first word is the key.
        """
        for key in ("title", "tenants", "formats", "out"):
            if not getattr(self, key):
                raise ValueError(f"`{key}` is empty")
        try:
            ZoneInfo(self.timezone)
        except (OSError, LookupError, ValueError) as error:
            raise ValueError(f"`timezone` {self.timezone!r} is not known") from error


class Schedule(ScheduleTable, frozen=True, kw_only=True):
    """A job that recurs.

    Attributes:
        name: The file's name without its ending.
        file: Where it is written down.
        fields: When it recurs, as fields of cron.
    """

    name: str
    file: Path
    fields: CronFields

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that its times are meant in."""
        return ZoneInfo(self.timezone)


def find_files(folder: Path | None) -> dict[str, Path]:
    """Find the schedule files: the bundled ones, and the user's own, which win where names are equal.

    Args:
        folder: The user's own folder; ``./schedules``, where there is one, if it is not given.

    Raises:
        ConfigurationError: The folder that is given is not there.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigurationError(f"There is no folder {folder}.", "Give the folder of your schedules with --schedules.")
    places = (find_content("schedules"), folder or OWN_FOLDER)
    return {file.stem: file for place in places for file in sorted(place.glob("*.toml"))}


def load_schedule(file: Path) -> Schedule:
    """Read one schedule file.

    Raises:
        ConfigurationError: Anything is wrong with it; the message says where, and what was expected.
    """
    text = _read(file)
    try:
        table = msgspec.convert(tomllib.loads(text), ScheduleTable)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}.", "Mend the file at that place.") from error
    except msgspec.ValidationError as error:
        raise _explain(file, text, str(error)) from error
    try:
        fields = CronFields.from_crontab(table.cron) if isinstance(table.cron, str) else table.cron
        schedule = Schedule(**msgspec.structs.asdict(table), name=file.stem, file=file, fields=fields)
        make_trigger(schedule)
    except ValueError as error:
        raise _mistake(file, text, ("cron",), str(error).replace("`", "")) from error
    return schedule


def _read(file: Path) -> str:
    if not NAME.fullmatch(file.stem):
        message = f"{file}: a schedule can't have the name {file.stem!r}."
        raise ConfigurationError(message, "Name the file with letters, digits, - and _, e.g. monthly-audit.toml.")
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The schedule {file} can't be read: {error}.", "Save it as UTF-8 text.") from error


def _explain(file: Path, text: str, said: str) -> ConfigurationError:
    """Turn msgspec's complaint into one with a line and a key."""
    path, what = read_complaint(said)
    return _mistake(file, text, path, what)


def _mistake(file: Path, text: str, path: KeyPath, what: str) -> ConfigurationError:
    line = find_line(text, path)
    place = f"{file}, line {line}" if line else str(file)
    return ConfigurationError(f"{place}: {'.'.join(str(part) for part in path)}: {what}.", _advise(path))


def _advise(path: KeyPath) -> str:
    """Say what was expected: of a known key its value, of an unknown one the nearest known."""
    if path[0] in EXPECTED and (path[0] != "cron" or path[-1] in {"cron", *GRAMMAR}):
        return f"Expected: {EXPECTED[str(path[0])]}."
    known = list(GRAMMAR) if path[0] == "cron" else list(EXPECTED)
    nearest = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"Did you mean {nearest[0]!r}?" if nearest else f"Known here: {', '.join(known)}."
