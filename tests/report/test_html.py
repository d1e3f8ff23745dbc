"""report.html: one file, nothing runs in it but our script, and its words are true."""

import base64
import hashlib
import re
from html import unescape
from pathlib import Path

import msgspec
import pytest

from scanner.model.text import Text
from scanner.report.chapters.situations import show_remedy
from scanner.report.contract import ApplicationPart, Report
from scanner.report.language import open_language
from scanner.report.write import WrittenRun, write_run
from tests.report.outline import KEPT, outline_page
from tests.report.sample import make_report


def write_page(report: Report, folder: Path, language: str = "en") -> str:
    return write_run(report, folder / "run", ["html"], language=language).files["html"].read_text(encoding="utf-8")


def hash_text(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_words_are_those_of_the_kept_copy(tmp_path: Path) -> None:
    page = write_page(make_report(12, complete=False), tmp_path)
    assert outline_page(page) == (KEPT / "report.txt").read_text(encoding="utf-8"), (
        "run: python -m tests.report.outline"
    )


@pytest.mark.parametrize("name", ["written", "hostile"])
def test_the_policy_lets_only_our_script_and_style_through(name: str, request: pytest.FixtureRequest) -> None:
    run: WrittenRun = request.getfixturevalue(name)
    page = run.files["html"].read_text(encoding="utf-8")
    policy = unescape(page.partition('Content-Security-Policy" content="')[2].partition('"')[0])
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(scripts) == len(styles) == 1
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("require-trusted-types-for 'script'; trusted-types 'none'")
    assert f"script-src {hash_text(scripts[0])};" in policy
    assert f"style-src {hash_text(styles[0])};" in policy
    assert page.count("<script") == 2, "our script and the packed rows"


@pytest.mark.parametrize("name", ["written", "hostile"])
def test_the_page_refers_to_nothing_outside_itself(name: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(name).files["html"].read_text(encoding="utf-8")
    targets = re.findall(r"<[^>]*\s(?:src|href|action|data|poster|srcset)=\"?([^\"\s>]*)", page)
    assert [target for target in targets if not target.startswith("#")] == []
    assert " style=" not in page
    assert not re.search(r"<\w[^>]*\son\w+=", page)


def test_a_gap_in_the_evidence_is_told_first(tmp_path: Path) -> None:
    outline = outline_page(write_page(make_report(12, complete=False), tmp_path))
    assert outline.index("The evidence is incomplete") < outline.index("## Summary")
    assert "groups: The membership of 1 group is hidden from this sign-in (403). Needs" in outline


def test_without_a_mailbox_list_nothing_is_claimed(tmp_path: Path) -> None:
    outline = outline_page(write_page(make_report(0, complete=False), tmp_path))
    assert "# No mailbox list was read. This report claims nothing about any mailbox." in outline
    assert "%" not in outline
    told = outline.partition("## Method")[0]
    assert told.count("No mailbox list was read, so nothing is known here.") == 4
    assert not re.search(r"\b0\b", told.partition("## Tenant settings")[0])


def test_unknown_settings_count_neither_as_on_nor_as_off(tmp_path: Path) -> None:
    report = make_report(3)
    posture = msgspec.structs.replace(
        report.tenant_posture, smtp_auth_disabled=None, security_defaults=None, default_authentication_policy=None
    )
    outline = outline_page(write_page(msgspec.structs.replace(report, tenant_posture=posture), tmp_path))
    assert outline.count("It could not be read; it counts neither as on nor as off.") == 3


def test_almost_all_is_never_rounded_up_to_all(tmp_path: Path) -> None:
    report = make_report(12)
    summary = msgspec.structs.replace(report.summary, coverage=0.99999)
    assert "99.9%" in outline_page(write_page(msgspec.structs.replace(report, summary=summary), tmp_path))


def test_no_stage_of_the_retirement_is_given_a_reply(tmp_path: Path) -> None:
    outline = outline_page(write_page(make_report(12), tmp_path))
    assert "5.7.30" not in outline
    assert "is to be announced in the second half of 2027" in outline


@pytest.mark.parametrize(("as_of", "words"), [("2026-12-30", "in 1 day,"), ("2027-01-02", "Microsoft had announced")])
def test_the_deadline_is_seen_from_the_date_that_is_judged_for(as_of: str, words: str, tmp_path: Path) -> None:
    report = make_report(1)
    run = msgspec.structs.replace(report.run, as_of=as_of)
    assert words in outline_page(write_page(msgspec.structs.replace(report, run=run), tmp_path))


def test_a_long_list_is_cut_and_says_where_the_rest_is(tmp_path: Path) -> None:
    page = write_page(make_report(300), tmp_path)
    table = page.partition('<section id="would_fail"')[2].partition('class="roster"')[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == 20
    assert "more are in the table of all mailboxes." in page


def test_a_command_told_for_many_names_none_of_them() -> None:
    mailbox = make_report(1).mailboxes[0]
    address = "sean.o'neill@contoso.example"
    quoted = msgspec.structs.replace(mailbox.remedies[0], command="Set-CASMailbox 'sean.o''neill@contoso.example'")
    assert show_remedy(quoted, open_language("en"), address).command == "Set-CASMailbox '<address>'"


def test_ukrainian_is_ukrainian(tmp_path: Path) -> None:
    page = write_page(make_report(12), tmp_path, "uk")
    assert '<html lang="uk" dir="ltr">' in page
    assert "скриньок" in outline_page(page)


def test_an_application_that_is_registered_wrongly_is_told(tmp_path: Path) -> None:
    """With what mends it; one that is right is not mentioned, and a hostile name stays text."""
    wrong = ApplicationPart(
        name="Invoices <script>",
        app_id="a",
        exchange_object_id="b",
        enterprise_object_id="c",
        state="wrong_object_id",
        because=Text("Invoices <script> is registered wrongly."),
        command="New-ServicePrincipal -AppId 'a'",
    )
    right = msgspec.structs.replace(wrong, state="ok", because=Text("All is well."))
    report = msgspec.structs.replace(make_report(5), oauth_applications=[wrong, right])
    page = (write_run(report, tmp_path / "run", ["html"]).folder / "report.html").read_text(encoding="utf-8")
    assert "Invoices &lt;script&gt; is registered wrongly." in page
    assert "New-ServicePrincipal -AppId &#39;a&#39;" in page
    assert "All is well." not in page
