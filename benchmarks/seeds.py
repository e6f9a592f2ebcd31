"""Seeds: what the fuzzer begins with, a paper or two in each format with all that may be written around them."""

from __future__ import annotations

# one paper in each format, with what is written around it
SEEDS: dict[str, tuple[str, ...]] = {
    "listing": (
        "Get trending papers in your email inbox!\nSubscribeOn X\n\nWe study X in depth, and it works.\nMar 11\n",
        "On Y\nPublished on Mar 11\nby AK and the research community\nWe study Y: it is faster than X. It is good.\n",
    ),
    "html": (
        "<!DOCTYPE html><html><base href='/'><h3 class='list-title'><a href='/papers/2401.00001'>On X</a></h3>"
        "<p>Abstract: "
        "We study X, and find it to be good.<br></p><div class=title>On Y</div><ul><li>We study Y here, a lot.</ul>",
        "<html><meta name='citation_title' content='On X'><meta name='citation_abstract' content='We.'>"
        "<meta name='citation_author' content='Li, A'><meta name='citation_doi' content='10.1000/x'>",
        '<div data-props=\'{"dailyPapers":[{"paper":{"id":"2401.00001","title":"X","summary":"We."}}]}\'></div>',
    ),
    "huggingface": (
        '[{"paper": {"id": "2401.00001", "title": "On X", "summary": "We.", "authors": [{"name": "A Li", '
        '"hidden": false}],'
        ' "publishedAt": "2024-01-05T00:00:00.000Z", "githubRepo": "https://a.org/x"}, "submittedBy": {}}]',
    ),
    "atom": (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>'
        "<id>http://arxiv.org/abs/2401.00001v1</id><title>On X</title><summary>We &amp; they.</summary><author>"
        "<name>A Li"
        '</name></author><published>2024-01-05T00:00:00Z</published><link title="doi" '
        'href="https://doi.org/10.1000/x"/>'
        '<arxiv:journal_ref>J</arxiv:journal_ref><category term="cs.LG"/></entry></feed>',
        '<!DOCTYPE feed [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&a;</title></entry></feed>',
    ),
    "snapshot": (
        '{"id": "0704.0001", "title": "On X", "abstract": "We.", "categories": "cs.LG stat.ML", "doi": "10.1000/x",'
        ' "authors_parsed": [["Li", "A", ""]], "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 '
        '19:18:42 GMT"}]}\n',
    ),
    "semanticscholar": (
        '{"data": [{"paperId": "a", "title": "On X", "abstract": "We.", "externalIds": {"ArXiv": "2401.00001", '
        '"DOI": '
        '"10.1000/x"}, "authors": [{"name": "A Li"}], "year": 2024, "fieldsOfStudy": ["CS"], "openAccessPdf": '
        '{"url": '
        '"https://a.org"}}]}',
    ),
    "openalex": (
        '{"results": [{"id": "https://openalex.org/W1", "display_name": "On X", "abstract_inverted_index": '
        '{"We": [0, 2],'
        ' "study": [1]}, "doi": "https://doi.org/10.1000/x", "publication_date": "2024-01-05", "authorships": '
        '[{"author":'
        ' {"display_name": "A Li"}}], "primary_location": {"source": {"display_name": "J"}}, "topics": []}]}',
    ),
    "crossref": (
        '{"message-type": "work", "message": {"items": [{"DOI": "10.1000/x", "title": ["On X"], "abstract": '
        '"<jats:p>We.'
        '</jats:p>", "author": [{"family": "Li", "given": "A"}], "issued": {"date-parts": [[2024, 1]]}, "URL": '
        '"http://a"}]}}',
    ),
    "bibtex": (
        "@string{j = {J}}\n@comment{x}\n@proceedings{p, year=2024, booktitle={B}}\n@article{x, title={On {X}}, "
        "abstract = "
        '"We study {\\\'e}lan $x^2$.", author={Li, A and Wu, B}, journal = j # "x", month=jan, '
        "eprint={2401.00001}}\n",
    ),
    "ris": (
        "TY  - JOUR\nTI  - On X\nT2  - J\nAB  - We study\n X.\nAU  - Li, A.\nPY  - 2024/01/05/\nDO  - "
        "10.1000/x\nKW  - a\n"
        "UR  - https://a.org\nER  - \n",
    ),
    "csl": (
        '[{"type": "article-journal", "title": "On X", "abstract": "We.", "author": [{"family": "Li", "given": "A", '
        '"non-dropping-particle": "de"}], "issued": {"date-parts": [["2024", 1]]}, "container-title": "J", '
        '"keyword": "a, b"}]',
    ),
    "markdown": (
        "# Arxiv 2024-01-05\n\n---\n### 1. [On X and its Y](https://arxiv.org/abs/2401.00001)\n- **Authors**: A "
        "Li, B Wu\n"
        "**Categories**: `cs.LG`\n<summary>Abstract</summary>\n\nWe study X.\n***\n## On Y ##\n**Abstract (ZH)**: z\n"
        "__Abstract__: We.\n",
    ),
    "table": (
        'id,Title,Abstract,Author(s)\n1,"On X, ""Y""","We\nstudy.","Li, A; Wu, B"\n',
        "Title\tAbstract\tYear\nOn X\tWe.\t2024\n",
    ),
    "rows": (
        '{"Title": "On X", "Abstract": "We.", "keywords": "a; b", "url": '
        '"https://arxiv.org/abs/2401.00001"}\n{"title": "Y"}\n',
        "{'title': 'On X', 'abstract': 'We.', 'date': datetime.datetime(2024, 1, 5, 0, 0), '_id': "
        "ObjectId('a1'), 'n': nan}",
        '{"papers": [{"title": "On X",\n "abstract": "We."},\n {"title": "On Y", "abstract": broken},\n '
        '{"title": "Z"}]}',
    ),
}
# what a text may hold that is cleaned
MARKUP = (
    r"$O(n^2)$ at 63\% of {\'e}lite $\alpha$-\textbf{Net} &amp; <i>co</i>, \frac{a}{b}, $\frac{1}{x_{i,j}}$, "
    r"\c{c} \"o",
    r"<jats:title>Abstract</jats:title><jats:p>10<sup>6</sup> <mml:math>x</mml:math></jats:p> &#60;b&#x3e; "
    r"&amp;lt;i&gt;",
    r"pay $5 or $6, \(y\) and \[z^2\], $$x = 1$$, \url{https://a.org} \cite[p.~1]{a,b} {\bf x} {\it y} \\ \, "
    r"\unknown",
)
