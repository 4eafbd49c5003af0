# SPDX-License-Identifier: GPL-2.0-only
"""The bar that narrows the page to some theorems and functions; it is shown only where scripts run."""

from __future__ import annotations

from proofs.review.page import claims
from proofs.review.page.changes import ALIKE
from proofs.review.page.element import Child, Element, element
from proofs.review.review import Review, VerdictChange


def render_filters(review: Review) -> Child:
    """A choice of what became of it and of the function, and a search; nothing if there is nothing to choose."""
    theorems = [each for patch in review.patches for each in patch.theorems]
    functions = [each for patch in review.patches for each in patch.functions if each.change not in ALIKE]
    if not theorems and not functions:
        return None
    names = sorted({each.function for each in theorems} | {each.function for each in functions})
    became = [each for each in claims.TELLING if any(each is found.became for found in theorems)]
    return element(
        "form",
        _choice("became", "Show", [("", "everything"), *_kinds(became, bool(functions))]),
        _choice("function", "of", [("", "all functions"), *((name, f"{name}()") for name in names)]),
        element(
            "label", "with the words ", element("input", type="search", name="words", autocomplete="off")
        ),
        element("button", "Open all", type="button", name="open"),
        element("button", "Fold all", type="button", name="fold"),
        element("output", aria_live="polite"),
        class_="filters",
        role="search",
        aria_label="Filter",
        hidden=True,
    )


def _kinds(became: list[VerdictChange], with_functions: bool) -> list[tuple[str, str]]:
    changed = [("changed", "verdicts that changed")] if set(became) - {VerdictChange.SAME} else []
    behaviour = [("behaviour", "functions that changed")] if with_functions else []
    return [*changed, *behaviour, *((each.name.lower(), f"theorems: {each.value}") for each in became)]


def _choice(name: str, label: str, options: list[tuple[str, str]]) -> Element:
    choices = [element("option", text, value=value) for value, text in options]
    return element("label", f"{label} ", element("select", choices, name=name))
