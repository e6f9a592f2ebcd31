"""The graph over HTTP: a SPARQL endpoint with an editor, named queries, and each node as a page and as RDF.

    listening   binds, starts and stops
      app         routes: what a request asks for, and what the answer looks like
        protocol    SPARQL 1.1 Protocol: the query of a request, content negotiation
        workers     a pool of processes; one that takes too long is killed and replaced
          worker      one such process: it has the store open and does the work
            nodes, description    what it says of a node and of itself

The process that listens never touches the store, so that no query can hold up another one.
"""
