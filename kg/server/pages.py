"""The pages that the server writes: templates of ``web/templates``, filled in with everything escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.sparql import TERMS

if TYPE_CHECKING:
    from jinja2 import Environment

ONTOLOGY = TERMS.rstrip("#")


def page(template: str, /, **values: Any) -> str:
    """Return the page of the `template` with the `values` in it."""
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = files("kg").joinpath("web", "templates")
    return Environment(
        autoescape=True,
        loader=FileSystemLoader(str(folder)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def link(iri: str, base: str) -> str:
    """Return the address on this server of what `iri` names, the IRI itself if it is elsewhere, or nothing.

    >>> link("https://w3id.org/mlkg/model/bert", "https://w3id.org/mlkg/")
    '/model/bert'
    >>> link("javascript:alert(1)", "https://w3id.org/mlkg/")
    ''
    """
    if iri == ONTOLOGY or iri.startswith(TERMS):
        return "/ontology" + quote(iri[len(ONTOLOGY) :], safe="#")
    if base and iri.startswith(base):
        return "/" + quote(iri[len(base) :], safe="/#:@!$&'()*+,;=-._~")
    return iri if iri.startswith(("http://", "https://")) else ""
