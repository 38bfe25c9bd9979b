"""A process that does one case of one peer, as often as it is told to.

It reads lines like ``{"count": 200}`` and answers each with the time that it took. It does the case
once before, so that imports, connections and caches are not measured.
"""

from __future__ import annotations

import gc
import json
import sys
import time

from .decoding_calls import decoding
from .memory import Peak
from .peers import Missing
from .raw_calls import ASYNC, SYNC, creation, listing
from .typed_calls import calling
from .upload_calls import uploading
from .work import Case, Order, Work

TYPED_CASES: dict[str, Case] = {
    "list": calling,
    "create": calling,
    "decode": decoding,
    "upload": uploading,
}
RAW_CASES: dict[str, Case] = {**TYPED_CASES, "list": listing, "create": creation}


def case(order: Order) -> Case:
    """Who knows how to do it."""
    by_hand = order.peer in {*SYNC, *ASYNC}
    return (RAW_CASES if by_hand else TYPED_CASES)[order.case]


def measured(work: Work, count: int) -> dict[str, float | None]:
    """Do the work, and tell seconds of CPU and of the clock, and the extra memory in MiB."""
    gc.collect()
    peak = Peak()
    cpu, clock = time.process_time(), time.perf_counter()
    work(count)
    spent, passed = time.process_time() - cpu, time.perf_counter() - clock
    return {"cpu": spent, "clock": passed, "memory": peak.extra()}


def main() -> None:
    """Run the process; its argument is the order."""
    order = Order(**json.loads(sys.argv[1]))
    try:
        with case(order)(order) as work:
            if order.case != "upload":
                work(3 * order.tasks)
            print(json.dumps({"ready": True}), flush=True)
            for line in sys.stdin:
                print(json.dumps(measured(work, json.loads(line)["count"])), flush=True)
    except Missing as error:
        print(json.dumps({"missing": str(error)}), flush=True)


if __name__ == "__main__":
    main()
