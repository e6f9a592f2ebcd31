"""The version of the program and of the graphs it writes."""

VERSION = "0.1.0"
