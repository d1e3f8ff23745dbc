"""Graph beta authentication requirements: the per-user MFA state."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import PerUser, Section
from scanner.model.directory import MfaRow
from scanner.model.text import say


def parse(row: Row) -> MfaRow:
    """Read one user's state.

    Raises:
        RowError: It has no id.
    """
    if not row.id("id"):
        raise RowError(say("a per-user MFA state without id"))
    state = row.text("perUserMfaState")
    return MfaRow(id=row.id("id"), state=state.lower() if isinstance(state, str) else state)


SECTION = Section(
    name="per-user-mfa",
    title="Graph authentication/requirements (beta)",
    gives="the per-user MFA state of each account",
    permission="Policy.Read.All",
    ask=PerUser(path="/users/{id}/authentication/requirements", version="beta"),
    parse=parse,
)
