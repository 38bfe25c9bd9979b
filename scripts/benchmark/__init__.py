"""Speed and memory, measured against the other ways to do the same; `scripts/bench.py` runs it."""
