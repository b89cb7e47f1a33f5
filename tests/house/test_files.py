"""What holds for every file of the house."""

import re

from tests.house.files import files, name

LONGEST = 400
# Where packages come from is the installer's configuration, not ours; paths of one machine help nobody else.
# Their names are put together here, so that this file names none either.
NAMES = ("pypi", "pythonhosted", "npmjs", "registry", "mirror", "nexus", "artifactory", "debian")
HOSTS = re.compile(rf"//(?:[\w-]+\.)*(?:{'|'.join(NAMES)})[\w-]*\.", re.IGNORECASE)
PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
NAMELESS = {"utils", "helpers", "common", "misc", "base", "service", "manager"}


def test_no_source_file_is_longer_than_400_lines() -> None:
    long = [
        f"{name(path)}: {lines}"
        for path in files(".py", ".js", ".mjs", ".css", ".html")
        if "migrations" not in path.parts and (lines := path.read_text().count("\n")) > LONGEST
    ]
    assert long == []


def test_no_file_names_a_host_of_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{name(path)}: {match.group()}"
        for path in files()
        for pattern in (HOSTS, PATHS)
        for match in pattern.finditer(path.read_text(errors="ignore"))
    ]
    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name(path) for path in files(".py") if path.stem in NAMELESS] == []


def test_nothing_is_left_to_do_in_a_comment() -> None:
    word = "TO" + "DO"
    assert [
        name(path)
        for path in files(".py", ".js", ".css", ".html")
        if re.search(rf"\b({word}|FIX{'ME'})\b", path.read_text())
    ] == []
