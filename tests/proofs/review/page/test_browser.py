# SPDX-License-Identifier: GPL-2.0-only
"""report.html as a reader sees it, in a real browser: filters, links, keys, colours, widths, and no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.review.page.document import render_page
from proofs.review.review import TheoremReview, VerdictChange
from tests.support.review import browser, pages
from tests.support.review.browser import Browser

LONG = "x" * 400
SUBJECTS = {"plain": "KVM: arm64: Forget a test", "hostile": pages.HOSTILE, "long": LONG}
THEOREMS = pages.review().patches[0].theorems
#: The theorems and the one function that differs.
ALL = len(THEOREMS) + 1


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser.opened() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("reports")
    for name, subject in SUBJECTS.items():
        (top / f"{name}.html").write_text(render_page(pages.review(subject)), encoding="utf-8")
    series = pages.of(pages.quiet("one"), pages.patch(SUBJECTS["plain"]), title="A series")
    (top / "series.html").write_text(render_page(series), encoding="utf-8")
    return {path.stem: path for path in top.iterdir()}


def choose(window: Browser, **values: str) -> tuple[int, str]:
    """Set the filters; how many theorems and functions are then seen, and what is said of that."""
    for name, value in values.items():
        window.ask(
            "const c = document.forms[0].elements[arguments[0]]; c.value = arguments[1];"
            "c.dispatchEvent(new Event('input', {bubbles: true}));",
            name,
            value,
        )
    seen = window.ask(
        "return [...document.querySelectorAll('[data-became]')].filter(e => e.checkVisibility()).length"
    )
    return seen, window.find(".filters output").text


def count(became: VerdictChange) -> int:
    return sum(each.became is became for each in THEOREMS)


def broken() -> TheoremReview:
    """One that is folded at first."""
    return next(each for each in THEOREMS if each.name == "efault_is_given")


# What is loaded, and how it looks ------------------------------------------------------------
@pytest.mark.parametrize("name", [*SUBJECTS, "series"])
def test_nothing_is_asked_of_the_network_and_the_console_is_empty(
    window: Browser, files: dict[str, Path], name: str
) -> None:
    window.show(files[name])
    assert window.requests() == [files[name].as_uri()]
    assert window.messages() == []
    assert window.ask("return document.title").startswith("fail: ")


def test_the_policy_stops_what_is_put_into_the_page(window: Browser, files: dict[str, Path]) -> None:
    window.show(files["plain"])
    stopped = window.driver.execute_async_script(
        "const [done] = arguments, stopped = [];"
        "document.addEventListener('securitypolicyviolation', (e) => {"
        "  if (stopped.push(e.effectiveDirective) === 3) done(stopped.sort()); });"
        "const script = document.createElement('script'); script.textContent = 'document.title = 1';"
        "document.body.append(script); new Image().src = 'https://example.invalid/x.png';"
        "fetch('https://example.invalid/').catch(() => {});"
    )
    assert stopped == ["connect-src", "img-src", "script-src-elem"]
    assert window.ask("return document.title").startswith("fail: ")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", [*SUBJECTS, "series"])
def test_the_page_is_not_wider_than_its_window(
    window: Browser, files: dict[str, Path], name: str, width: int
) -> None:
    window.show(files[name], width)
    window.ask("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    seen, whole = window.ask("const e = document.documentElement; return [e.clientWidth, e.scrollWidth]")
    assert seen == whole <= width


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("name", ["plain", "series"])
def test_every_text_can_be_read(window: Browser, files: dict[str, Path], name: str, colours: str) -> None:
    window.show(files[name], colours=colours)
    window.ask("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    least, where, texts = window.ask(browser.CONTRAST)
    assert texts > 200
    assert least >= 4.5, f"{least:.2f}: {where}"


def test_dark_colours_are_dark(window: Browser, files: dict[str, Path]) -> None:
    shades = []
    for colours in ("light", "dark"):
        window.show(files["plain"], colours=colours)
        shade = window.ask(
            "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
        )
        shades.append(max(shade))
    assert shades[0] > 240 and shades[1] < 40


def test_courses_stand_beside_each_other_if_there_is_room(window: Browser, files: dict[str, Path]) -> None:
    where = (
        "return [...document.querySelectorAll('.difference .courses section')]"
        ".map(e => e.getBoundingClientRect()).map(r => [r.left, r.top])"
    )
    window.show(files["plain"])
    (left, top), (left_, top_) = window.ask(where)
    assert left < left_ and top == top_
    window.show(files["plain"], 390)
    (left, top), (left_, top_) = window.ask(where)
    assert left == left_ and top < top_


# Filters -------------------------------------------------------------------------------------
def test_filters_by_what_became_of_it(window: Browser, files: dict[str, Path]) -> None:
    window.show(files["plain"])
    assert choose(window) == (ALL, f"{ALL} of {ALL} shown")
    for became in (VerdictChange.BROKEN, VerdictChange.LOST, VerdictChange.SAME):
        assert choose(window, became=became.name.lower())[0] == count(became) > 0
    assert choose(window, became="changed")[0] == count(VerdictChange.BROKEN) + count(VerdictChange.LOST)
    assert choose(window, became="behaviour") == (1, f"1 of {ALL} shown")


def test_filters_by_function_and_words_together(window: Browser, files: dict[str, Path]) -> None:
    window.show(files["plain"])
    of_gmem = [each for each in THEOREMS if each.function == "gmem_abort"]
    assert choose(window, function="gmem_abort")[0] == len(of_gmem)
    assert (
        choose(window, words="BEYOND  hardware")[0]
        == sum(e.name == "beyond_needs_hardware" for e in of_gmem)
        == 1
    )
    assert choose(window, words="no such words")[0] == 0
    assert window.ask("return [...document.querySelectorAll('.group')].every(e => !e.checkVisibility())")
    assert choose(window, function="", words="")[0] == ALL


# Links and keys ------------------------------------------------------------------------------
def test_a_link_opens_what_it_leads_to_even_if_it_is_filtered_out(
    window: Browser, files: dict[str, Path]
) -> None:
    window.show(files["plain"])
    own = f"patch-1/{broken().claim_name}"
    is_open = "return document.getElementById(arguments[0]).open"
    assert not window.ask(is_open, own)
    choose(window, became="same")
    window.driver.find_element("link text", broken().name).click()
    assert window.ask(is_open, own)
    assert window.ask("const r = document.getElementById(arguments[0]).getBoundingClientRect();"
                      "return r.height > 0 && r.top >= 0 && r.top < innerHeight", own)  # fmt: skip


def test_an_address_with_a_fragment_opens_what_it_names(window: Browser, files: dict[str, Path]) -> None:
    own = f"patch-1/{broken().claim_name}"
    window.show(files["plain"], fragment=f"#{own}")
    assert window.ask("return document.querySelector(':target').id") == own
    assert window.ask("return document.querySelector(':target').open")


def test_what_fares_as_before_is_folded_and_printed_in_full(window: Browser, files: dict[str, Path]) -> None:
    window.show(files["plain"])
    folded = "return [...document.querySelectorAll('details')].filter(e => !e.open).length"
    before = window.ask(folded)
    assert before >= count(VerdictChange.SAME)
    window.ask("dispatchEvent(new Event('beforeprint'))")
    assert window.ask(folded) == 0
    window.ask("dispatchEvent(new Event('afterprint'))")
    assert window.ask(folded) == before


def test_everything_can_be_reached_and_used_by_keys(window: Browser, files: dict[str, Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    window.show(files["plain"])
    window.find("body").send_keys(Keys.TAB)
    reached = []
    for _ in range(40):
        active = window.driver.switch_to.active_element
        reached.append(active.tag_name)
        if active.tag_name == "summary" and not window.ask("return arguments[0].parentNode.open", active):
            active.send_keys(Keys.ENTER)
            assert window.ask("return arguments[0].parentNode.open", active)
            break
        active.send_keys(Keys.TAB)
    assert {"a", "select", "input", "button", "svg", "summary"} <= {*reached}


def test_arrow_keys_go_from_cell_to_cell(window: Browser, files: dict[str, Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    window.show(files["plain"])
    panel, said = window.find(".picture svg"), window.find(".at-cell output")
    window.ask("arguments[0].focus()", panel)
    first = said.text
    assert first.startswith("none, Normal, memory, FWB/DIC 0/0, read: NORMAL")
    panel.send_keys(Keys.ARROW_RIGHT)
    assert said.text.startswith("none, Normal, memory, FWB/DIC 0/0, write: NORMAL")
    panel.send_keys(Keys.ARROW_DOWN)
    assert said.text.startswith("none, Normal, ZONE_DEVICE, FWB/DIC 0/0, write: NORMAL")
    panel.send_keys(Keys.ARROW_UP, Keys.ARROW_LEFT)
    assert said.text == first


def test_without_scripts_nothing_is_hidden(window: Browser, files: dict[str, Path]) -> None:
    disable = "Emulation.setScriptExecutionDisabled"
    window.driver.execute_cdp_cmd(disable, {"value": True})
    try:
        window.show(files["plain"])
        seen = window.driver.find_elements("css selector", "[data-became]")
        assert len(seen) == ALL
        assert all(
            each.get_dom_attribute("open") is not None
            for each in window.driver.find_elements("css selector", "details")
        )
        assert not window.find(".filters").is_displayed()
    finally:
        window.driver.execute_cdp_cmd(disable, {"value": False})
