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
from scanner.config.delivery import RecipientConfig
from scanner.config.lines import KeyPath, find_line
from scanner.config.table import Table
from scanner.config.tables import FlagName
from scanner.content import find_content
from scanner.errors import ConfigurationError
from scanner.schedule.cron import GRAMMAR, CronFields
from scanner.schedule.times import make_trigger
from scanner.schedule.when import When

FormatName = Literal["html", "pdf", "xlsx", "csv", "json", "remediation", "undo", "csv-raw", "ocsf", "junit", "letter"]

OWN_FOLDER = Path("schedules")
# A name is an argument on the command line and a word in messages.
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")

EXPECTED = {
    "title": "one line of text",
    "description": "text",
    "when": 'a table of day (1 to 28, or "last") or weekdays (["mon", "fri"]), time ("06:00") and zone ("Europe/Kyiv")',
    "recipients": "[[recipients]] tables of to, route, lang, tenants and attach",
    "keep": "how many days runs are kept, e.g. 400",
    "cron": f'five crontab fields as text, e.g. "0 6 2 * *", or a [cron] table of {", ".join(GRAMMAR)}',
    "timezone": "the name of a time zone, e.g. Europe/Amsterdam",
    "until": "a day, e.g. 2026-12-31",
    "tenants": '"all", or a list of names from the configuration',
    "formats": "a list of html, pdf, xlsx, csv, json, remediation, undo, csv-raw, ocsf, junit, letter",
    "lang": "the code of a language, e.g. en",
    "out": "a folder",
    "as_of": "a day, e.g. 2026-12-31",
    "fail_on": "a flag: failing, will_fail, would_fail, exposed, in_order or unknown",
}


# The keys of inner tables.
INNER = {"cron": tuple(GRAMMAR), "when": When.__struct_fields__, "recipients": RecipientConfig.__struct_fields__}


class ScheduleTable(Table, frozen=True, kw_only=True):
    """A schedule file; its keys are the TOML keys.

    Attributes:
        title: What it is, in one line.
        description: What it is for.
        when: When it recurs, as people say it.
        cron: The same as five crontab fields, or as a table of them, for what people can't say that way.
        timezone: The time zone that ``cron`` is meant in.
        until: The last day on which it is due.
        tenants: Names of the configuration; "all" of them where it says so.
        formats: Reports to write.
        lang: Language of the reports.
        out: Folder that gets one folder per run, relative to the working folder.
        as_of: The date that is judged for; the day of the run where it isn't given.
        fail_on: A flag that makes the exit code 3, with those graver than it.
        recipients: Who gets the reports, beside those that the configuration names for each tenant.
        keep: Days that runs of its tenants are kept; those of the store where it isn't given.
    """

    title: str
    when: When | None = None
    cron: str | CronFields | None = None
    description: str = ""
    timezone: str = "UTC"
    until: dt.date | None = None
    tenants: Literal["all"] | tuple[str, ...] = "all"
    formats: tuple[FormatName, ...] = ("html", "pdf", "xlsx", "csv", "json", "remediation")
    lang: str = "en"
    out: str = "smtp-posture-runs"
    as_of: dt.date | None = None
    fail_on: FlagName | None = None
    recipients: tuple[RecipientConfig, ...] = ()
    keep: int | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be meant.

        Raises:
            ValueError: Which key, and why; the first word is the key.
        """
        for key in ("title", "tenants", "formats", "out"):
            if not getattr(self, key):
                raise ValueError(f"`{key}` is empty")
        if self.when is None and self.cron is None:
            raise ValueError("`when` is missing")
        if self.when is not None and self.cron is not None:
            raise ValueError("`cron` can't be given together with `when`")
        if self.keep is not None and self.keep < 1:
            raise ValueError(f"`keep` can't be {self.keep}")
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
    def zone_name(self) -> str:
        """The name of the time zone that its times are meant in."""
        return self.when.zone if self.when else self.timezone

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that its times are meant in."""
        return ZoneInfo(self.zone_name)


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
        fields = fields_of(table)
        schedule = Schedule(**msgspec.structs.asdict(table), name=file.stem, file=file, fields=fields)
        make_trigger(schedule)
    except ValueError as error:
        raise _mistake(file, text, ("cron",), str(error).replace("`", "")) from error
    return schedule


def fields_of(table: ScheduleTable) -> CronFields:
    """Give the fields of cron that a schedule means.

    Raises:
        ValueError: They can't be read.
    """
    match table.when, table.cron:
        case When() as when, _:
            return when.fields
        case None, str(line):
            return CronFields.from_crontab(line)
        case None, CronFields() as fields:
            return fields
        case _:
            raise ValueError("it has neither `when` nor `cron`")


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
    inner = INNER.get(str(path[0]), ())
    keys = [part for part in path if isinstance(part, str)]
    if path[0] in EXPECTED and (len(keys) == 1 or not inner or keys[-1] in inner):
        return f"Expected: {EXPECTED[str(path[0])]}."
    known = list(inner) or list(EXPECTED)
    nearest = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"Did you mean {nearest[0]!r}?" if nearest else f"Known here: {', '.join(known)}."
