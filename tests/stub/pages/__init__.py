"""The stub's pages for people."""
