"""CSV: rows to text, and text to rows. Nothing is guessed: the separator and the header are what the settings say.

Cells that a spreadsheet would take for a formula are written with an apostrophe before them.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.kit.errors import InvalidInput, TooLarge
from integrations.kit.faults import Fault, shown

DELIMITERS = (",", ";", "|", "\t")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT_BYTES = 20_000_000
MOST_COLUMNS = 500


def csv_step(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Write or read, as `mode` says. InvalidInput names the row or the line that is wrong."""
    delimiter = settings.get("delimiter", ",")
    if delimiter not in DELIMITERS:
        raise _wrong("/delimiter", f"the separator is {shown(delimiter)}.", "Choose one of , ; | or a tab.")
    if settings.get("mode", "write") == "read":
        return read(settings.get("text"), delimiter=delimiter, has_header=settings.get("has_header", True) is not False)
    return write(settings.get("rows"), columns=settings.get("columns"), delimiter=delimiter)


def write(rows: Any, *, columns: Any = None, delimiter: str = ",") -> dict[str, Any]:
    """Rows (objects or lists) as CSV text: {text, rows, bytes}.

    Of objects, the first line has the columns: those given, or all names in the order in which they first come. Of lists,
    it is written only when columns are given.
    """
    if not isinstance(rows, list):
        raise _wrong("/rows", f"“Rows” needs a list, but it is {shown(rows)}.", "Take a list of an earlier step.")
    if columns is not None and not (isinstance(columns, list) and all(isinstance(name, str) for name in columns)):
        raise _wrong("/columns", "“Columns” needs a list of names.", "Name the columns, or leave them out.")
    names = list(columns or []) or _names(rows)
    if len(names) > MOST_COLUMNS:
        words = f"there are {len(names)} columns; {MOST_COLUMNS} are written at most."
        raise _wrong("/rows", words, "Name the columns that are needed.")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    if names:
        writer.writerow([_safe(name) for name in names])
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            writer.writerow([_cell(row.get(name)) for name in names])
        elif isinstance(row, list):
            if columns and len(row) > len(names):
                words = f"row {number} has {len(row)} values, but there are {len(names)} columns."
                raise _wrong(f"/rows/{number - 1}", words, "Name a column for each value.")
            writer.writerow([_cell(value) for value in row])
        else:
            words = f"row {number} is {shown(row)}; it must be an object or a list."
            raise _wrong(f"/rows/{number - 1}", words, "Give each row as an object (names and values) or as a list.")
        if out.tell() > TEXT_BYTES:
            raise _large("the CSV text grows larger")
    text = out.getvalue()
    if (size := len(text.encode("utf-8", "surrogatepass"))) > TEXT_BYTES:
        raise _large("the CSV text is larger")
    return {"text": text, "rows": len(rows), "bytes": size}


def _names(rows: Sequence[Any]) -> list[str]:
    found: dict[str, None] = {}
    for row in rows:
        if isinstance(row, dict):
            found |= dict.fromkeys(row)
    return list(found)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)  # a number of ours is no formula, also when it is negative
    return _safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def read(text: Any, *, delimiter: str = ",", has_header: bool = True) -> dict[str, Any]:
    """CSV text as {rows, count, columns}: each row an object of texts; without a header the columns are 1, 2, 3, …

    A row with fewer values than columns has empty text for the rest; one with more is an error. Empty lines are left out.
    """
    if not isinstance(text, str):
        raise _wrong("/text", f"“CSV text” needs text, but it is {shown(text)}.", "Take text of an earlier step.")
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES:
        raise _large("the CSV text is larger")
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    found: list[tuple[int, list[str]]] = []
    begun = 1
    try:
        for row in reader:
            if row and columns is None and has_header:
                columns = _header(row, begun)
            elif row:
                found.append((begun, row))
            begun = reader.line_num + 1
    except csv.Error as error:
        hint = "A value that holds the separator, a quote or a line end stands in quotes; a quote in it is doubled."
        raise _wrong("/text", f"line {begun} is no CSV: {_reason(error)}.", hint) from None
    if columns is None:
        columns = [str(number) for number in range(1, max((len(row) for _, row in found), default=0) + 1)]
    if len(columns) > MOST_COLUMNS:
        raise _wrong(
            "/text", f"there are {len(columns)} columns; {MOST_COLUMNS} are read at most.", "Check the separator."
        )
    rows = []
    for line, row in found:
        if len(row) > len(columns):
            words = f"line {line} has {len(row)} values, but there are {len(columns)} columns."
            raise _wrong("/text", words, "Check the separator, and quotes around values that hold it.")
        rows.append(dict(zip(columns, row + [""] * (len(columns) - len(row)), strict=True)))
    return {"rows": rows, "count": len(rows), "columns": columns}


def _header(row: list[str], line: int) -> list[str]:
    names = [name.strip() for name in row]
    for number, name in enumerate(names, 1):
        if not name:
            words = f"line {line}: column {number} has no name."
            raise _wrong("/text", words, "Name every column, or say that the first line has no names.")
        if names.index(name) != number - 1:
            words = f"line {line}: two columns are called “{name[:60]}”."
            raise _wrong("/text", words, "Give each column a name of its own.")
    return names


def _reason(error: csv.Error) -> str:
    said = str(error)
    known = {
        "unexpected end of data": "a quote is opened and never closed",
        "field larger": "a value is larger than 128 KB",
        "expected after": "something follows a closing quote",
        "NUL": "it holds the character NUL",
    }
    return next((words for part, words in known.items() if part in said), said)


def _wrong(place: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput(f"CSV: {message}", hint, faults=(Fault(place, "csv", message, hint),))


def _large(words: str) -> TooLarge:
    return TooLarge(f"CSV: {words} than {TEXT_BYTES // 1_000_000} MB.", "Work on fewer rows at a time (see “Batch”).")
