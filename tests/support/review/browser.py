# SPDX-License-Identifier: GPL-2.0-only
"""A headless Chromium for the tests of pages; a test is reported as not run where there is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

#: Computes, in a page, the least contrast of any text with what is behind it, and where that is.
CONTRAST = """
const part = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const read = (text) => { const [r, g, b, a] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a: a === undefined ? 1 : a }; };
const light = (c) => 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b);
const behind = (node) => {
  for (let each = node; each; each = each.parentElement) {
    const colour = read(getComputedStyle(each).backgroundColor);
    if (colour.a === 1) return colour;
    if (colour.a !== 0) throw new Error("a background that is half transparent");
  }
  throw new Error("nothing is behind a text");
};
const ratio = (one, two) => {
  const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
};
let least = [99, ""];
const note = (found, what) => { if (found < least[0]) least = [found, what]; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let count = 0;
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || parent.tagName === "SCRIPT" || parent.tagName === "title") continue;
  if (parent.classList.contains("letters")) continue;
  const style = getComputedStyle(parent);
  const own = read(parent instanceof SVGElement ? style.fill : style.color);
  note(ratio(own, behind(parent)), parent.outerHTML.slice(0, 200));
  count += 1;
}
const letter = document.querySelector(".letters");
if (letter) for (const rect of document.querySelectorAll("svg rect:not(.edge)")) {
  note(ratio(read(getComputedStyle(letter).fill), read(getComputedStyle(rect).fill)), rect.outerHTML.slice(0, 200));
}
return [least[0], least[1], count];
"""


class Browser:
    """A window; ``show`` opens a file in it, as a reader with that width and those colours sees it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def show(self, path: Path, width: int = 1280, colours: str = "light", fragment: str = "") -> None:
        self.driver.get("about:blank")
        self.messages(), self.requests()
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = {"features": [{"name": "prefers-color-scheme", "value": colours}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.get(path.as_uri() + fragment)

    def ask(self, script: str, *arguments: object) -> Any:
        """What a function with that body returns in the page."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> Any:
        """The first element of that selector."""
        return self.driver.find_element("css selector", selector)

    def messages(self) -> list[str]:
        """What was written to the console since the last question."""
        return [each["message"] for each in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """What was asked of the network since the last question."""
        events = [json.loads(each["message"])["message"] for each in self.driver.get_log("performance")]
        sent = [each["params"] for each in events if each["method"] == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in sent]


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser that is closed afterwards."""
    webdriver = pytest.importorskip(
        "selenium.webdriver", reason="not run: Selenium is not installed; pip install -e '.[test]'"
    )
    from selenium.webdriver.chrome.service import Service  # only where Selenium is

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("not run: there is no Chromium with its driver; `make browser` installs both")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(started)
    finally:
        started.quit()
