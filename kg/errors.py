"""The errors of the package.

    KGError                 anything a user can mend; the command line prints it as one line
    ├── InputError          a file or a row of it cannot be read as papers
    ├── OntologyError       a file of the ontology is broken or contradicts another one
    ├── QueryError          a SPARQL query that is wrong or not allowed
    ├── NotFoundError       a name that the graph or the ontology does not know
    ├── OutputError         an export cannot be written
    ├── ServerError         the server cannot listen or start its workers
    └── EngineError         a cluster cannot be reached, or its workers cannot do the work

A violation of the SHACL shapes is a value (`kg.validation.Violation`), not an error.
"""


def one_line(said: object) -> str:
    r"""Return `said` as one line of signs that can be seen, whatever names and texts it quotes.

    >>> one_line("a\nb.txt: \x1b[31mno \u202epapers")
    'a b.txt: �[31mno �papers'
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in str(said))


class KGError(Exception):
    """Say in one line what is wrong, where, and what to do about it."""


class InputError(KGError):
    """A file, or a row of it, that cannot be read as papers."""


class OntologyError(KGError):
    """A file of the ontology that is broken or contradicts another one."""


class QueryError(KGError):
    """A SPARQL query that is wrong or not allowed."""


class NotFoundError(KGError):
    """A name that the graph or the ontology does not know."""


class OutputError(KGError):
    """An export that cannot be written."""


class ServerError(KGError):
    """A server that cannot listen or start its workers."""


class EngineError(KGError):
    """A cluster that cannot be reached, or whose workers cannot do the work."""
