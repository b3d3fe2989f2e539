"""
The page in a real browser: what it does with script, without it, and for those who do not see it.

Needs Playwright, a Chromium of the system, and for the rules of accessibility axe-core: `tox -e browser` has them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.inputs import Input
from reports.page import page as report
from suites.selftest.large_run import large_run
from suites.selftest.small_drift import diff_document, drift_document
from suites.selftest.small_load import load_document
from suites.selftest.test_report_page import HOSTILE, KILLS, TODAY, hostile

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".tox" / "browser" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SERIOUS = ("serious", "critical")

playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here: tox -e browser has it")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the driver's own event loop
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return the system's Chromium, headless."""
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page of 12 failures, load, kill matrix; and one in which every text is markup."""
    folder = tmp_path_factory.mktemp("pages")
    results = large_run()
    (folder / "repro").mkdir()
    for row in results.rows:
        (folder / f"repro/{row.requirement}.sh").write_text(f"# shows {row.requirement}\ncurl it\n", "utf-8")
    inputs = [
        Input(folder, "conformance", results=results),
        Input(folder, "load", document=load_document()),
        Input(folder, "kill-matrix", document=KILLS),
        Input(folder, "diff", document=diff_document()),
        Input(folder, "drift", document=drift_document()),
    ]
    (folder / "report.html").write_text(report(inputs, today=TODAY), "utf-8")
    (folder / "bad").mkdir()
    (folder / "bad/report.html").write_text(report(hostile(folder / "bad"), today=TODAY), "utf-8", "backslashreplace")
    return folder


@pytest.fixture
def tab(browser: Any, folder: Path) -> Iterator[Any]:
    """Return the page as opened from its file; a complaint of the browser, or a request, is a failure."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    told: list[str] = []
    opened.on("console", lambda message: told.append(message.text))
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on("request", lambda request: told.append(request.url) if not request.url.startswith("file:") else None)
    opened.goto((folder / "report.html").as_uri())
    yield opened
    context.close()
    assert told == []


def test_a_search_an_area_and_an_outcome_leave_what_fits(tab: Any) -> None:
    shown = tab.locator(".entry[data-words]:visible")
    assert shown.count() == 135

    tab.get_by_role("combobox", name="Outcome").select_option("fail")
    assert shown.count() == 12
    one = shown.first.get_attribute("id")
    tab.get_by_role("searchbox").fill(one.lower())
    assert shown.count() == 1
    assert tab.locator("#count").inner_text() == "1 of 135 shown"
    tab.get_by_role("searchbox").fill("no such words")
    assert tab.get_by_text("Nothing fits this search.").is_visible()
    tab.get_by_role("button", name="Clear").click()
    tab.wait_for_function("document.querySelectorAll('.entry[data-words]:not([hidden])').length === 135")


def test_a_cell_of_the_matrix_shows_its_requirements(tab: Any) -> None:
    cell = tab.locator("tfoot .cell.warn")
    cell.click()

    assert tab.locator(".entry[data-words]:visible").count() == int(cell.inner_text()) == 3


def test_a_failure_opens_and_its_script_is_copied(tab: Any) -> None:
    entry = tab.locator(".entry[data-outcome=fail]").nth(1)
    name = entry.get_attribute("id")
    entry.locator("summary").first.click()
    entry.get_by_text("Script that shows it").first.click()
    entry.get_by_role("button", name="Copy").first.click()
    entry.get_by_text("Copied").wait_for()

    assert tab.evaluate("navigator.clipboard.readText()") == f"# shows {name}\ncurl it\n"


def test_it_is_worked_by_the_keyboard_alone(tab: Any) -> None:
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.keyboard.type("DATA-01")
    for _ in range(4):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    assert tab.locator("#DATA-01").evaluate("each => each.open")


def test_an_address_with_an_id_opens_that_requirement(tab: Any, folder: Path) -> None:
    tab.goto(f"{(folder / 'report.html').as_uri()}#DATA-01")
    tab.reload()

    assert tab.locator("#DATA-01").evaluate("each => each.open")


@pytest.mark.parametrize("width", [390, 1600])
def test_nothing_sticks_out_sideways(tab: Any, width: int) -> None:
    """A page that must be pushed left and right is not read on a phone."""
    tab.set_viewport_size({"width": width, "height": 800})
    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_print_opens_what_is_broken(tab: Any) -> None:
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(".entry[data-outcome=fail]:not([open])").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".entry[data-outcome=fail][open]").count() == 1


def test_markup_in_an_answer_runs_nothing(browser: Any, folder: Path) -> None:
    """Whoever answers the requests must not reach the person who reads the report."""
    opened = browser.new_page()
    asked: list[str] = []
    opened.on("dialog", lambda dialog: asked.append(dialog.message))
    opened.on("request", lambda request: asked.append(request.url) if not request.url.startswith("file:") else None)

    opened.goto((folder / "bad/report.html").as_uri())
    opened.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert opened.get_by_text(HOSTILE).first.is_visible()

    assert asked == []
    assert opened.locator("main script, main img, [onerror], [onfocus]").count() == 0
    opened.close()


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core here")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious(browser: Any, folder: Path, scheme: str, width: int) -> None:
    """People who listen to the page, or see little of it, get the same verdict."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    opened.goto((folder / "report.html").as_uri())
    opened.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    opened.evaluate(AXE.read_text("utf-8"))

    found = opened.evaluate("axe.run()")["violations"]

    told = [f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]}" for each in found]
    assert [words for words, each in zip(told, found, strict=True) if each["impact"] in SERIOUS] == []
    context.close()
