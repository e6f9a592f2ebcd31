"""A page of the browser that notes what it complains of and asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page

Colours = Literal["light", "dark"]
# the address of a node is no link within the page, as the rule skip-link takes it to be
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"skip-link": {"enabled": False}},
}


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    """Return the rules of accessibility that `page` breaks, with what breaks them."""
    found = Axe().run(page, options=RULES)
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found.response["violations"]]


class Watched:
    """A page of the browser, with whatever it complained of or asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.complaints.append(m.text))
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.on("dialog", self.dismiss)
        page.on("request", lambda r: self.requests.append(r.url))

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def open(self, address: str) -> Page:
        self.page.goto(address)
        self.page.wait_for_selector("html[data-drawn]", state="attached")
        return self.page

    def click(self, node: str) -> None:
        """Click where the map shows the node with that label."""
        x, y = self.page.evaluate(
            """(id) => {
              const data = JSON.parse(document.getElementById("data").textContent);
              const { x, y } = data.nodes[data.ids.indexOf(id)];
              const at = network.canvasToDOM(innerHeight > innerWidth ? { x: y, y: x } : { x, y });
              return [at.x, at.y];
            }""",
            node,
        )
        self.page.mouse.click(x, y)


@contextmanager
def watching(browser: Browser) -> Iterator[Watched]:
    """Give a page of its own in `browser`, of which nothing may have complained in the end."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    seen = Watched(context.new_page())
    yield seen
    context.close()
    assert seen.complaints == []
