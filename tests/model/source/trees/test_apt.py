# SPDX-License-Identifier: GPL-2.0-only
"""apt's tools: what they complain of, whose key and which mirror is used, and what a record says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.source.trees import apt
from model.source.trees.apt import Mirror, Package, Unavailable

numbers = st.integers(0, 99).map(str)
releases = st.lists(numbers, min_size=1, max_size=3).map(".".join)


def test_a_tool_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"^ls failed: .*no-such-file.*[^.]$"):
        apt.run_tool(["ls", "no-such-file"], tmp_path)
    assert "LC_ALL=C\n" in apt.run_tool(["env"], tmp_path)


def test_a_complaint_is_the_first_error() -> None:
    stderr = "W: old\nE: Failed to fetch x  refused.\nE: Some index files failed.\n"
    assert apt.first_error(stderr) == "Failed to fetch x  refused"
    assert apt.first_error("\n") == "it did not say why"


def test_the_keyring_is_that_of_the_entry(tmp_path: Path) -> None:
    standard, deb822, one_line = (tmp_path / name for name in ("k.gpg", "x.sources", "x.list"))
    deb822.write_text("# Signed-By: /no\n\n\nURIs: a\n\nURIs: b\n# c\nSigned-By:\n /b.gpg\n")
    one_line.write_text("\ndeb [arch=amd64 signed-by=/l.gpg] a b main\n")
    assert apt.find_keyring(f"{deb822}:2", standard) == "/b.gpg"
    assert apt.find_keyring(f"{one_line}:2", standard) == "/l.gpg"
    assert apt.find_keyring(f"{deb822}:1", standard) == ""
    standard.touch()
    assert apt.find_keyring(f"{deb822}:1", standard) == str(standard)
    assert apt.find_keyring("/no/such/file:9", standard) == str(standard)


def test_a_security_suite_comes_from_the_security_mirror_only() -> None:
    main_mirror, security = Mirror("m:/", "sid", "x:1"), Mirror("s:/", "sid-security", "x:1")
    suites = ("bookworm", "bookworm-security")
    both = apt.render_sources(suites, [security, main_mirror])
    assert [line.split("] ")[1] for line in both.values()] == [
        "m:/ bookworm main\n",
        "s:/ bookworm-security main\n",
    ]
    assert list(apt.render_sources(suites, [main_mirror])) == ["bookworm"]


def test_only_main_is_a_mirror_of_linux() -> None:
    rows = "main\tu\tsid\t/f:1\nstable\tv\tsid\t/f:2\nnot a row\n"
    assert apt.parse_mirrors(rows) == (Mirror("u", "sid", "/f:1"),)


@given(st.builds(Package, numbers, releases, numbers, st.integers(0)))
def test_a_record_reads_back(package: Package) -> None:
    text = f"Package: {package.name}\nSHA256: {package.sha256}\nDescription: SHA256: 1\n Size: 2\n"
    text += f"Version: {package.version}\nSize: {package.size}\n\nPackage: x\n"
    assert apt.parse_package(text) == package


def test_a_record_without_a_hash_is_refused() -> None:
    with pytest.raises(Unavailable, match=r"^apt-cache show printed a record without 'SHA256'$"):
        apt.parse_package("Package: a\nVersion: 1\nSize: 1\n")
