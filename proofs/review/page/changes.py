# SPDX-License-Identifier: GPL-2.0-only
"""Each function that changes: the sentence, on which inputs, the picture of input classes, and witnesses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proofs.review.page import runs
from proofs.review.page.element import Child, Element, anchor, element
from proofs.review.page.picture import render_picture
from proofs.review.review import Difference, FunctionChange, FunctionReview

#: A function that is as before.
ALIKE = (FunctionChange.UNTOUCHED, FunctionChange.SAME)


def render_functions(patch: str, functions: Sequence[FunctionReview]) -> Child:
    """All functions of a patch (whose id is ``patch``), those that are not as before first."""
    if not functions:
        return element("p", "Nothing was compared: the tree has none of the functions that are read.")
    changed = [each for each in functions if each.change not in ALIKE]
    return element(
        "section",
        element("h3", f"Functions compared ({len(functions)})"),
        [_function(patch, each) for each in changed],
        [_alike(functions, change) for change in ALIKE],
        class_="group",
    )


def function_id(patch: str, function: FunctionReview) -> str:
    """The id of a function."""
    return anchor(patch, function.function, *([function.pages] if function.pages else []))


def _alike(functions: Iterable[FunctionReview], change: FunctionChange) -> Child:
    """The names of those that are as before in one way, by page size."""
    found: dict[str, list[str]] = {}
    for each in functions:
        if each.change is change:
            found.setdefault(each.pages, []).append(f"{each.function}()")
    how = {
        FunctionChange.UNTOUCHED: "The same to the last term",
        FunctionChange.SAME: "Proved to do the same for all inputs",
    }
    return [
        element("p", f"{how[change]}{f', with {pages} pages' if pages else ''}: {', '.join(names)}.")
        for pages, names in found.items()
    ]


def _function(patch: str, each: FunctionReview) -> Element:
    own = function_id(patch, each)
    why = f": {each.why.rstrip('.')}" if each.why else ""
    region = f"; {each.region.rstrip('.')}" if each.region else ""
    return element(
        "article",
        element("h4", element("a", f"{each.function}() {each.pages}".rstrip(), href=f"#{own}")),
        element("p", f"{each.function}() {each.change.value}{why}{region}."),
        _attributes(each),
        _differences(each.differences),
        id=own,
        data_became="behaviour",
        data_function=each.function,
    )


def _attributes(each: FunctionReview) -> Child:
    """The picture, and the same as rows of text."""
    name = f"Input classes of {each.function}() {each.pages}".rstrip()
    if each.results is None and not each.table:
        return None
    return [
        element("h5", "Attributes of the page by input class"),
        render_picture(*each.results, name) if each.results is not None else None,
        element("details", element("summary", "The same as text"), element("pre", each.table),
                open=True, data_fold=each.results is not None) if each.table else None,
    ]  # fmt: skip


def _differences(differences: Sequence[Difference]) -> Child:
    if not differences:
        return None
    return [
        element("h5", "What is not so any more"),
        [_difference(each, is_open=i == 0) for i, each in enumerate(differences)],
    ]


def _difference(each: Difference, is_open: bool) -> Element:
    """One respect; all but the first are folded where that can be undone."""
    if each.witness is None:
        return element("p", each.says)
    return element(
        "details",
        element("summary", each.says),
        runs.render_counterexample(each.witness, each.says, runs.pair_runs(each.witness)),
        open=True,
        data_fold=not is_open,
        class_="difference",
    )
