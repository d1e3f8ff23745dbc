"""Controls of published benchmarks, with their versions and who mapped them."""

from scanner.model.frozen import Frozen
from scanner.report.contract import Report
from scanner.report.language import Language
from scanner.report.words import CONTROL_STATES, TONE_BY_CONTROL


class ControlRow(Frozen, frozen=True, kw_only=True):
    """One control as shown."""

    framework: str
    version: str
    id: str
    title: str
    state: str
    tone: str
    because: str
    mapped_by: str


def show_controls(report: Report, language: Language) -> tuple[ControlRow, ...]:
    """Shows the controls in the order of the report."""
    return tuple(
        ControlRow(
            framework=control.framework,
            version=control.version,
            id=control.id,
            title=language.render(control.title),
            state=language.render(CONTROL_STATES[control.state]),
            tone=TONE_BY_CONTROL[control.state],
            because=language.render(control.because),
            mapped_by=language.render(control.mapped_by),
        )
        for control in report.controls
    )
