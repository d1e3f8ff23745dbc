"""Graph unifiedRoleAssignment: who actively holds which directory role."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphList, Section
from scanner.model.directory import RoleAssignmentRow
from scanner.model.observed import Gap
from scanner.model.text import say

TYPE_PREFIX = "#microsoft.graph."


def principal_type(row: Row) -> str:
    """Read the principal's type where it was expanded."""
    principal = row.raw("principal")
    annotation = principal.get("@odata.type", "") if isinstance(principal, dict) else ""
    return annotation.lower().removeprefix(TYPE_PREFIX) if isinstance(annotation, str) else ""


def parse(row: Row) -> RoleAssignmentRow:
    """Read one role assignment.

    Raises:
        RowError: It names no principal or no role.
    """
    definition = row.row("roleDefinition")
    template = definition.id("templateId") if definition else ""
    parsed = RoleAssignmentRow(
        principal_id=row.id("principalId"),
        principal_type=principal_type(row),
        role_template_id=template or row.id("roleDefinitionId"),
        built_in=definition.flag("isBuiltIn") if definition else Gap.ABSENT,
        scope=row.text("directoryScopeId"),
    )
    if not (parsed.principal_id and parsed.role_template_id):
        raise RowError(say("a role assignment without principalId or roleDefinitionId"))
    return parsed


SECTION = Section(
    name="role-assignments",
    title="Graph roleAssignments",
    gives="who holds the roles that policies name",
    permission="RoleManagement.Read.Directory",
    ask=GraphList(path="/v1.0/roleManagement/directory/roleAssignments", query={"$expand": "principal"}, least=1),
    parse=parse,
)
