"""A folder of exports becomes sections: complete, partial or missing, each with its reason."""

import datetime as dt
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.errors import SourceError
from scanner.evidence.registry import SECTIONS
from scanner.model.section import SectionState
from scanner.model.tenant import Tenant
from scanner.sources.folder import FolderSource
from tests.sources.folder.reading import Read, Reading
from tests.support.privilege import reachable_folder, unprivileged
from tests.support.sink import InMemorySink

if TYPE_CHECKING:
    from scanner.sources.interface import EvidenceSource

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
COLLECTED = dt.datetime(2026, 7, 22, 10, 48, 39, tzinfo=dt.UTC)


def test_it_is_a_source(folder: Path) -> None:
    """One that an interrupted reading does not go on with."""
    source: EvidenceSource = FolderSource(folder, SECTIONS)
    assert (source.origin, source.known) == ("", Tenant())


def test_the_tenant_is_read_whatever_the_case_of_its_keys(read: Read) -> None:
    reading = read()
    assert reading.tenant == Tenant(id="42ba3ed1-ae78-4fd0-8080-5f8bfcc27b29", name="X", collected_at=COLLECTED)
    assert reading.problems == []


def test_every_section_is_closed_and_one_without_a_file_is_missing(read: Read) -> None:
    reading = read({"users.json": "[]"})
    assert set(reading.reports) == {section.name for section in SECTIONS}
    assert reading.ending("users") == ("complete", 0, "")
    assert reading.ending("groups") == ("missing", 0, "no file groups.json in the folder")
    assert reading.reports["groups"].permission == ""
    assert reading.reports["groups"].collected_at is None


@pytest.mark.parametrize(
    "files",
    [
        {"groups.json": '[{"id": "a"}, {"id": "b"}]'},
        {"GROUPS.JSON": '{"value": [{"id": "a"}, {"id": "b"}]}'},
        {"Groups.jsonl": '{"id": "a"}\n{"id": "b"}\n'},
        {"groups/A.json": '{"id": "a"}', "groups/B.JSON": '{"id": "b"}'.encode("utf-16")},
        {"Groups/all.json": '[{"id": "a"}, {"id": "b"}]', "Groups/.hidden.json": "x"},
    ],
)
def test_a_section_may_come_in_many_forms(read: Read, files: dict[str, str | bytes]) -> None:
    reading = read(files)
    assert reading.rows["groups"] == [{"id": "a"}, {"id": "b"}]
    assert reading.ending("groups") == ("complete", 2, "")
    assert reading.reports["groups"].collected_at == COLLECTED
    assert reading.tabular == set()
    assert (reading.problems, reading.notes) == ([], [])


@pytest.mark.parametrize("section", ["mailboxes", "cas-mailboxes", "exchange-users", "users"])
def test_lists_of_mailboxes_may_come_as_tables(read: Read, section: str) -> None:
    reading = read({f"{section}.CSV": "Id;Name\na;\n"})
    assert reading.rows[section] == [{"Id": "a", "Name": ""}]
    assert reading.tabular == {section}
    assert reading.ending(section) == ("complete", 1, "")


def test_other_sections_do_not_come_as_tables(read: Read) -> None:
    reading = read({"groups.csv": "Id\na\n"})
    assert reading.ending("groups") == ("missing", 0, "groups.csv is not read: this section comes as JSON.")
    assert reading.problems == ["groups.csv is not read: this section comes as JSON."]


def test_rows_come_in_pages_and_the_progress_is_told(read: Read) -> None:
    reading = read({"users.json": json.dumps([{"id": number} for number in range(2_500)])})
    assert reading.pages["users"] == [1000, 1000, 500]
    assert reading.steps == [("users", 1000), ("users", 2000), ("users", 2500)]


def test_a_broken_file_is_a_missing_section_and_a_problem_with_its_position(read: Read) -> None:
    reading = read({"users.json": '[{"id": 1},\n {"id": x}]', "groups.json": "[]"})
    state, count, reason = reading.ending("users")
    assert (state, count) == ("missing", 0)
    assert reason.startswith("users.json, line 2, column 9: the JSON is broken here")
    assert reading.problems == [reason]
    assert reading.ending("groups") == ("complete", 0, "")


def test_one_broken_file_of_a_folder_leaves_the_others(read: Read) -> None:
    reading = read({"groups/a.json": '{"id": "a"}', "groups/b.json": "{", "groups/c.json": '{"id": "c"}'})
    state, count, reason = reading.ending("groups")
    assert (state, count) == ("partial", 2)
    assert reason.startswith("groups/b.json, line 1")
    assert reading.problems == [reason]


