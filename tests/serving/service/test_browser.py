"""The pages in a real browser: read a project's story, label a lead, all by keyboard and roles."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from .conftest import Server, Watched


@pytest.fixture(scope="module", params=[1_200, 390], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is installed; .ci/run installs it where it may")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": request.param, "height": 900}, java_script_enabled=False
        )
        yield context.new_page()
        browser.close()


def test_a_visitor_reads_a_story_and_labels_a_lead(
    page: Page, server: Server, watched: Watched
) -> None:
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    enter(page, server)
    page.get_by_role("link", name=watched.name).click()
    expect(page.get_by_role("img", name="Stacked shares of commits by person")).to_be_visible()
    page.locator("summary").first.click()
    assert page.get_by_role("row").count() > 2
    assert _fits(page)
    page.go_back()
    page.get_by_label("Kind").select_option("contributor")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("article").first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="What speaks for it")).to_be_visible()
    page.get_by_label("honest hand-over", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Why").fill("both said so in public")
    page.get_by_role("button", name="Keep").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("both said so in public").first).to_be_visible()
    assert _fits(page)
    with server.client() as client:
        lead = client.leads(label="honest hand-over", at_most=1.0, level="contributor").leads[0]
        assert lead.labels[-1].text == "both said so in public"
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_label("key")).to_be_visible()  # else the next request would cut it short
    page.goto(server.url)
    expect(page.get_by_label("key")).to_be_visible()
    assert wrong == []


def test_what_is_not_there_is_told_on_a_page(page: Page, server: Server, watched: Watched) -> None:
    enter(page, server)
    page.goto(f"{server.url}/leads/{'0' * 16}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not Found")
    page.get_by_role("link", name="Back to the leads").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worth a look")


def enter(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_label("key").fill(server.keys["all"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Worth a look")


def _fits(page: Page) -> bool:
    """Tell whether nothing has to be scrolled sideways but what scrolls by itself."""
    box, size = page.locator("main").bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    return box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
