"""A knowledge graph of machine-learning papers, from their titles and abstracts."""
