"""Objects of JSON: lines, arrays, the list inside an answer, and what archivers made of them.

Lines and arrays are read one object at a time, so that any number passes. A broken one is told with its place, and the
reading goes on with the next. Where a program wrote its own notation instead of JSON (``{'title': …}``, often inside
a string), that is read as the values it stands for and never run.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from kg.readers.chunks import LONGEST_LINE, lines, whole
from kg.records import Skipped

Row = tuple[int, dict[str, Any]] | Skipped

LONGEST_REPR = 2**20
# where an answer or an archive has its list
LISTS = ("results", "data", "papers", "items", "works", "articles", "entries", "dailyPapers", "records", "publications")
BEGIN = re.compile(r"\s*(?:\{\s*[\"'}]|\[\s*(?:[\[{\"'\]]|-?\d+\s*[,\]]))")
LIST_WITHIN = re.compile(rf"\s*\{{[^\[\]]{{0,2000}}?\"(?:{'|'.join(LISTS)})\"\s*:\s*(?=\[)")
OWN_LINE = re.compile(r"^\{.+$", re.MULTILINE)
BETWEEN = re.compile(r"[\s,]*")
# of the values that a Python notation may hold beside the plain ones
DATETIME = re.compile(
    r"\bdatetime\.(?:datetime|date)\((\d{4}), (\d{1,2}), (\d{1,2})(?:, [^()]*(?:\([^()]*\)[^()]*)?)?\)"
)
OBJECT_ID = re.compile(r"\bObjectId\(('[0-9a-f]*')\)")
NOT_NUMBERS = re.compile(r"(?<=[\[:,] )(?:nan|inf)(?=[,\]}])")


def looks_like_objects(text: str) -> bool:
    """Tell whether `text` begins as JSON, or as the notation of a program."""
    return bool(BEGIN.match(text))


def objects(chunks: Iterable[str], source: str) -> Iterator[Row]:
    """Yield the objects of a text with their row, and the rows that are none.

    The row is the number of the line, in an array the number of the element.

    >>> list(objects(['[{"a": 1}, "', "{'a': 2}", '"]'], "x"))
    [(1, {'a': 1}), (2, {'a': 2})]
    """
    for row, value in _values(iter(chunks)):
        item = _from_text(value) if isinstance(value, str) else value
        if isinstance(item, dict):
            yield row, item
        else:
            reason = item.args[0] if isinstance(item, ValueError) else "no JSON object"
            yield Skipped(source=source, row=row, reason=f"{reason}; expected an object with title and abstract")


def _values(chunks: Iterator[str]) -> Iterator[tuple[int, Any]]:
    head = ""
    while not head.strip() and (chunk := next(chunks, None)) is not None:
        head = chunk.lstrip("\ufeff") if not head else head + chunk
    if not head.strip():
        return
    if head.lstrip().startswith("["):
        yield from _elements(chain([head], chunks))
        return
    while "\n" not in head.lstrip() and len(head) < LONGEST_LINE and (chunk := next(chunks, None)) is not None:
        head += chunk
    if isinstance(_parsed(head.lstrip().partition("\n")[0]), ValueError):
        # no JSON lines then, but one document
        head, complete = whole(chain([head], chunks))
        document = _parsed(head) if complete else ValueError()
        if not isinstance(document, ValueError):
            yield from enumerate(_list_of(document), 1)
            return
        if match := LIST_WITHIN.match(head):
            yield from _elements(chain([head[match.end() :]], chunks), head.count("\n", 0, match.end()))
            return
        if complete and not any(isinstance(_parsed(m.group()), dict) for m in OWN_LINE.finditer(head)):
            if "Extra data" in str(document):
                yield from _elements(chain(["[" + head], chunks), bare=True)
            else:
                yield 1, document
            return
    rows = _lines(chain([head], chunks))
    first, second = next(rows), next(rows, None)
    if second is None:
        yield from ((first[0] + i, value) for i, value in enumerate(_list_of(first[1])))
    else:
        yield from chain([first, second], rows)


def _lines(chunks: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for row, line in lines(chunks):
        if len(line) >= LONGEST_LINE:
            yield row, ValueError(f"a line of more than {LONGEST_LINE:,} characters")
        elif line.strip():
            yield row, _parsed(line.strip().rstrip(","))


def _parsed(text: str) -> Any:
    """Return the value of a text of JSON, or a ValueError that says what is wrong with it."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as e:
        value = _from_repr(text)
        return ValueError(f"broken JSON: {e}") if value is None else value
    except (ValueError, RecursionError) as e:
        return ValueError(f"broken JSON: {e}")


