"""The pages docs/gates.md and docs/permissions.md, made from the gates, their order and the sections they rest on."""

from collections.abc import Iterable, Iterator
from typing import Any

from scanner.evidence.document import asked
from scanner.evidence.permissions import AS_APP, DELEGATED
from scanner.evidence.registry import NAMING_PERMISSION, SECTIONS, SIGN_INS
from scanner.evidence.section import Cmdlet, Section
from scanner.gates.calendar import CALENDAR, RetirementCalendar
from scanner.gates.gate import Example, Gate
from scanner.gates.order import GATES, ORDER
from scanner.model.judgement import GateState, Judgement
from scanner.replies.catalogue import cause, entry
from scanner.replies.document import render_remedy

CLOSED_OR_DEPENDS = {GateState.CLOSED, GateState.DEPENDS}

_GATES_HEAD = """\
# Gates

Generated from `scanner/gates/` by `scanner.gates.document.render_gates`: don't edit it by hand, run `make docs`.

Each layer that can refuse a submission is a gate. Every gate is judged for every mailbox and for every method (Basic,
OAuth as a user, OAuth as an application); the first closed one decides the reply, and opening it alone may only show
the next. A gate answers open, closed, depends (something at the time of sending decides) or unknown (evidence is
missing).

Sources are keys of the fact dossiers (S1 to S18: Exchange; POL, USR, CND …: Conditional Access), threads on GitHub, or
INFERRED where no source says it."""

_PERMISSIONS_HEAD = """\
# Permissions

Generated from `scanner/evidence/sections/`, the gates and the limits of the configuration by
`scanner.gates.document.render_permissions` and `scanner.sources.document.render_limits`: don't edit it by hand, run
`make docs`.

The application that reads a tenant holds application permissions, admin-consented, all of them reading ones. Without a
permission its sections are missing: the gates that rest on them answer "unknown", the report names the permission, and
the run ends with exit code 4; not so without those that verdicts can do without, unless one needed them:
{dispensable}.
Where the token holds a permission and Graph refuses all the same, the report says that a licence or a further
permission may be missing.

`smtp-posture init` writes a script that grants exactly these, and asks an administrator before each change.
`smtp-posture doctor` tries each of them and says what would be missing; it warns of permissions that allow more than
reading, and can't tell what Exchange's role allows: no token names it, so each cmdlet is tried."""

_EXCHANGE = """\
## Exchange

`Exchange.ManageAsApp` (Office 365 Exchange Online) only lets the application in; what it may read is decided by a role.
Give its service principal either the Entra role **Global Reader**, or inside Exchange the role group **View-Only
Organization Management** (`New-ServicePrincipal -AppId … -ObjectId …`, then `Add-RoleGroupMember`). The object id is
the enterprise application's, not the app registration's. Security Reader is not enough: it can't read mailboxes and
the organization's configuration.

Where somebody signs in with a device code, the same names are delegated permissions, with `{delegated}` in place of
`Exchange.ManageAsApp`, and the role is that of whoever signs in.

The program runs these cmdlets and no others:"""


def render_gates() -> str:
    """Render docs/gates.md.

    Returns:
        Markdown that ends with a line break.
    """
    parts = (_GATES_HEAD, render_order(), *map(render_gate, GATES), render_calendar(CALENDAR))
    return "\n\n".join(parts) + "\n"


def render_order() -> str:
    """Render the order in which gates refuse."""
    rows = (f"| {place} | [{gate.name}](#{gate.name}) | {source} |" for place, (gate, source) in enumerate(ORDER, 1))
    return "\n".join(("## The order", "", "| | gate | why it stands here |", "|---|---|---|", *rows))


def render_gate(gate: Gate) -> str:
    """Render one gate."""
    parts = (
        f"## {gate.name}",
        f"**{gate.title}**{': it warns, and decides nothing' if gate.advisory else ''}. {gate.rationale}",
        "\n".join(facts_of(gate)),
        "Replies:",
        "\n".join(f"- [{key}](replies.md#{key}): `{entry(key).line}`" for key in gate.replies),
        "What opens it:",
        "\n".join(render_remedy(remedy) for key in causes_of(gate) for remedy in cause(key).remedies),
        "Examples (each is a test):",
        "\n".join(("| mailbox and tenant | method | answer | because |", "|---|---|---|---|", *rows_of(gate))),
    )
    return "\n\n".join(parts)


