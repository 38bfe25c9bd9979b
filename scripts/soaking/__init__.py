"""The stub under many requests, one in twenty of them malformed: what a long life does to it."""