def _list_of(document: Any) -> list[Any]:
    """Return the rows of a document: its elements, the list that it holds, or itself alone."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and "title" not in document:
        message = document.get("message")
        inner = message if isinstance(message, dict) else document
        named = [inner[name] for name in LISTS if isinstance(inner.get(name), list)]
        lists = named or [v for v in inner.values() if isinstance(v, list) and v and isinstance(v[0], dict | str)]
        if lists:
            return list(lists[0])
        return [inner]
    return [document]


def _from_text(text: str) -> Any:
    """Return the object that a string holds in JSON or in Python's notation, else the string."""
    stripped = text.strip()
    if stripped[:1] != "{":
        return text
    value = _parsed(stripped)
    return value if isinstance(value, dict) else ValueError("a string that is no JSON object, cut off perhaps")


def _from_repr(text: str) -> Any:
    """Return the object that `text` writes in Python's notation, None where it does not."""
    text = text.strip()
    if text[:1] != "{" or len(text) > LONGEST_REPR:
        return None
    plain = DATETIME.sub(lambda m: f"'{m[1]}-{m[2]:0>2}-{m[3]:0>2}'", OBJECT_ID.sub(r"\1", text))
    try:
        with warnings.catch_warnings():
            # of what would be odd in a program
            warnings.simplefilter("ignore", SyntaxWarning)
            value = ast.literal_eval(NOT_NUMBERS.sub("None", plain))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict) else None


def _elements(chunks: Iterable[str], line: int = 0, *, bare: bool = False) -> Iterator[tuple[int, Any]]:
    """Yield the elements of the array that `chunks` begin with, `line` lines below the top; a `bare` one has no end."""
    decoder, pieces = json.JSONDecoder(), iter(chunks)
    text = next(pieces, "")
    at, row, indent = text.find("[") + 1, 0, ""
    while True:
        gap = BETWEEN.match(text, at)
        start = end = gap.end() if gap else at
        if "\n" in text[at:start]:
            indent = text[text.rindex("\n", at, start) : start]
        value: Any = None
        unfinished = start >= len(text)
        if not unfinished:
            if text[start] == "]":
                return
            try:
                value, end = decoder.raw_decode(text, start)
                # a number may go on behind a point or an e and its sign
                unfinished = len(text) - end < (1 if isinstance(value, dict | list | str) else 3)
            except json.JSONDecodeError as e:
                value = ValueError(f"broken JSON: {e.msg}: line {line + text.count(chr(10), 0, e.pos) + 1}")
                unfinished = len(text) - start < LONGEST_LINE
            except (ValueError, RecursionError) as e:
                value = ValueError(f"broken JSON: {e}")
        if unfinished and (more := _as_much(pieces, len(text) - start)):
            line += text.count("\n", 0, at)
            text, at = text[at:] + more, 0
            continue
        if start >= len(text):
            if not bare:
                yield row + 1, ValueError("broken JSON: the array has no end")
            return
        row += 1
        if isinstance(value, ValueError):
            # the next element begins as far from the margin as this one, some lines below
            end = text.find(indent + text[start], start + 1) if indent and text[start] in '{"' else -1
            if end < 0:
                yield row, ValueError(f"{value}, and nothing behind it is read")
                return
        yield row, value
        at = end
        if at > 2**16:
            line += text.count("\n", 0, at)
            text, at = text[at:], 0


def _as_much(pieces: Iterator[str], size: int) -> str:
    """Return the next of `pieces`, as much as `size` and one at least."""
    found = list[str]()
    while (size > 0 or not found) and (piece := next(pieces, None)) is not None:
        found.append(piece)
        size -= len(piece)
    return "".join(found)
