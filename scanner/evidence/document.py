"""The page docs/evidence-folder.md, made from the registry of sections."""

from typing import Any, assert_never

from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import (
    Ask,
    Cmdlet,
    GraphList,
    GraphLog,
    GraphObject,
    PerUser,
    ReferencedGroups,
    Section,
    SenderTraces,
)

_HEAD = """\
# The evidence folder

Generated from `scanner/evidence/sections/` by `scanner.evidence.document.render_evidence_folder`: don't edit it by
hand, run `make docs`.

`smtp-posture import FOLDER` reads a tenant from files, without signing in. `smtp-posture export-script` prints a
read-only PowerShell script (Windows PowerShell 5.1 or PowerShell 7) that makes such a folder: Get- cmdlets and GET
requests only. What it can't read it leaves out, and says why in `tenant.json`.

| file | content | CSV too | without it |
|---|---|---|---|
| `tenant.json` | whose it is: `id`, `domain`, `displayName`, `cloud`, `collectedAt` | no | the report can't say |"""

_RULES = """\
## What is tolerated

- **Forms.** An array, `{"value": […]}` as Graph answers, one object, one object a line, or a folder of that name with
  one object a file. Where a section is there twice, one is read and the other is named.
- **Encodings.** UTF-8 and UTF-16, with or without byte order mark.
- **Names.** File names in any case; keys in any case, so PascalCase and camelCase are the same. Keys with `@` or `#`
  (odata annotations) are noise; the type of a group's member is the one that is read.
- **Times.** ISO 8601 with up to seven decimals and `/Date(milliseconds)/`; without an offset a time is UTC.
- **Booleans.** `true` and `false`, and the words True and False.
- **Ids.** In any case, with or without braces; a GUID of zeros is no id.
- **CSV** (where the table above says so): comma, semicolon or tab, with or without the `#TYPE` line. An empty cell is
  null there, since that is how PowerShell writes null.

## Who really sends

- **`sign-ins.json`** holds events of the sign-in log, interactive and non-interactive ones, as Graph gives them. Those
  count whose client is Authenticated SMTP (older names: SMTP; Other clients where it succeeded at Exchange). It is
  taken to hold what the log keeps with a licence: 30 days, or from its oldest event where that is older. An answer
  that says that the tenant is not licensed may stand in its place: then the report says so.
- **`message-traces.json`** holds message traces of senders, as Graph gives them: how much they send, and whether to
  domains outside. Of a recipient only the domain is read.
- **`smtp-auth-clients*.csv`** are exports of the Exchange admin center's report (Reports, Mail flow, SMTP AUTH
  clients), in any language, one or more, also in a folder `smtp-auth-clients`. Two days in a file's name, as in
  `smtp-auth-clients-2026-10-01-2026-10-31.csv`, or columns for them, say which window it counts: windows that don't
  overlap add up. Where they overlap or no window is known, only the largest counts, so that nothing counts twice.

## What is not

- **A missing file** is a missing section: what depends on it is unknown, and where a verdict needs it the run ends with
  exit code 4. `missing` in `tenant.json` may say why, by the section's name: `{"users": "403 …"}`. A sign-in log
  that is there and not whole, or that was asked for in vain, makes the run incomplete too.
- **A broken file** is an error that names file, line and column; its section is missing. A row that can't be used makes
  its section partial.
- **Null, an absent key, `""` and an unreadable value** are four things. For `SmtpClientAuthenticationDisabled` of a
  mailbox only null means "follow the organization"; the other three are unknown.
- **Links** that leave the folder are not followed."""


def render_evidence_folder() -> str:
    """Render the page.

    Returns:
        Markdown that ends with a line break.
    """
    rows = (f"| {' | '.join(cells)} |" for cells in map(cells_of, SECTIONS))
    return "\n".join((_HEAD, *rows)) + "\n\n" + _RULES + "\n"


def cells_of(section: Section[Any]) -> tuple[str, str, str, str]:
    """Give the cells of one section."""
    without = "incomplete where a verdict needs it" if section.core else "complete all the same"
    return (
        f"`{section.name}*.csv`" if section.several else f"`{section.name}.json`",
        f"{section.title}{', one object' if section.single else ''}",
        "only" if section.several else "yes" if section.tabular else "no",
        without,
    )


def asked(ask: Ask | None) -> str:
    """Say in a few words what is asked of the provider."""
    match ask:
        case None:
            return "comes from files only"
        case Cmdlet(name=name):
            return f"`{name}`"
        case GraphList(path=path) | GraphObject(path=path) | GraphLog(path=path) | SenderTraces(path=path):
            return f"`GET {path}`"
        case PerUser(path=path, version=version):
            return f"`GET /{version}{path}`"
        case ReferencedGroups():
            return "`GET /v1.0/groups/{id}/transitiveMembers`"
        case _:
            assert_never(ask)