def test_a_row_that_is_no_object_makes_its_section_partial(read: Read) -> None:
    reading = read({"users.json": '[{"id": "a"}, 5]'})
    reason = "users.json: entry 2 can't be read: Expected object, got int."
    assert reading.ending("users") == ("partial", 1, reason)


def test_a_list_of_strings_is_a_missing_section(read: Read) -> None:
    reading = read({"users.json": json.dumps(["a"] * 100)})
    assert reading.ending("users")[:2] == ("missing", 0)
    assert reading.ending("users")[2].endswith("(99 more like these)")
    assert len(reading.problems) == 6
    assert reading.problems[-1] == "users: 95 more like these."


def test_a_table_is_read_up_to_where_it_breaks(read: Read) -> None:
    reading = read({"users.csv": 'Id,Name\na,b\nc,"d\n'})
    assert reading.ending("users")[:2] == ("partial", 1)
    assert "users.csv, line 3" in reading.ending("users")[2]


def test_a_folder_without_files_is_not_an_empty_list(read: Read, folder: Path) -> None:
    (folder / "groups").mkdir()
    assert read().ending("groups")[:2] == ("missing", 0)
    assert "holds no JSON file" in read().ending("groups")[2]


def test_file_names_can_not_speak_to_the_terminal_or_break_the_store(read: Read, folder: Path) -> None:
    (folder / "groups").mkdir()
    for name in (b"bad\xff.json", b"red\x1b[31m.json", b"line\nbreak.json"):
        Path(os.fsdecode(os.fsencode(folder / "groups") + b"/" + name)).write_text("{")
    reading = read()
    assert all(problem.isprintable() and problem.encode() for problem in reading.problems)
    assert len(reading.problems) == 3


def test_of_two_forms_json_is_read_and_both_are_named(read: Read) -> None:
    reading = read({"users.csv": "Id\na\n", "users.json": '[{"id": "b"}]', "users/c.json": '{"id": "c"}'})
    assert reading.rows["users"] == [{"id": "b"}]
    assert any("users.json is read, users.csv is not" in problem for problem in reading.problems)
    assert any("users.json is read, users is not" in problem for problem in reading.problems)


def test_of_two_cases_the_lower_one_is_read(read: Read) -> None:
    reading = read({"Users.json": '[{"id": "a"}]', "users.json": '[{"id": "b"}]'})
    assert reading.rows["users"] == [{"id": "b"}]
    assert len(reading.problems) == 1


def test_a_name_that_is_nearly_right_is_a_problem_and_others_are_a_note(read: Read) -> None:
    reading = read({"mailbox.json": "[]", "users.json.txt": "[]", "README.md": "", "groups/a.txt": "", "x.json": ""})
    assert reading.problems[:2] == [
        "mailbox.json is not read: the name that is looked for is mailboxes.json.",
        "users.json.txt is not read: the name that is looked for is users.json.",
    ]
    assert reading.notes == ["Not part of the evidence, and not read: README.md, groups/a.txt, x.json."]


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside.json", "../outside", ".", "..", "/dev/zero"])
def test_a_link_that_leaves_the_folder_is_not_followed(read: Read, folder: Path, target: str) -> None:
    (folder.parent / "outside.json").write_text('[{"id": "secret"}]')
    (folder.parent / "outside").mkdir()
    (folder.parent / "outside" / "a.json").write_text('[{"id": "secret"}]')
    (folder / ("users" if (folder / target).is_dir() else "users.json")).symlink_to(target)
    reading = read()
    assert reading.ending("users")[0] == "missing"
    assert "leaves the folder" in reading.ending("users")[2]
    assert len(reading.problems) == 1


def test_a_link_out_of_a_section_is_not_followed(read: Read, folder: Path) -> None:
    (folder / "users").mkdir()
    (folder / "users" / "a.json").symlink_to("/etc/passwd")
    (folder / "users" / "b.json").write_text('{"id": "b"}')
    assert read().ending("users")[:2] == ("partial", 1)


def test_a_link_inside_the_folder_is_followed(read: Read, folder: Path) -> None:
    (folder / "users.json").symlink_to("people.txt")
    assert read({"people.txt": '[{"id": "a"}]'}).rows["users"] == [{"id": "a"}]


@pytest.mark.parametrize("target", ["users.json", "gone.json"])
def test_a_link_to_nowhere_is_told(read: Read, folder: Path, target: str) -> None:
    (folder / "users.json").symlink_to(target)
    assert read().ending("users") == ("missing", 0, "users.json is a link that leads nowhere.")


def test_a_pipe_is_not_waited_for(read: Read, folder: Path) -> None:
    os.mkfifo(folder / "users.json")
    assert read().ending("users") == ("missing", 0, "users.json is neither a file nor a folder.")


