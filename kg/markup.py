r"""Plain text of titles and abstracts: what a reader sees where LaTeX, HTML or JATS was written.

Markup is taken away only where it surely is markup: HTML tags of a short list that are closed again, entities that end
in a semicolon, LaTeX commands that are known, and dollar signs around something that looks like a formula. All else
stays as it stands, ``<s>`` and ``$5`` and ``CLIP_{ViT}`` among it. Of invisible characters, those that only change
how others are shown are dropped. All offsets count in the plain text, never in what was written.
"""

from __future__ import annotations

import html
import re
import unicodedata

from kg.latex import without_latex

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
# zero-width and bidirectional marks; the two joiners only beside ASCII, elsewhere they build emoji and Persian words
INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff]|(?<=[\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f]|$)"
)
# more marks on one letter than any script has
STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
TAGS = frozenset(
    "a b big bold cite code div em emph h1 h2 h3 h4 i inf italic li ol p sc scp sec small span strong sub sup"
    " title tt u ul underline".split()
)
TAG = re.compile(r"<(/?)((?:jats|mml):)?([A-Za-z][\w-]*)((?:\s[^<>]{0,500})?)(/?)>")
BLOCKS = frozenset("br div h1 h2 h3 h4 li ol p sec title ul".split())
POWER = re.compile(r"<sup(?:\s[^<>]{0,100})?>(?=\s*[-−–+]?\s*\d)", re.IGNORECASE)
JATS_TITLE = re.compile(r"<jats:title>\s*(?:Abstract|Summary)\s*:?\s*</jats:title>", re.IGNORECASE)
MATHML = re.compile(r"<mml:math\b.*?</mml:math>", re.DOTALL)


def clean(text: str) -> str:
    """Return `text` on one line, composed, without control and invisible characters.

    >>> clean(" A\\tB\\x00 \\n C "), clean("Lo\\u200bRA \\u202egnp.exe"), clean("cafe\\u0301")
    ('A B C', 'LoRA gnp.exe', 'café')
    """
    if text.isascii():
        if text.isprintable():
            return " ".join(text.split())
    else:
        text = unicodedata.normalize("NFC", INVISIBLE.sub("", STACKED.sub(r"\1", text)))
    return " ".join(CONTROL.sub(" ", text).split())


def readable(text: str) -> str:
    r"""Return `text` on one line as plain text, see the docstring of the module.

    >>> readable(r"$O(n^2)$ at 63\% of {\'e}lite $\alpha$-\textbf{Net} &amp; <i>co</i>")
    'O(n^2) at 63% of élite α-Net & co'
    >>> readable("pay $5 or $6 for a_b and CLIP_{ViT} or <s> tokens, 3 < 4 > 2")
    'pay $5 or $6 for a_b and CLIP_{ViT} or <s> tokens, 3 < 4 > 2'
    """
    if "&" in text:
        text = ENTITY.sub(_entity, ENTITY.sub(_entity, text))
    if "<" in text:
        text = _without_tags(text)
    if "$" in text or "\\" in text:
        text = without_latex(text)
    return clean(text)


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _without_tags(text: str) -> str:
    if "<jats:" in text or "<mml:" in text:
        text = JATS_TITLE.sub(" ", text)
        if "tex-math" in text and text.count("<mml:math") == text.count("</mml:math>"):
            text = MATHML.sub("", text)
    tags = [(m[3].lower(), bool(m[1])) for m in TAG.finditer(text)]
    opened = [name for name, closes in tags if not closes]
    paired = {name for name, closes in tags if closes and name in TAGS and name in opened}
    if "sup" in paired:
        text = POWER.sub("^", text)

    def shown(match: re.Match[str]) -> str:
        name = match[3].lower()
        if match[2] or name in paired or name == "br" or name in ("inline-formula", "tex-math", "alternatives"):
            return " " if name in BLOCKS else ""
        return match.group()

    return TAG.sub(shown, text)
