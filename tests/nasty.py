"""Texts that break what is careless, in one table: each stands as a title and in an abstract."""

from __future__ import annotations

NASTY = {
    # markup of the page
    "script": "</script><script>alert(1)</script>",
    "image": '<img src=x onerror="alert(1)">',
    "svg": "<svg/onload=alert(1)><animate onbegin=alert(1) attributeName=x>",
    "comment": "<!--<script>--> <![CDATA[ ]]> <?xml ?> </textarea></title></style>",
    "entities": "&lt;b&gt; &#60;i&#62; &amp;amp; &copy &nbsp; &#0; &#x202e;",
    "attribute": "\"' onmouseover='alert(1)' `alert(1)`",
    "address": "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "template": "${alert(1)} {{7*7}} {% raw %} #{x} <%= x %>",
    # syntax of the other exports
    "turtle": "\\ \\u0041 \\x \"\"\" ''' ^^<x> @en . ; , [] () _:b <http://a b> # no comment",
    "sparql": '") } ; DROP ALL ; SELECT * WHERE { ?s ?p "',
    "json": '{"a": [1, null, "\\ud800", "\\"]}',
    "csv": '=HYPERLINK("http://x") , ; "quoted" \'+1\' @SUM(A1)',
    "latex": "$\\frac{a}{b}$ \\textbf{x} \\input{/etc/passwd} 50\\% {\\'e} ~",
    "markdown": "[x](javascript:alert(1)) **b** # h `c` ![i](x)",
    "shell": "$(rm -rf /) ; `id` | cat > /dev/null && %s %d %n {0}",
    "path": "../../etc/passwd C:\\Windows\\ file:///etc/passwd \\\\host\\share",
    # letters
    "bidirectional": "FooNet \u202etuptuO\u202c \u2066isolate\u2069 \u200fright\u200e left",
    "zero-width": "Foo\u200bNet \u200cBar\u200dNet \u2060Baz\ufeffNet soft\u00adhyphen",
    "combining": "Z\u0351\u036b\u0343a\u0324l\u0317g\u033bo\u0322 cafe\u0301 a\u0300\u0301\u0302\u0303\u0304",
    "right-to-left": "\u05e8\u05e9\u05ea \u05e2\u05de\u05d5\u05e7\u05d4 FooNet \u05dc\u05e1\u05d9\u05d5\u05d5\u05d2",
    "arabic": "نقترح FooNet، وهي طريقة أسرع بمقدار 2x من BERT على ImageNet.",
    "chinese": "我们提出FooNet，一种比BERT快2倍的剪枝方法。在ImageNet上准确率达到93.4%。",
    "japanese": "ＦｏｏＮｅｔ（フーネット）は、ＢＥＲＴより２．５倍速い。「剪定」",
    "hindi": "हम FooNet का प्रस्ताव करते हैं, जो BERT से १२% तेज़ है।",
    "emoji": "FooNet 🚀👩‍👩‍👧‍👦🏳️‍🌈 1️⃣ 👍🏽 is 2× faster than BERT 🔥",
    "astral": "𝓕𝓸𝓸𝓝𝓮𝓽 𝟐.𝟓× 𝕏 𝔹𝔼ℝ𝕋 𠜎𠜱",
    "ligatures": "ﬁne-tuning eﬃcient ﬂow ß İstanbul ıſK ǆ Ω",
    "spaces": "Foo\u00a0Net\u2003Bar\u3000Baz\u2028line\u2029paragraph\u0085next\ttab",
    "hyphens": "Foo‐Net Foo‑Net Foo–Net Foo—Net Foo−Net pre\u2011train",
    "quotes": "“FooNet” ‘BERT’ «x» „y‟ ′ ″ ` ´",
    "controls": "Foo\x00Net \x07bell \x1b[31mred\x1b[0m \x7f \x9b \ufffe \uffff",
    "surrogate": "Foo\ud800Net \udfff BERT",
    "private": "\ue000FooNet\uf8ff \U000f0000 \U0010ffff",
    # figures
    "figures": "FooNet is 2.5x, ×3, 1,000.5%, 10^-3, 1e9, −5 dB, ½, ², ٣٫٥, １０% faster than BERT by 0.0000x",
    "long-figure": f"FooNet is {'9' * 300}x faster than BERT, or {'1,000' * 60}%",
    "no-letters": "∞ → ∅ !!! ??? *** +++ … ~~",
    "long-word": "Foo" * 400 + "Net",
    "dots": "FooNet." * 60 + " e.g. i.e. et al. vs. A.B.C. 3.5.7.9",
    "brackets": "((((FooNet (FN (BERT [x {y" + ")" * 5 + "]" * 40,
}
