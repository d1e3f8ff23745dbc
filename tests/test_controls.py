"""Controls of benchmarks: met, not met and unknown are three things."""

import pytest

from scanner.controls import ControlState, assess
from scanner.model.policy import Conditions, Grant, PeopleScope, Policy, ResourceScope
from scanner.model.section import SectionReport, SectionState
from scanner.model.settings import SecurityDefaults, TransportConfig
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant

POLICIES = "conditional-access-policies"
BLOCK = Policy(
    id="p1",
    name="Block legacy",
    state="enabled",
    include=PeopleScope(users=frozenset({"all"})),
    resources=ResourceScope(include=frozenset({"all"})),
    conditions=Conditions(client_app_types=frozenset({"exchangeactivesync", "other"})),
    grant=Grant(controls=frozenset({"block"})),
)
SPARING = Policy(
    id="p1",
    name="Block legacy",
    state="enabled",
    include=BLOCK.include,
    exclude=PeopleScope(groups=frozenset({"g1"})),
    resources=BLOCK.resources,
    conditions=BLOCK.conditions,
    grant=BLOCK.grant,
)
REPORT_ONLY = Policy(
    id="p1",
    state="enabledforreportingbutnotenforced",
    include=BLOCK.include,
    resources=BLOCK.resources,
    conditions=BLOCK.conditions,
    grant=BLOCK.grant,
)


def a_snapshot(
    *policies: Policy,
    off: bool | None = True,
    defaults: bool | None = False,
    state: SectionState = SectionState.COMPLETE,
) -> Snapshot:
    return Snapshot(
        tenant=Tenant(),
        sections={POLICIES: SectionReport(section=POLICIES, state=state)},
        transport_config=None if off is None else TransportConfig(smtp_auth_disabled=off),
        security_defaults=SecurityDefaults(enabled=defaults),
        policies=policies,
    )


def states(snapshot: Snapshot) -> dict[str, ControlState]:
    return {control.id: control.state for control in assess(snapshot)}


def test_every_control_names_its_version_and_who_mapped_it() -> None:
    controls = assess(a_snapshot())
    assert [control.id for control in controls] == ["6.5.4", "5.2.2.3", "MS.EXO.5.1v1", "MS.AAD.1.1v1", "CM-7"]
    assert all(control.version and str(control.mapped_by) and str(control.because) for control in controls)


def test_the_switch_decides_three_controls() -> None:
    by_switch = {True: ControlState.MET, False: ControlState.NOT_MET, None: ControlState.UNKNOWN}
    for off, state in by_switch.items():
        found = states(a_snapshot(BLOCK, off=off))
        assert found["6.5.4"] is found["MS.EXO.5.1v1"] is found["CM-7"] is state


@pytest.mark.parametrize(
    ("policies", "section", "state"),
    [
        ((BLOCK,), SectionState.COMPLETE, ControlState.MET),
        ((BLOCK,), SectionState.PARTIAL, ControlState.MET),
        ((SPARING,), SectionState.COMPLETE, ControlState.UNKNOWN),
        ((REPORT_ONLY,), SectionState.COMPLETE, ControlState.NOT_MET),
        ((), SectionState.COMPLETE, ControlState.NOT_MET),
        ((), SectionState.MISSING, ControlState.UNKNOWN),
    ],
)
def test_a_block_of_legacy_clients_is_met_unknown_or_not_met(
    policies: tuple[Policy, ...], section: SectionState, state: ControlState
) -> None:
    found = states(a_snapshot(*policies, state=section))
    assert found["5.2.2.3"] is found["MS.AAD.1.1v1"] is state


def test_security_defaults_block_legacy_clients_without_being_a_policy() -> None:
    found = states(a_snapshot(defaults=True))
    assert found["MS.AAD.1.1v1"] is ControlState.MET
    assert found["5.2.2.3"] is ControlState.NOT_MET
