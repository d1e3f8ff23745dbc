"""Addresses and names in the commands of remedies: whatever they hold, they stay one argument."""

import re

from scanner.model.judgement import Remedy
from scanner.model.text import Text

SINGLE_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")


def with_address(remedy: Remedy, address: str) -> Remedy:
    """Put the mailbox's address into a remedy's commands."""
    return Remedy(
        gate=remedy.gate,
        text=remedy.text,
        command=remedy.command.replace("{address}", quoted(address)),
        portal=remedy.portal,
        undo=remedy.undo if isinstance(remedy.undo, Text) else remedy.undo.replace("{address}", quoted(address)),
    )


def quoted(text: str) -> str:
    """Write a text as a PowerShell argument: in single quotes nothing in it can become code.

    PowerShell takes typographic single quotes for quotes as well, so each of them is doubled.
    """
    return "'" + SINGLE_QUOTES.sub(r"\g<0>\g<0>", text) + "'"
