"""A page of the browser that notes what it complains of and asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Dialog, Page


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
