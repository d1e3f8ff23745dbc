"""Use as a user meets it: files beside the evidence, flags in the report, what earlier runs saw."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from tests.support import folder
from tests.support.program import call

PEOPLE = {person.name: person for person in folder.PEOPLE}
HEADER = "Sender address,Domain,TLS 1.0,TLS 1.1,TLS 1.2,Messages sent,Authentication Protocol\n"
NOT_LICENSED = Path(__file__).parents[1] / "data" / "sign-ins" / "not-licensed.json"

Run = Callable[..., tuple[int, Any]]


def an_event(name: str, moment: str, code: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{name}/{moment}/{code}",
        "createdDateTime": moment,
        "userId": PEOPLE[name].id,
        "userPrincipalName": PEOPLE[name].address,
        "clientAppUsed": "Authenticated SMTP",
        "ipAddress": "203.0.113.10",
        "status": {"errorCode": code, "failureReason": "Other.", "additionalDetails": None},
        **more,
    }


def a_line(name: str, messages: int, protocol: str) -> str:
    return f"{PEOPLE[name].address},{folder.DOMAIN},0%,0%,100%,{messages},{protocol}\n"


EVENTS = [
    an_event("anna", "2026-11-18T08:00:00Z"),
    an_event("anna", "2026-11-19T08:00:00Z", 53003),
    an_event("bob", "2026-11-18T08:00:00Z"),
    an_event("gus", "2026-11-19T08:00:00Z"),
    an_event("hal", "2026-11-19T08:00:00Z", 50076),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that imports the small tenant with more files: the exit code and report.json."""
    monkeypatch.chdir(tmp_path)
    numbers = itertools.count()

    def import_files(tables: dict[str, str] | None = None, *more: str, **files: Any) -> tuple[int, Any]:
        number = next(numbers)
        named = {name.replace("_", "-"): what for name, what in files.items()}
        evidence = folder.write(tmp_path / f"evidence-{number}", {**folder.files(), **named})
        for name, text in (tables or {}).items():
            (Path(evidence) / name).write_text(text)
        out = f"out-{number}"
        code = main(["import", str(evidence), "--format", "json", "--out", out, "--as-of", "2026-11-23", *more])
        (report,) = (tmp_path / out).glob("*/report.json")
        return code, json.loads(report.read_text())

    return import_files


def of(report: Any, name: str) -> Any:
    return next(mailbox for mailbox in report["mailboxes"] if mailbox["address"] == PEOPLE[name].address)


def test_sign_ins_decide_flags_and_come_first(run: Run) -> None:
    """Failing before everything else, each with since when or what it was last seen doing."""
    code, report = run(sign_ins=EVENTS)
    assert code == 0
    assert [mailbox["flag"] for mailbox in report["mailboxes"][:4]] == ["failing"] * 3 + ["will_fail"]
    anna, bob, gus = of(report, "anna"), of(report, "bob"), of(report, "gus")
    assert anna["use"]["failing_since"] == "2026-11-19T08:00:00+00:00"
    assert (anna["use"]["basic"], anna["use"]["failures"], anna["use"]["window_days"]) == (1, {"53003": 1}, 30)
    assert anna["use"]["last_seen"] == "2026-11-19T08:00:00+00:00"
    assert anna["use"]["source"] == "sign-ins"
    assert "53003" in anna["flag_because"]
    assert bob["flag"] == "failing"
    assert "Seen sending on 2026-11-18" in bob["flag_because"]
    assert gus["next_change"] == {
        "key": "default_off",
        "title": "Microsoft turns Basic off by default",
        "date": "2026-12-31",
    }


def test_what_contradicts_the_verdict_is_shown_and_costs_confidence(run: Run) -> None:
    """Blocked by a policy that is predicted to let it pass; accepted by a switch that is off; as predicted."""
    _, before = run()
    _, report = run(sign_ins=EVENTS)
    for name in ("anna", "bob"):
        assert of(report, name)["use"]["contradiction"]
        sure, doubted = (of(found, name)["verdicts"]["basic"]["confidence"] for found in (before, report))
        assert ["low", "medium", "high"].index(doubted) == ["low", "medium", "high"].index(sure) - 1
    for name in ("gus", "hal"):
        assert of(report, name)["use"]["contradiction"] is None
        assert of(report, name)["verdicts"] == of(before, name)["verdicts"]


