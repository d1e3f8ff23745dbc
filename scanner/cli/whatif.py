"""``whatif``: what would change, for whom, and which exceptions keep today's senders working."""

import datetime as dt
from pathlib import Path

from scanner.app import sources
from scanner.app.whatif import ask_what_if
from scanner.cli.commands import print_json, print_line
from scanner.cli.options import read_addresses, read_date
from scanner.cli.whatif_answer import answer_of
from scanner.cli.whatif_picture import draw_what_if
from scanner.errors import ConfigurationError, ExitCode
from scanner.store import Store
from scanner.whatif.keys import read_changes


def do_what_if(
    *,
    changes: list[str],
    run_name: str,
    config_file: Path | None,
    as_of: str,
    source_ips: list[str],
    as_json: bool,
) -> ExitCode:
    """Answer a what-if from a kept run.

    Raises:
        ConfigurationError: Nothing is asked, or what is asked is not understood.
    """
    asked = read_changes(tuple(changes))
    date: dt.date | None = read_date(as_of) if as_of else None
    if not asked and date is None:
        advice = "Give --set KEY=VALUE, --as-of DATE, or both; docs/what-if.md lists the keys."
        raise ConfigurationError("whatif: nothing is asked.", advice)
    config = sources.load_config(config_file)
    with Store.open(config.store.url) as store:
        answer = ask_what_if(store, run_name, asked, as_of=date, source_ips=read_addresses(source_ips))
    if as_json:
        print_json(answer_of(answer))
    else:
        print_line("\n".join(draw_what_if(answer)))
    return ExitCode.OK
