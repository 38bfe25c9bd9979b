"""A process that makes two clients; it tells what the second one cost, in seconds of CPU."""

from __future__ import annotations

import json
import sys
import time

from questionpro_client import QuestionPro

from .subject import KEY, LIST_BASE, SIZES, USER


def main() -> None:
    """Run the process; its argument is the server's URL."""
    url, size = json.loads(sys.argv[1]) + LIST_BASE, min(SIZES)
    with QuestionPro(api_key=KEY, base_url=url) as first:
        _ = first.images.list(USER, per_page=size).first_page
        start = time.process_time()
        with QuestionPro(api_key=KEY, base_url=url) as second:
            made = time.process_time()
            page = second.images.list(USER, per_page=size).first_page
            used = time.process_time()
    if len(page.response) != size:
        raise SystemExit(f"{len(page.response)} images instead of {size}")
    print(json.dumps({"made": made - start, "used": used - start}), flush=True)


if __name__ == "__main__":
    main()