def test_use_never_changes_a_verdict(run: Run) -> None:
    """With or without it, all but the confidence of what is contradicted is the same; failing needs something seen."""
    tables = {"smtp-auth-clients.csv": HEADER + a_line("olga", 3, "Basic")}
    _, without = run()
    _, with_use = run(tables, sign_ins=EVENTS)
    for mailbox in with_use["mailboxes"]:
        for verdict in mailbox["verdicts"].values():
            verdict.pop("confidence")
    for mailbox in without["mailboxes"]:
        for verdict in mailbox["verdicts"].values():
            verdict.pop("confidence")
    same = {mailbox["id"]: mailbox["verdicts"] for mailbox in without["mailboxes"]}
    assert {mailbox["id"]: mailbox["verdicts"] for mailbox in with_use["mailboxes"]} == same
    assert not {"failing", "will_fail"} & {mailbox["flag"] for mailbox in without["mailboxes"]}
    assert {mailbox["use"]["silence"] for mailbox in without["mailboxes"]} == {"not_readable"}


def test_the_report_of_the_admin_center_alone(run: Run) -> None:
    """Messages by protocol; who is not in it is not seen, and failures can't be known."""
    rows = a_line("olga", 1204, "Basic") + a_line("anna", 7, "OAuth") + a_line("cara", 3, "Basic")
    code, report = run({"smtp-auth-clients.csv": HEADER + rows})
    assert code == 0
    olga, anna, cara, gus = (of(report, name) for name in ("olga", "anna", "cara", "gus"))
    assert (olga["flag"], olga["use"]["basic"], olga["use"]["oauth"]) == ("will_fail", 1204, 0)
    assert (anna["flag"], anna["use"]["basic"], anna["use"]["oauth"]) == ("in_order", 0, 7)
    assert cara["flag"] == "failing"
    assert (gus["flag"], gus["use"]["silence"], gus["use"]["basic"]) == ("exposed", "not_seen", 0)
    assert {mailbox["use"]["source"] for mailbox in report["mailboxes"]} == {"smtp-auth-clients"}
    assert {mailbox["use"]["window_days"] for mailbox in report["mailboxes"]} == {7}


def test_exports_that_overlap_are_not_counted_twice(run: Run) -> None:
    """September and October add up; a quarter that holds both does not; neither does a copy."""
    september, october = HEADER + a_line("olga", 10, "Basic"), HEADER + a_line("olga", 5, "Basic")
    files = {
        "smtp-auth-clients-2026-09-01-2026-09-30.csv": september,
        "smtp-auth-clients-2026-10-01-2026-10-31.csv": october,
        "smtp-auth-clients-2026-08-01-2026-10-31.csv": HEADER + a_line("olga", 12, "Basic"),
        "smtp-auth-clients-2026-10-01-2026-10-31 (1).csv": october,
    }
    _, report = run(files)
    assert of(report, "olga")["use"]["basic"] == 15
    assert of(report, "olga")["use"]["window_days"] == 92


def test_an_export_without_protocols_says_that_it_does_not_say(run: Run) -> None:
    """Neither Basic nor OAuth is claimed."""
    _, report = run({"smtp-auth-clients.csv": f"Sender address,Messages sent\n{PEOPLE['gus'].address},9\n"})
    gus = of(report, "gus")
    assert (gus["use"]["basic"], gus["use"]["oauth"], gus["use"]["silence"]) == (None, None, None)
    assert gus["flag"] == "unknown"


def test_an_answer_that_the_tenant_is_not_licensed_may_stand_in_the_files_place(run: Run) -> None:
    """As Graph gave it: not licensed is another silence than not read."""
    code, report = run(sign_ins=json.loads(NOT_LICENSED.read_text()))
    assert code == 0
    assert {mailbox["use"]["silence"] for mailbox in report["mailboxes"]} == {"not_licensed"}


def test_a_log_that_was_not_read_whole_claims_no_silence(run: Run) -> None:
    """Who was seen was seen; of the others nothing is known."""
    _, report = run(sign_ins=[*EVENTS, {"id": "broken"}])
    assert of(report, "gus")["use"]["basic"] == 1
    olga = of(report, "olga")
    assert (olga["use"]["basic"], olga["use"]["silence"]) == (None, "not_readable")


