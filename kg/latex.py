r"""LaTeX as the plain text that a reader would see.

A formula is what stands between dollar signs, or ``\(`` and ``\)``, and looks like one; there all is LaTeX. Outside,
only commands are carried out that are known, with the braces that are there for their sake. The signs of the commands
come from pylatexenc; its parser is not used, as it takes all for LaTeX: a ``%`` for a comment, ``$5`` for a formula,
and an unknown command for nothing at all.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0304", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "acute": "\u0301",
    "grave": "\u0300", "check": "\u030c", "breve": "\u0306",
}  # fmt: skip
# the letters that an accent stands on which is also a quotation mark
BASES = {"\u0301": "aeiouyncszlrAEIOUYNCSZLR", "\u0308": "aeiouyAEIOUY"}
WRAPPERS = frozenset(
    "textbf textit textsc texttt textrm textsf textmd textup textnormal text emph underline uline mbox hbox textsl url"
    " path mathrm mathbf mathit mathcal mathbb mathsf mathtt mathfrak mathscr boldsymbol bm operatorname"
    " textsuperscript textsubscript ensuremath mathop pmb boldmath uppercase enquote nolinkurl".split()
)
DROPPED = frozenset(
    "cite citep citet citealp citealt citeauthor citeyear label ref eqref vspace hspace footnotemark".split()
)
SWITCHES = frozenset(
    "bf it em rm sc sf tt sl tiny small large Large bfseries itshape scshape ttfamily normalfont".split()
)
SPACES = frozenset([",", ":", ";", " ", "quad", "qquad", "enspace", "thinspace", "newline", "\\", "\n"])
NOTHING = frozenset("! / - left right big Big bigl bigr limits nolimits displaystyle textstyle protect xspace".split())
BREAKS = frozenset(["noindent", "par", "smallskip", "medskip", "bigskip", "linebreak"])
ESCAPED = frozenset("%&#_${}")
# where the reading of a formula differs from the sign that TeX prints
SIGNS = {
    "sim": "~", "textasciitilde": "~", "textbackslash": "\\", "textgreater": ">", "textless": "<", "setminus": "\\",
    "prime": "'", "colon": ":", "lbrace": "{", "rbrace": "}", "backslash": "\\", "mid": "|", "vert": "|",
    "lvert": "|", "rvert": "|", "degree": "°", "textdegree": "°", "percent": "%", "dots": "…", "mod": " mod ",
}  # fmt: skip
# quotation marks that were escaped for a program, not accents
ESCAPED_QUOTE = re.compile(r"""\\(["'])(?![A-Za-z{\\])""")
COMMAND = re.compile(r"\\([A-Za-z]+\*?|[^A-Za-z\s\d]|[ \n])", re.DOTALL)
FORMULA = re.compile(
    r"(?<!\\)\$\$((?:[^$\\]|\\.){1,600})\$\$|(?<!\\)\$((?:[^$\\]|\\.){1,600})\$"
    r"|\\\(([^$]{1,600}?)\\\)|\\\[([^$]{1,600}?)\\\]",
    re.DOTALL,
)
COMMANDS = re.compile(r"\\(?:[A-Za-z]{2}|[,;!|{])|^\s*[\d.,]+\\%\s*$")
MATH_SIGN = re.compile(r"[\\^_=<>{}]")
PLAIN_MATH = re.compile(r"(?!.*\s[a-z]{4})[\w.,;:'’!%()\[\]|/*+−±×≤≥–~\s-]{1,60}")
AMOUNT = re.compile(r"\d[\d.,]*\s*(?:[kKMB]|[a-z]+)?\b.*\s[A-Za-z]{2}")
# what needs no brackets as an exponent or an index
SIMPLE = re.compile(r"[-+−]?[\w.*†′']+|.", re.DOTALL)
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
DEEPEST = 8


def without_latex(text: str) -> str:
    r"""Return `text` with its formulas and LaTeX commands as plain text.

    >>> without_latex(r"{\'E}tude of $\mathcal{O}(n^{2})$ and $\frac{1}{x+1}$ at \textbf{2$\times$} for $5")
    'Étude of O(n^2) and 1/(x+1) at 2× for $5'
    """
    text = _without_formulas(text)
    if "\\" not in text:
        return text
    for quote in {m[1] for m in ESCAPED_QUOTE.finditer(text)}:
        text = text.replace("\\" + quote, quote)
    return _without_commands(text, math=False)


def _without_formulas(text: str) -> str:
    parts: list[str] = []
    at = 0
    while match := FORMULA.search(text, at):
        inner = next(g for g in match.groups() if g is not None)
        if not inner.strip() or (match[2] is not None and not _is_formula(inner, text[match.end() : match.end() + 1])):
            # what was taken for the end may begin a formula
            parts.append(text[at : match.end() - 1])
            at = match.end() - 1
            continue
        parts += (text[at : match.start()], _without_commands(inner, math=True))
        at = match.end()
    return "".join((*parts, text[at:]))


def _is_formula(inner: str, following: str) -> bool:
    """Tell a formula from the words between two amounts of money."""
    if COMMANDS.search(inner):
        return True
    if following.isdigit() or AMOUNT.match(inner) or inner != inner.strip():
        return False
    return bool(MATH_SIGN.search(inner) or PLAIN_MATH.fullmatch(inner))


@lru_cache(maxsize=1)
def _signs() -> dict[str, str]:
    """Return the signs of LaTeX commands without an argument."""
    from pylatexenc.latex2text import get_default_latex_context_db

    context = get_default_latex_context_db()
    found: dict[str, str] = {}
    for category in context.categories():
        for spec in context.iter_macro_specs([category]):
            sign = spec.simplify_repl
            if isinstance(sign, str) and sign and "%" not in sign and len(sign.strip()) in range(1, 12):
                found.setdefault(spec.macroname, sign)
    return found | SIGNS


def _without_commands(text: str, *, math: bool, depth: int = 0) -> str:
    """Return `text` with LaTeX commands carried out; in a formula braces group, else they stay."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and (match := COMMAND.match(text, at)):
            said, at = _command(match, text, math=math, depth=depth)
            parts.append(said)
        elif char == "{" and depth < DEEPEST and (math or text.startswith("\\", at + 1)):
            inner, end = _group(text, at)
            said = _without_commands(inner, math=math, depth=depth + 1)
            # a group that is there for the sake of a command goes with it
            kept = not math and (end <= at + 1 or said == inner)
            parts.append(text[at:end] if kept else said.lstrip() if not math else said)
            at = max(end, at + 1)
        elif math and char in "^_" and at + 1 < len(text):
            said, at = _argument(text, at + 1, math=True, depth=depth)
            said = said.strip()
            shown = said if not said or SIMPLE.fullmatch(said) else f"({said})"
            parts.append("°" if said in ("°", "∘") else char + shown if shown else "")
        elif math and char in "~&{}":
            parts.append(" " if char in "~&" else "")
            at += 1
        elif char == "~" and text.startswith("\\", at + 1):
            parts.append(" ")
            at += 1
        else:
            # all up to the next sign that may matter at once
            end = at + 1
            while end < len(text) and text[end] not in "\\{}^_~&":
                end += 1
            parts.append(text[at:end])
            at = end
    return "".join(parts)


def _command(match: re.Match[str], text: str, *, math: bool, depth: int) -> tuple[str, int]:
    """Return what a command shows, and where the text goes on."""
    name, end = match[1].rstrip("*"), match.end()
    if name in ESCAPED:
        return name, end
    if name in ACCENTS and (math or not name.isalpha() or text[end : end + 1] in ("{", " ", "\\")) and len(name) < 10:
        return _accented(ACCENTS[name], text, end, math=math, depth=depth) or (match.group(), end)
    if depth < DEEPEST:
        if name in WRAPPERS and text[end : end + 1] == "{":
            said, end = _argument(text, end, math=math and not name.startswith("text"), depth=depth)
            # addresses are often glued to the word before them, which TeX would not show so either
            glued = name in ("url", "path", "nolinkurl") and text[match.start() - 1 : match.start()].isalnum()
            return (" " + said if glued else said), end
        if name in DROPPED and (text[end : end + 1] == "{" or text[end : end + 1] == "["):
            return "", _skip_arguments(text, end)
        if name in ("frac", "dfrac", "tfrac", "nicefrac") and text[end : end + 1] == "{":
            over, middle = _argument(text, end, math=True, depth=depth)
            under, end = _argument(text, middle, math=True, depth=depth)
            return f"{_bracketed(over)}/{_bracketed(under)}", end
        if name == "sqrt" and text[end : end + 1] == "{":
            under, end = _argument(text, end, math=True, depth=depth)
            return f"√{_bracketed(under)}", end
        if name == "href" and text[end : end + 1] == "{":
            return _argument(text, _group(text, end)[1], math=math, depth=depth)
    if name in SWITCHES and (math or depth):
        return "", _after_spaces(text, end)
    if math and (name in SPACES or name in NOTHING):
        return (" " if name in SPACES else ""), end
    if name in BREAKS or (name == "\\" and text[end : end + 1].isspace()):
        return " ", end
    if name == "unicode" and (point := re.match(r"\{x([0-9A-Fa-f]{2,5})\}", text[end : end + 9])):
        return chr(int(point[1], 16)), end + point.end()
    if name == " " and text[match.start() - 1 : match.start()] == ".":
        return " ", end
    if len(name) > 1 or name in ("o", "O", "l", "L", "i", "j", "|"):
        sign = _signs().get(name)
        if sign is not None and not text[end : end + 1].isdigit():
            if text.startswith("{}", end):
                return sign, end + 2
            if math and len(sign) == 1 and not text[match.start() - 1 : match.start()].isspace():
                return sign, _after_spaces(text, end)
            # a word such as ∈ or log keeps the space behind it, a letter of a word such as ß takes it away
            return sign, end if math or len(sign) > 1 or not sign.isalpha() else _after_letter(sign, text, end)
    if not math:
        return match.group(), end
    return name if len(name) > 1 else match.group()[1:], end


def _after_letter(sign: str, text: str, end: int) -> int:
    latin = "LATIN" in unicodedata.name(sign[0], "")
    return _after_spaces(text, end) if latin else end


def _after_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \n\t":
        at += 1
    return at


def _accented(mark: str, text: str, at: int, *, math: bool, depth: int) -> tuple[str, int] | None:
    """Return the next letter with `mark` on it, None where no letter follows."""
    if depth >= DEEPEST:
        return None
    at_letter = not math and mark in BASES and text[at : at + 1].isalpha()
    if at_letter and (text[at] not in BASES[mark] or (text[at] == "s" and not text[at + 1 : at + 2].isalpha())):
        # an escaped apostrophe or quotation mark
        return ("'" if mark == "\u0301" else '"'), at
    letter, end = _argument(text, _after_spaces(text, at), math=math, depth=depth)
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    if not letter or not letter[0].isalpha() or (not math and len(letter) > 2):
        return (letter, end) if math and letter else None
    return unicodedata.normalize("NFC", letter[0] + mark + letter[1:]), end


def _argument(text: str, at: int, *, math: bool, depth: int) -> tuple[str, int]:
    """Return the argument at `at`, a group, a command or one character, and where it ends."""
    if at >= len(text) or depth >= DEEPEST:
        return "", at
    if text[at] == "{":
        inner, end = _group(text, at)
        return _without_commands(inner, math=math, depth=depth + 1), max(end, at + 1)
    if match := COMMAND.match(text, at):
        return _command(match, text, math=math, depth=depth + 1)
    return text[at], at + 1


def _group(text: str, at: int) -> tuple[str, int]:
    """Return what stands in the braces that open at `at`, and where they end; nothing where they do not."""
    end = _braces(text).get(at)
    return ("", at) if end is None else (text[at + 1 : end], end + 1)


@lru_cache(maxsize=32)
def _braces(text: str) -> dict[int, int]:
    """Return the places of the braces that open and where each is closed."""
    opened: list[int] = []
    found = {}
    for match in BRACE.finditer(text):
        if match.group() == "{":
            opened.append(match.start())
        elif match.group() == "}" and opened:
            found[opened.pop()] = match.start()
    return found


def _skip_arguments(text: str, at: int) -> int:
    while text[at : at + 1] in ("[", "{"):
        end = text.find("]", at) + 1 if text[at] == "[" else _group(text, at)[1]
        if end <= at:
            return at
        at = end
    return at


def _bracketed(part: str) -> str:
    return part if re.fullmatch(r"[\w.]+", part) else f"({part})"
