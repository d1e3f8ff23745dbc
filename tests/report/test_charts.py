"""Charts: parts add up, are told apart without colour, and are said in words."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scanner.report.chapters.bars import BAR_LENGTH, stack_bar
from scanner.report.chapters.funnel import draw_funnel
from scanner.report.chapters.lines import SPARK_HEIGHT, SPARK_WIDTH, draw_months
from scanner.report.contract import MonthPart
from scanner.report.language import open_language
from scanner.report.words import FLAG_TITLES, OUTCOME_TITLES, TONE_BY_FLAG, TONE_BY_OUTCOME, TONE_BY_READINESS
from scanner.report.write import write_run
from tests.report.sample import make_full_report, make_report

ENGLISH = open_language("en")


def test_every_mailbox_ends_at_one_gate_or_gets_through() -> None:
    report = make_report(300)
    bars = draw_funnel(report.mailboxes, ENGLISH)
    ended = sum(segment.count for bar in bars for segment in bar.segments[1:])
    accepted = report.summary.by_outcome["basic"]["accepted"]
    assert ended + accepted == 300
    assert bars[-1].total == str(accepted)


def test_the_funnel_narrows_gate_by_gate() -> None:
    bars = draw_funnel(make_report(300).mailboxes, ENGLISH)
    widths = [sum(segment.length for segment in bar.segments) for bar in bars]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(BAR_LENGTH)


def test_one_mailbox_of_a_hundred_thousand_is_visible() -> None:
    bar = stack_bar("x", {"failing": 1, "in_order": 99_999}, FLAG_TITLES, TONE_BY_FLAG, ENGLISH)
    assert bar.segments[0].length >= 3.9
    assert sum(segment.length for segment in bar.segments) == pytest.approx(BAR_LENGTH, abs=0.2)


def test_lines_stay_inside_their_drawing_and_end_at_the_last_value() -> None:
    months = [
        MonthPart(month=f"2026-{month:02}", run_id="r", mailboxes=9, coverage=1.0, by_flag={"exposed": count})
        for month, count in ((7, 0), (8, 40), (9, 12))
    ]
    (line,) = draw_months(months, ENGLISH)
    assert all(0 < dot.x < SPARK_WIDTH and 0 < dot.y < SPARK_HEIGHT for dot in line.dots)
    assert line.dots[1].y < line.dots[2].y < line.dots[0].y, "more is higher"
    assert line.description == "Exposed: 2026-07: 0, 2026-08: 40, 2026-09: 12"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("charts") / "run"
    return write_run(make_full_report(200), folder, ["html"]).files["html"].read_text(encoding="utf-8")


def test_every_drawing_of_the_page_begins_with_its_words(page: str) -> None:
    drawings = re.findall(r"<svg[^>]*>\s*(<title>[^<]+</title>)?", page)
    assert len(drawings) >= 12
    assert all(drawings)


def test_ids_of_patterns_are_unique_and_all_that_are_used_exist(page: str) -> None:
    made = Counter(re.findall(r'<pattern id="([^"]+)"', page))
    assert set(made.values()) == {1}
    assert set(re.findall(r"url\(#([^)]+)\)", page)) == set(made)


@pytest.mark.parametrize(
    "tones", [TONE_BY_FLAG, TONE_BY_OUTCOME, TONE_BY_READINESS], ids=["flags", "outcomes", "readiness"]
)
def test_parts_that_stand_side_by_side_differ_by_more_than_colour(tones: dict[str, str], page: str) -> None:
    source = (Path(__file__).parents[2] / "reports/templates/parts.html").read_text(encoding="utf-8")
    strokes = dict(re.findall(r'"(\w+)": "(M[^"]+)"', source))
    drawn = [(strokes.get(tone, "plain")) for tone in dict.fromkeys(tones.values())]
    assert len(drawn) - len(set(drawn)) <= 1, "at most two parts are plain or alike, and those stand apart"
    assert OUTCOME_TITLES.keys() == TONE_BY_OUTCOME.keys()