def test_what_may_not_be_read_is_told() -> None:
    with reachable_folder() as folder:
        (folder / "users.json").write_text("[]")
        (folder / "users.json").chmod(0)
        (folder / "groups").mkdir(mode=0)
        with unprivileged():
            reading = Reading(folder)
    assert reading.ending("users") == ("missing", 0, "users.json can't be read: Permission denied.")
    assert reading.ending("groups") == ("missing", 0, "groups can't be read: Permission denied.")


def test_without_a_time_of_collection_the_time_of_the_file_counts(folder: Path, read: Read) -> None:
    (folder / "groups").mkdir()
    for name in ("users.json", "groups/a.json"):
        (folder / name).write_text("[]")
        os.utime(folder / name, (COLLECTED.timestamp(), COLLECTED.timestamp()))
    reading = read({"tenant.json": '{"id": "contoso.example"}'})
    assert reading.reports["users"].collected_at == COLLECTED
    assert reading.reports["groups"].collected_at == COLLECTED


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "tenant.json, line 1, column 2: the JSON is broken here"),
        ("[]", "tenant.json names no tenant"),
        ("{}", "tenant.json gives no tenant id"),
        ('{"id": "../../etc"}', "tenant.json gives no tenant id"),
        ('{"id": 7}', "tenant.json gives no tenant id"),
        ('{"id": "a", "collectedAt": "yesterday"}', "tenant.json: collectedAt is no time: yesterday."),
    ],
)
def test_a_tenant_that_can_not_be_told_is_a_problem(read: Read, content: str, problem: str) -> None:
    reading = read({"tenant.json": content, "users.json": "[]"})
    assert reading.tenant.id in {"", "a"}
    assert reading.problems[0].startswith(problem)
    assert len(reading.problems) == 1
    assert reading.ending("users")[0] == "complete"


def test_without_tenant_json_the_evidence_has_no_owner(folder: Path, read: Read) -> None:
    (folder / "tenant.json").unlink()
    reading = read({"users.json": "[]"})
    assert reading.tenant == Tenant()
    assert reading.problems == ["There is no tenant.json: the report can't say whose evidence this is."]


def refusal_of(folder: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        FolderSource(folder, SECTIONS).collect(InMemorySink(), InMemorySink())
    assert caught.value.advice
    return caught.value


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "none").message == f"There is no folder {tmp_path}/none."


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "export.zip").touch()
    error = refusal_of(tmp_path / "export.zip")
    assert (error.message, error.advice) == (f"{tmp_path}/export.zip is a file, not a folder.", "Unpack it first.")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert "is empty" in refusal_of(tmp_path).message


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_may_not_be_entered_is_told(mode: int) -> None:
    with reachable_folder() as folder:
        (folder / "users.json").write_text("[]")
        folder.chmod(mode)
        with unprivileged():
            error = refusal_of(folder)
    assert "can't be read: Permission denied" in error.message


def test_a_folder_of_other_things_is_listed_with_what_was_probably_meant(tmp_path: Path) -> None:
    for name in ("Mailboxes.json.txt", "conditional access policies.json", "cat.jpg"):
        (tmp_path / name).touch()
    error = refusal_of(tmp_path)
    assert error.message.endswith("there are: Mailboxes.json.txt, cat.jpg, conditional access policies.json.")
    assert "Mailboxes.json.txt to mailboxes.json" in error.advice
    assert "conditional access policies.json to conditional-access-policies.json" in error.advice


def test_a_folder_of_strange_things_is_answered_with_names_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").touch()
    assert "authentication-policies" in refusal_of(tmp_path).advice


def test_evidence_one_folder_deeper_is_found(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "users.json").touch()
    assert refusal_of(tmp_path).advice == f"Is it the folder {tmp_path}/export in it?"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not part of the project")
@pytest.mark.parametrize(
    ("sample", "counts"),
    [
        ("federal-test-tenant", {"conditional-access-policies": 7, "organization-config": 1, "transport-config": 1}),
        (
            "european-baseline",
            {"conditional-access-policies": 36, "mailboxes": 60, "users": 60, "groups": 36, "role-assignments": 0},
        ),
    ],
)
def test_real_exports_are_read_whole(tmp_path: Path, sample: str, counts: dict[str, int]) -> None:
    shutil.copytree(SAMPLES / sample, tmp_path / sample)
    sink = InMemorySink()
    source = FolderSource(tmp_path / sample, SECTIONS)
    tenant = source.collect(sink, sink)
    assert (source.problems, source.notes) == ([], [])
    assert tenant.id
    assert {name: sink.reports[name].count for name in counts} == counts
    states = {report.state for report in sink.reports.values()}
    assert states == {SectionState.COMPLETE, SectionState.MISSING}
    rows = [row for name in counts for row in sink.rows.get(name, [])]
    assert all(row for row in rows)
