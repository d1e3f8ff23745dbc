"""A real Chromium for tests of report.html: opens a page and notes everything that the page should not do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, Request, sync_playwright

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_WATCH: Final = """
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective));
"""


@dataclass  # no slots: the driver hangs its wrappers on the object
class Opened:
    """A page and what it did: dialogs, requests beside its own file, errors, and reports of the content policy."""

    page: Page
    address: str
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note_dialog(self, dialog: Dialog) -> None:
        """Notes a dialog and closes it."""
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def note_request(self, request: Request) -> None:
        """Notes a request for anything but the page itself."""
        if request.url.partition("#")[0] != self.address:
            self.requests.append(request.url)

    def note_error(self, error: Error) -> None:
        """Notes an error of the script."""
        self.errors.append(str(error))

    def note_message(self, message: ConsoleMessage) -> None:
        """Notes an error that the browser tells of."""
        if message.type == "error":
            self.errors.append(message.text)

    def reports(self) -> list[str]:
        """Gives the violations of the content policy."""
        found: list[str] = self.page.evaluate("window.reports")
        return found

    def misdeeds(self) -> dict[str, list[str]]:
        """Gives everything that it should not have done."""
        done = {
            "dialogs": self.dialogs,
            "requests": self.requests,
            "errors": self.errors,
            "reports": self.reports(),
        }
        return {name: found for name, found in done.items() if found}


@contextmanager
def start_chromium() -> Iterator[Browser]:
    """Starts the system's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_file(browser: Browser, path: Path, **options: Any) -> Iterator[Opened]:
    """Opens a file in a fresh context and waits until its script is done."""
    context = browser.new_context(**options)
    context.add_init_script(_WATCH)
    page = context.new_page()
    opened = Opened(page, path.as_uri())
    page.on("dialog", opened.note_dialog)
    page.on("request", opened.note_request)
    page.on("pageerror", opened.note_error)
    page.on("console", opened.note_message)
    page.goto(path.as_uri())
    try:
        yield opened
    finally:
        context.close()


def wait_until_ready(page: Page) -> None:
    """Waits until the table of all mailboxes can be used."""
    page.wait_for_selector("html[data-ready]", timeout=30_000)
