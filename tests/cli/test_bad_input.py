"""What a user may get wrong: each a sentence that says what and where, an exit code of the table, never a traceback."""

from pathlib import Path

import pytest

from scanner.simulator import Scenario, SimulatedTenant, build_population
from tests.support import folder
from tests.support.program import Done, call

CLOSED_PORT = "https://127.0.0.1:9"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def importing(capsys: pytest.CaptureFixture[str], *arguments: str) -> Done:
    """Import the small tenant with arguments that replace the usual ones."""
    evidence = folder.write(Path("evidence"), folder.files())
    return call(capsys, "import", str(evidence), "--format", "json", "--out", "out", *arguments)


def test_a_folder_that_is_not_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named, with what to give instead; no run, and no store, is left behind."""
    done = call(capsys, "import", "nowhere", "--format", "json")
    assert done.code == 1
    assert "There is no folder nowhere." in done.err
    assert done.out == ""
    assert not Path("smtp-posture-runs").exists()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "is empty"),
        (("notes.txt",), "has a name that is known"),
        (("cas_mailboxes.json",), "cas-mailboxes.json"),
    ],
)
def test_a_folder_without_evidence(
    here: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, ...], words: str
) -> None:
    """Empty, or full of something else; a name that is nearly right is recognised."""
    Path("evidence").mkdir()
    for name in names:
        (Path("evidence") / name).write_text("[]")
    done = call(capsys, "import", "evidence", "--format", "json")
    assert done.code == 1
    assert words in done.err


def test_a_file_instead_of_a_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An archive is not unpacked, and the message says so."""
    Path("evidence.zip").write_bytes(b"PK")
    done = call(capsys, "import", "evidence.zip")
    assert done.code == 1
    assert "Unpack it first." in done.err


def test_broken_json_names_file_and_position(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other files are read; the run is incomplete and says why."""
    evidence = folder.write(Path("evidence"), {**folder.files(), "users": '[\n {"id": "x"},\n {"id" "y"}\n]'})
    done = call(capsys, "import", str(evidence), "--format", "json")
    assert done.code == 4
    assert "users.json, line 3, column" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "json,docx"), "'docx' is no format"),
        (("--format", ","), "no format is named"),
        (("--archive", "--format", "json"), "Name pdf in --format"),
        (("--as-of", "2026-02-30"), "'2026-02-30' is no date"),
        (("--as-of", "tomorrow"), "Write it as YYYY-MM-DD"),
        (("--source-ip", "203.0.113.0/24"), "is no IP address"),
        (("--source-ip", "office"), "'office' is no IP address"),
        (("--lang", "xx"), "xx"),
        (("--lang", "../../etc"), "etc"),
        (("--fail-on", "everything"), "everything"),
        (("--tenant", "contoso"), "contoso"),
        (("--config", "nowhere.toml"), "nowhere.toml"),
        (("--no-such-option",), "no-such-option"),
    ],
)
def test_an_option_that_can_not_be_used(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    """Exit code 2, the value named, nothing on stdout, nothing written."""
    done = importing(capsys, *arguments)
    assert done.code == 2, done
    assert words in done.err
    assert done.out == ""
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[store]\nulr = "sqlite:///x.db"\n', ("smtp-posture.toml, line 2", "ulr", "url")),
        ("[store]\nurl = 5\n", ("smtp-posture.toml, line 2", "url")),
        ("[store\n", ("smtp-posture.toml", "line 1")),
        ('[tenants.a]\nid = "x"\n[[tenants.a.waivers]]\nmailbox = "a@x"\n', ("smtp-posture.toml",)),
    ],
)
def test_a_configuration_that_can_not_be_used(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, words: tuple[str, ...]
) -> None:
    """File, line, key and what was expected."""
    Path("smtp-posture.toml").write_text(text)
    done = importing(capsys)
    assert done.code == 2, done
    assert all(word in done.err for word in words), done.err


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite:////proc/none/store.db"])
def test_a_store_that_can_not_be_opened(here: Path, capsys: pytest.CaptureFixture[str], url: str) -> None:
    """A failure that names the store."""
    Path("smtp-posture.toml").write_text(f'[store]\nurl = "{url}"\n')
    done = importing(capsys)
    assert done.code in {1, 2}, done
    assert "store" in done.err.lower()


def test_a_store_that_is_something_else(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no database is left alone."""
    Path("smtp-posture.db").write_text("my notes " * 1000)
    done = importing(capsys)
    assert done.code == 1
    assert Path("smtp-posture.db").read_text().startswith("my notes")


def test_an_output_folder_that_is_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It can't hold runs, and is left as it was."""
    Path("out").write_text("mine")
    done = importing(capsys)
    assert done.code == 1
    assert "out" in done.err
    assert Path("out").read_text() == "mine"


@pytest.mark.parametrize("name", ["latest", "previous", "20260101T000000Z-abcdef", "../../etc/passwd", ""])
def test_a_run_that_is_not_there(here: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A usage error, whatever it is called."""
    done = call(capsys, "report", name, "--format", "json")
    assert done.code == 2
    assert done.out == ""


def test_no_runs_are_an_empty_list(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing kept is no error."""
    assert call(capsys, "runs").code == 0
    assert call(capsys, "runs", "--json").json() == []


@pytest.mark.parametrize("arguments", [(), ("--help",), ("import", "--help"), ("--version",)])
def test_help_is_a_result(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    """It is asked for, so it is on stdout; without arguments it is an answer to a mistake."""
    done = call(capsys, *arguments)
    assert done.code == (0 if arguments else 2)
    assert done.out + done.err


def configured(here: Path, authority: str, more: str) -> str:
    secret = here / "secret.txt"
    secret.write_text("not-the-secret")
    path = here / "live.toml"
    path.write_text(
        f"""
[store]
url = "sqlite:///{here}/live.db"
[tenants.fabrikam]
id = "{folder.TENANT_ID}"
cloud = "custom"
[tenants.fabrikam.credential]
kind = "secret"
client_id = "11111111-0000-4000-8000-000000000001"
secret_file = "{secret}"
[tenants.fabrikam.endpoints]
authority = "{authority}"
{more}
"""
    )
    return str(path)


def test_a_wrong_credential(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the identity platform said and what to do, never the secret."""
    with SimulatedTenant(build_population(Scenario(mailboxes=20, seed=3))) as tenant:
        more = f'graph = "{tenant.graph_url}"\nexchange = "{tenant.exchange_url}"\nca_file = "{tenant.ca_file}"'
        config = Path(configured(here, tenant.authority_url, more))
        text = config.read_text().replace(folder.TENANT_ID, tenant.tenant_id)
        config.write_text(text.replace("11111111-0000-4000-8000-000000000001", tenant.client_id))
        done = call(capsys, "scan", "--config", str(config), "--format", "json", "--out", "out")
    assert done.code == 1
    assert "AADSTS7000215" in done.err
    assert "not-the-secret" not in done.err
    assert done.out == ""
    assert not list(Path("out").glob("*/report.json"))


def test_a_host_that_can_not_be_reached(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The host is named; no report claims anything."""
    more = f'graph = "{CLOSED_PORT}"\nexchange = "{CLOSED_PORT}"'
    done = call(capsys, "scan", "--config", configured(here, CLOSED_PORT, more), "--format", "json", "--out", "out")
    assert done.code == 1
    assert "127.0.0.1" in done.err
    assert not list(Path("out").glob("*/report.json"))