def test_no_file_of_use_is_called_a_stranger(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are read, and nothing is told on stderr."""
    run({"smtp-auth-clients.csv": HEADER + a_line("olga", 1, "Basic")}, sign_ins=EVENTS)
    assert capsys.readouterr().err == ""


def at(moment: str) -> dict[str, Any]:
    return {**folder.files()["tenant"], "collectedAt": moment}


def test_a_sender_of_once_a_quarter_is_not_unused(run: Run) -> None:
    """Seen in March: in June it is neither exposed nor unlikely, and two runs later it is still remembered."""
    march = [an_event(name, "2026-03-02T08:00:00Z") for name in ("olga", "cara")]
    run(sign_ins=march, tenant=at("2026-03-03T08:00:00Z"))
    run(sign_ins=[], tenant=at("2026-04-03T08:00:00Z"))
    _, june = run(sign_ins=[], tenant=at("2026-06-03T08:00:00Z"))
    olga, cara, anna = (of(june, name) for name in ("olga", "cara", "anna"))
    assert (olga["flag"], olga["use"]["sent_before"], olga["use"]["silence"]) == ("will_fail", "2026-03-02", "not_seen")
    assert (cara["flag"], cara["likelihood"]) == ("would_fail", "likely")
    assert "2026-03-02" in cara["flag_because"]
    assert anna["flag"] == "exposed"


def test_what_was_seen_long_ago_is_forgotten(run: Run) -> None:
    """After more than a year."""
    run(sign_ins=[an_event("olga", "2025-03-02T08:00:00Z")], tenant=at("2025-03-03T08:00:00Z"))
    _, later = run(sign_ins=[], tenant=at("2026-11-20T08:00:00Z"))
    assert of(later, "olga")["flag"] == "exposed"


def test_another_tenants_runs_say_nothing(run: Run) -> None:
    """What is remembered is the tenant's own."""
    other = {**at("2026-03-03T08:00:00Z"), "id": "11111111-2222-4333-8444-555555555555"}
    run(sign_ins=[an_event("olga", "2026-03-02T08:00:00Z")], tenant=other)
    _, report = run(sign_ins=[])
    assert of(report, "olga")["use"]["sent_before"] is None


def test_a_waiver_leaves_the_count_and_not_the_list(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And --fail-on doesn't see it."""
    (tmp_path / "smtp-posture.toml").write_text(f"""
[tenants.fabrikam]
id = "{folder.TENANT_ID}"
credential = {{ kind = "secret", client_id = "{folder.TENANT_ID}", secret_env = "NOT_NEEDED_HERE" }}
[[tenants.fabrikam.waivers]]
mailbox = "{PEOPLE["gus"].address}"
flag = "will_fail"
reason = "Replaced in January"
owner = "it@{folder.DOMAIN}"
expires = 2099-03-31
""")
    events = [an_event("gus", "2026-11-19T08:00:00Z")]
    code, plain = run(None, "--fail-on", "will_fail", sign_ins=events)
    assert (code, plain["summary"]["by_flag"]["will_fail"]) == (3, 1)
    code, waived = run(None, "--fail-on", "will_fail", "--tenant", "fabrikam", sign_ins=events)
    assert code == 0
    assert (waived["summary"]["by_flag"]["will_fail"], waived["summary"]["waived"]) == (0, {"will_fail": 1})
    assert of(waived, "gus")["flag"] == "will_fail"
    assert of(waived, "gus")["waiver"]["owner"] == f"it@{folder.DOMAIN}"


def test_reporting_again_remembers_what_came_before(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """``report latest`` flags as the run did."""
    run(sign_ins=[an_event("olga", "2026-03-02T08:00:00Z")], tenant=at("2026-03-03T08:00:00Z"))
    run(sign_ins=[], tenant=at("2026-06-03T08:00:00Z"))
    done = call(capsys, "report", "latest", "--format", "json", "--out", "again", "--as-of", "2026-11-23")
    assert done.code == 0
    (report,) = Path("again").glob("*/report.json")
    assert of(json.loads(report.read_text()), "olga")["flag"] == "will_fail"
