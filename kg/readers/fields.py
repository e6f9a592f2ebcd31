"""Papers from the fields of a record, whatever format it came in.

Each reader says which fields hold what; here they become text, names, dates and identifiers in one form. Anything may
stand in a field: what is not of a kind that is understood is left out, and never an error.
"""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from kg.markup import clean, readable
from kg.records import Paper, Skipped

LONGEST = 30_000
MOST_NAMES = 5_000
EXCERPT = 60
# of what another program says is wrong, so many characters
MESSAGE = 100

ABSENT = re.compile(
    r"|n/?a|nan|none|null|nil|-+|\[?(?:no abstract(?: is)? available|abstract (?:not available|unavailable))\.?\]?",
    re.IGNORECASE,
)
ARXIV = re.compile(
    r"(?:arxiv\s*:\s*|(?:https?://)?(?:www\.|export\.)?(?:arxiv\.org/(?:abs|pdf|html)/|huggingface\.co/papers/))?"
    r"(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d{1,3})?(?:\.pdf)?(?:[?#].*)?(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE,
)
DOI = re.compile(r"(?:doi\s*:?\s*|(?:https?://)?(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S{1,200})", re.IGNORECASE)
ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)")
LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][^\s<>\"{}|\\^`\x00-\x20\x7f-\x9f]*)?", re.IGNORECASE)
# what an IRI may not hold (RFC 3987): it is written in its bytes
NOT_IRI = re.compile(
    r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9%._~:/?#@!$&'()*+,;=\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    r"\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd-]"
)
DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T\s/].*|/*)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
IN_WORDS = re.compile(
    rf"(?:[a-z]+,?\s+)?(?:{DAY}\.?\s+)?([a-z]{{3}})[a-z]*\.?,?\s+(?:{DAY},?\s+)?(\d{{4}})\b.*", re.IGNORECASE
)
FIRST_YEAR, LAST_YEAR = 1500, 2199


def paper_of(
    source: str,
    row: int,
    *,
    title: object,
    abstract: object,
    authors: object = None,
    date: object = None,
    venue: object = None,
    categories: object = None,
    links: object = None,
    arxiv: object = None,
    doi: object = None,
) -> Paper | Skipped:
    """Return the paper that these fields describe, or why they describe none.

    >>> paper_of("x", 1, title="On X", abstract="We study $x$.", arxiv="arXiv:2401.00001v2", date="2024/1/5").date
    '2024-01-05'
    """
    raw = as_text(title), as_text(abstract)
    size = sum(map(len, raw))
    if size > 4 * LONGEST:
        return _too_long(source, row, size)
    name, text = readable(raw[0]), readable(raw[1])
    if len(name) + len(text) > LONGEST:
        return _too_long(source, row, len(name) + len(text))
    if ABSENT.fullmatch(name) or ABSENT.fullmatch(text):
        missing, other = ("title", text) if ABSENT.fullmatch(name) else ("abstract", name)
        return Skipped(source=source, row=row, reason=f"no {missing}: {other[:EXCERPT]!r}")
    pages = [page for page in map(link_of, _flat(links)) if page]
    identifiers = {("arxiv", i) for i in map(arxiv_of, (*_flat(arxiv), *_flat(doi), *pages)) if i}
    identifiers |= {("doi", i) for i in map(doi_of, (*_flat(doi), *pages)) if i}
    return Paper(
        title=name,
        abstract=text,
        pages=(source,),
        identifiers=tuple(sorted(identifiers)),
        authors=names_of(authors),
        date=next((d for d in (*map(date_of, _flat(date)), *map(month_of, sorted(identifiers))) if d), ""),
        venue=next((v for v in map(plain, _flat(venue)) if v), ""),
        categories=tuple(sorted({c for c in map(plain, _flat(categories)) if c and len(c) <= 200})),
        links=tuple(sorted({p for p in pages if not arxiv_of(p) and not doi_of(p)})),
    )


def _too_long(source: str, row: int, size: int) -> Skipped:
    return Skipped(source=source, row=row, reason=f"title and abstract of {size:,} characters are no paper's")


def _flat(value: object) -> tuple[object, ...]:
    """Return the single values of a field that may hold one or several."""
    if isinstance(value, list | tuple | set):
        return tuple(v for v in value if v is not None)
    return () if value is None else (value,)


def get(item: object, *path: str) -> Any:
    """Return what lies at the end of `path` in nested objects, None where it does not go on.

    >>> get({"a": {"b": 1}}, "a", "b"), get({"a": [1]}, "a", "b")
    (1, None)
    """
    for name in path:
        item = item.get(name) if isinstance(item, Mapping) else None
    return item


def each(items: object, *path: str) -> list[object]:
    """Return what lies at the end of `path` in each of `items`."""
    return [get(item, *path) for item in items] if isinstance(items, list) else []


def as_text(value: object) -> str:
    """Return a field as text: of several values the first that is one."""
    if isinstance(value, str):
        return value
    first = next((v for v in _flat(value) if isinstance(v, str) and v.strip()), "")
    return first if isinstance(first, str) else ""


def plain(value: object) -> str:
    """Return a short field as plain text, nothing where it holds none."""
    text = readable(as_text(value)[:2_000])
    return "" if ABSENT.fullmatch(text) else text


def names_of(value: object) -> tuple[str, ...]:
    """Return the names of authors in their order, whatever holds them.

    >>> names_of("Lovelace, Ada and Alan Turing"), names_of([{"family": "Lovelace", "given": "A"}])
    (('Ada Lovelace', 'Alan Turing'), ('A Lovelace',))
    >>> names_of("Ada Lovelace, Alan Turing"), names_of("A. Lovelace; Turing, A.")
    (('Ada Lovelace', 'Alan Turing'), ('A. Lovelace', 'A. Turing'))
    """
    several: Iterable[object] = _flat(value)
    if isinstance(value, str):
        several = _split_names(readable(value[: LONGEST * 4]))
    found = dict.fromkeys(name for one in list(several)[:MOST_NAMES] if (name := _name(one)))
    return tuple(found)


def _split_names(text: str) -> list[str]:
    """Return the names in a text, family names first or last, with semicolons, ``and`` or commas between them."""
    if ";" in text:
        return text.split(";")
    parts = re.split(r"\s+and\s+|\s+&\s+", text)
    family_first = " " not in parts[0].partition(",")[0].strip()
    if len(parts) > 1 and (family_first or all("," in part for part in parts)):
        return parts
    if family_first and text.count(",") == 1:
        return [text]
    return re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+&\s+", text)


def _name(value: object) -> str:
    if isinstance(value, Mapping):
        family = next((as_text(value.get(k)) for k in ("family", "lastName", "last_name", "last") if value.get(k)), "")
        given = next((as_text(value.get(k)) for k in ("given", "firstName", "first_name", "first") if value.get(k)), "")
        particle = as_text(value.get("non-dropping-particle"))
        whole = [as_text(value.get(k)) for k in ("name", "literal", "fullname", "full_name", "display_name")]
        text = " ".join(p for p in (given, particle, family) if p) or next((w for w in whole if w), "")
    else:
        text = as_text(value)
        if text.count(",") == 1:
            family, given = text.split(",")
            text = f"{given.strip()} {family.strip()}"
    name = plain(text).strip(" ,;")
    return name if len(name) <= 200 and any(c.isalpha() for c in name) else ""


def arxiv_of(value: object) -> str:
    """Return an arXiv id without its version.

    >>> arxiv_of("https://arxiv.org/pdf/2401.00001v3"), arxiv_of("cs.LG/0501001"), arxiv_of("10.48550/arXiv.2401.00001")
    ('2401.00001', 'cs/0501001', '2401.00001')
    >>> arxiv_of("2413.00001"), arxiv_of(7)
    ('', '')
    """
    text = clean(as_text(value)[:300])
    if by_doi := ARXIV_DOI.fullmatch(doi_of(text)):
        text = by_doi[1]
    match = ARXIV.fullmatch(text)
    return re.sub(r"\.[a-z]{2}/", "/", match[1].lower()) if match else ""


def month_of(identifier: tuple[str, str]) -> str:
    """Return the month that an arXiv id was given in, which it begins with.

    >>> month_of(("arxiv", "2401.00001")), month_of(("arxiv", "hep-th/9901001")), month_of(("doi", "10.1/2401"))
    ('2024-01', '1999-01', '')
    """
    scheme, value = identifier
    digits = value.rpartition("/")[2][:4]
    if scheme != "arxiv" or not "01" <= digits[2:] <= "12":
        return ""
    return f"{'19' if digits > '91' else '20'}{digits[:2]}-{digits[2:]}"


def doi_of(value: object) -> str:
    """Return a DOI in lower case without its resolver.

    >>> doi_of("https://doi.org/10.1000/ABC%2F1."), doi_of("doi:10.1/x"), doi_of("10.1000/(sici)1")
    ('10.1000/abc/1', '', '10.1000/(sici)1')
    """
    text = clean(as_text(value)[:300])
    match = DOI.fullmatch(unquote(text) if "%" in text else text)
    if not match:
        return ""
    found = match[1].lower().rstrip(".,;")
    return found.rstrip(")") if found.count("(") < found.count(")") else found


def link_of(value: object) -> str:
    """Return an address that a browser may follow, nothing for any other.

    >>> link_of(" http://a.org/x?y=1 "), link_of("javascript:alert(1)"), link_of({"url": "https://a.org"})
    ('http://a.org/x?y=1', '', 'https://a.org')
    >>> link_of("https://a.org/?ids[]=50%#a#b")
    'https://a.org/?ids%5B%5D=50%25#a%23b'
    """
    if isinstance(value, Mapping):
        value = value.get("url") or value.get("URL") or value.get("href")
    text = clean(as_text(value)[:2_000])
    if not LINK.fullmatch(text):
        return ""
    address, mark, fragment = NOT_IRI.sub(lambda m: quote(m[0], safe="", errors="replace"), text).partition("#")
    return address + mark + fragment.replace("#", "%23")


def date_of(value: object) -> str:
    """Return a date as precise as it is known, in the form of ISO 8601.

    >>> [date_of(v) for v in (2017, "2017-6", "2017-06-12T17:57:34Z", "Mon, 2 Apr 2007 19:18:42 GMT", "June 2017")]
    ['2017', '2017-06', '2017-06-12', '2007-04-02', '2017-06']
    >>> [date_of(v) for v in ("2017-13", "2017-02-30", "in press", 3, [2017, 6], {"date-parts": [["2009", 6]]})]
    ['2017', '2017-02', '', '', '2017-06', '2009-06']
    """
    parts: list[object]
    if isinstance(value, Mapping):
        value = value.get("date-parts") or value.get("raw") or value.get("literal") or value.get("date-time")
        value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, list | tuple):
        parts = list(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        parts = [int(value)] if FIRST_YEAR <= value <= LAST_YEAR else []
    else:
        parts = _parts(clean(as_text(value)[:100]))
    numbers = []
    for part in parts[:3]:
        if not re.fullmatch(r"\d{1,4}", str(part), re.ASCII):
            break
        numbers.append(int(str(part)))
    while numbers:
        try:
            day = datetime.date(*numbers, *[1] * (3 - len(numbers)))
        except (ValueError, TypeError):
            numbers.pop()
            continue
        return day.isoformat()[: (4, 7, 10)[len(numbers) - 1]] if FIRST_YEAR <= day.year <= LAST_YEAR else ""
    return ""


def _parts(text: str) -> list[object]:
    if match := COMPACT.fullmatch(text):
        return list(match.groups())
    if match := DATE.fullmatch(text):
        return [p for p in match.groups() if p]
    match = IN_WORDS.fullmatch(text)
    if match and match[2].lower() in MONTHS:
        day = match[1] or match[3]
        return [match[4], str(MONTHS.index(match[2].lower()) + 1), *([day] if day else [])]
    if re.search(r"\d:\d", text) and (parsed := email.utils.parsedate(text)):
        return [str(part) for part in parsed[:3]]
    return []
