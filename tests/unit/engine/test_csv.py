"""CSV: what is written reads back, formulas are defused, and wrong text is told with its line."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.engine.steps.csv import FORMULA, csv_step
from integrations.kit.errors import CallError


def write(rows: Any, **more: Any) -> str:
    text: str = csv_step({"mode": "write", "rows": rows, **more})["text"]
    return text


def read(text: Any, **more: Any) -> dict[str, Any]:
    return csv_step({"mode": "read", "text": text, **more})


def failing(**settings: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        csv_step(settings)
    return caught.value


def test_objects_give_a_column_for_every_name_in_the_order_it_first_comes() -> None:
    data = csv_step({"rows": [{"b": 1, "a": "x"}, {"c": True, "a": None}]})

    assert data == {"text": "b,a,c\r\n1,x,\r\n,,true\r\n", "rows": 2, "bytes": 21}


def test_chosen_columns_are_written_in_their_order_and_no_others() -> None:
    assert write([{"a": 1, "b": 2, "c": 3}, {"c": 4}], columns=["c", "a"]) == "c,a\r\n3,1\r\n4,\r\n"


def test_lists_are_written_as_they_are_with_the_names_on_top() -> None:
    assert write([[1, "x"], [2.5, {"k": ["v"]}]]) == '1,x\r\n2.5,"{""k"":[""v""]}"\r\n'
    assert write([[1, 2]], columns=["a", "b"], delimiter=";") == "a;b\r\n1;2\r\n"


def test_no_rows_give_the_names_alone() -> None:
    assert write([], columns=["a", "b"]) == "a,b\r\n"
    assert write([]) == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_would_be_a_formula_is_defused_in_rows_and_in_names(text: str) -> None:
    cells = next(csv.reader(io.StringIO(write([[text]]), newline="")))
    names = next(csv.reader(io.StringIO(write([{text: 1}]), newline="")))

    assert cells == names == [f"'{text}"]


def test_a_negative_number_stays_a_number() -> None:
    assert write([[-1, -2.5]]) == "-1,-2.5\r\n"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rows": "x"}, "needs a list"),
        ({"rows": [{}, 7]}, "row 2 is the number 7"),
        ({"rows": [[1, 2, 3]], "columns": ["a"]}, "row 1 has 3 values"),
        ({"rows": [], "columns": [1]}, "needs a list of names"),
        ({"rows": [], "delimiter": "#"}, "the separator is"),
        ({"rows": [{str(n): n for n in range(501)}]}, "501 columns"),
        ({"mode": "read", "text": None}, "needs text"),
        ({"mode": "read", "text": 'a,b\n1,2\n3,"4\n'}, "line 3 is no CSV: a quote is opened and never closed"),
        ({"mode": "read", "text": 'a\n"x"y\n'}, "line 2 is no CSV: something follows a closing quote"),
        ({"mode": "read", "text": "a,b\n1,2\n\n1,2,3\n"}, "line 4 has 3 values, but there are 2 columns"),
        ({"mode": "read", "text": 'a,b\n"1\n\n",2\n1,2,3\n'}, "line 5 has 3 values"),
        ({"mode": "read", "text": "a,,c\n"}, "line 1: column 2 has no name"),
        ({"mode": "read", "text": "a,b,a\n"}, "line 1: two columns are called “a”"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(settings: dict[str, Any], words: str) -> None:
    error = failing(**settings)

    assert error.kind == "invalid_input"
    assert words in error.message
    assert error.hint


def test_text_over_20_megabytes_is_too_large_both_ways() -> None:
    assert failing(mode="write", rows=[["x" * 100_000]] * 240).kind == "too_large"
    assert failing(mode="read", text="x" * 20_000_001).kind == "too_large"


def test_text_reads_as_texts_by_column_without_empty_lines_and_marks() -> None:
    assert read('\ufeffid, name\r\n1,"Ada, L."\r\n\r\n2\r\n') == {
        "rows": [{"id": "1", "name": "Ada, L."}, {"id": "2", "name": ""}],
        "count": 2,
        "columns": ["id", "name"],
    }


def test_without_a_header_columns_are_numbers() -> None:
    assert read("a;b\nc", delimiter=";", has_header=False) == {
        "rows": [{"1": "a", "2": "b"}, {"1": "c", "2": ""}],
        "count": 2,
        "columns": ["1", "2"],
    }
    assert read("") == {"rows": [], "count": 0, "columns": []}


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)


@given(
    st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=5), st.sampled_from([",", ";", "|", "\t"])
)
def test_what_is_written_reads_back_but_for_the_marks_before_formulas(rows: list[list[str]], delimiter: str) -> None:
    text = write(rows, delimiter=delimiter)

    found = read(text, delimiter=delimiter, has_header=False)["rows"]

    wanted = [[f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows]
    assert [list(row.values()) for row in found] == wanted
