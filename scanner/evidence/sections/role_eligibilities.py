"""Graph role eligibility schedules: shown, never counted, since an eligible role is not held."""

from scanner.evidence.section import GraphList, Section
from scanner.evidence.sections.role_assignments import parse

SECTION = Section(
    name="role-eligibilities",
    title="Graph roleEligibilityScheduleInstances",
    gives="who could take up such a role",
    permission="RoleEligibilitySchedule.Read.Directory",
    ask=GraphList(path="/v1.0/roleManagement/directory/roleEligibilityScheduleInstances"),
    parse=parse,
    core=False,
)