def facts_of(gate: Gate) -> Iterator[str]:
    """Say what a gate reads and where its rule comes from."""
    yield f"- Reads: {', '.join(gate.reads)}"
    if gate.sections:
        yield f"- Sections: {', '.join(f'`{name}`' for name in gate.sections)}"
    yield f"- Sources: {', '.join(gate.sources)}"


def causes_of(gate: Gate) -> tuple[str, ...]:
    """Name the causes of every answer that a gate's examples show, other than open ones of a gate that decides."""
    judgements = (example_judgement(gate, example) for example in gate.examples)
    shown = (judgement for judgement in judgements if gate.advisory or judgement.state in CLOSED_OR_DEPENDS)
    return tuple(dict.fromkeys(key for judgement in shown for key in gate.causes(judgement)))


def example_judgement(gate: Gate, example: Example) -> Judgement:
    """Judge one example."""
    return gate.judge(example.circumstance, example.setting, example.method)


def rows_of(gate: Gate) -> Iterator[str]:
    """Give one row per example."""
    for example in gate.examples:
        because = example_judgement(gate, example).because
        yield f"| {example.says} | {example.method.value} | {example.state.value} | {because} |"


def render_calendar(calendar: RetirementCalendar) -> str:
    """Render the retirement calendar with the date of its last comparison."""
    final = calendar.final_removal.isoformat() if calendar.final_removal else "not announced"
    rows = (
        ("Basic off by default, an admin can enable it again", f"from {calendar.off_by_default.isoformat()}"),
        ("Microsoft announces the date of the final removal", str(calendar.final_announcement)),
        ("Basic removed for good", final),
        ("High Volume Email stops taking Basic", f"from {calendar.hve_basic_ends.isoformat()}"),
    )
    return "\n".join(
        (
            "## The retirement calendar",
            "",
            f"Last compared with its sources on {calendar.compared_on.isoformat()}: {', '.join(calendar.sources)}.",
            "",
            "| event | date |",
            "|---|---|",
            *(f"| {event} | {date} |" for event, date in rows),
        )
    )


def render_permissions() -> str:
    """Render docs/permissions.md.

    Returns:
        Markdown that ends with a line break.
    """
    cmdlets = dict.fromkeys(section.ask.name for section in SECTIONS if isinstance(section.ask, Cmdlet))
    parts = (
        _PERMISSIONS_HEAD.format(dispensable=", ".join(dispensable_permissions())),
        "\n".join(("| permission | sections |", "|---|---|", *permission_rows(SECTIONS))),
        "## By section",
        "\n".join(("| section | asked for | permission | gates | core |", "|---|---|---|---|---|", *section_rows())),
        f"A section that is not core leaves a run complete when it is missing, but for `{SIGN_INS}`.",
        _EXCHANGE.format(delegated=DELEGATED[AS_APP]),
        "\n".join(f"- `{name}`" for name in cmdlets),
    )
    return "\n\n".join(parts) + "\n"


def dispensable_permissions() -> list[str]:
    """Name the permissions that a run can lack and be complete, as ``scanner.completeness`` has it."""
    asked_for = [section for section in SECTIONS if section.ask is not None]
    needed = {section.permission for section in asked_for if section.core or section.name == SIGN_INS}
    return sorted({section.permission for section in asked_for} - needed)


def permission_rows(sections: Iterable[Section[Any]]) -> Iterator[str]:
    """Give one row per permission."""
    by_permission: dict[str, list[str]] = {}
    by_permission[NAMING_PERMISSION] = ["the tenant's name and domains; reports show its id without it"]
    for section in sections:
        if section.ask is not None:
            by_permission.setdefault(section.permission, []).append(f"`{section.name}`")
    return (f"| {name} | {', '.join(named)} |" for name, named in sorted(by_permission.items()))


def section_rows() -> Iterator[str]:
    """Give one row per section."""
    for section in SECTIONS:
        gates = ", ".join(f"[{gate.name}](gates.md#{gate.name})" for gate in GATES if section.name in gate.sections)
        permission = section.permission if section.ask is not None else "-"
        core = "yes" if section.core else "no"
        yield f"| `{section.name}` | {asked(section.ask)} | {permission} | {gates or '-'} | {core} |"
