"""Finders: each a function from the words of a paper to what one rule finds there.

    words → abbreviations → terms, names → compositions → repeats → mentions
          → roles, improvements, results

Every mention and relation carries the name of the rule that found it. `kg.pipeline` runs them as the
components of a spaCy pipeline.
"""
