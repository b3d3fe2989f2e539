"""
How long a report of a whole run takes, how much memory, and how large the page is.

    python -m suites.benchmarks.bench_reports     135 requirements with 20,000 exchanges, no two alike

Exit code 1 where it takes more than 5 s or 400 MB, or the page is larger than 5 MB. The time is the best of three fresh
processes that read results.json and write every form, as `python -m reports render` does; the memory is the most.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contract.results import save
from suites.selftest.large_run import large_run

EXCHANGES = 20_000
MOST_S, MOST_MB, MOST_PAGE_MB = 5.0, 400, 5.0
MB = 2**20
ROUNDS = 3


def main() -> int:
    """Measure once, print the figures, and say whether they are within the limits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = large_run(failing=120, exchanges=EXCHANGES, each=12)
        held = sum(len(each.exchanges) for each in results.judgements)
        file = save(results, folder)
        size_mb = file.stat().st_size / MB
        del results
        took_s = min(rendered_s(name) for _ in range(ROUNDS))
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        page_mb = (folder / "report.html").stat().st_size / MB
    memory_mb = used.ru_maxrss / 1024  # kilobytes on Linux
    cpu_s = (used.ru_utime + used.ru_stime) / ROUNDS
    print(f"{held} exchanges in {size_mb:.1f} MB of results.json, every form")
    print(f"{took_s:.2f} s ({cpu_s:.2f} s of CPU), {memory_mb:.0f} MB at the most, page {page_mb:.2f} MB")
    return int(took_s > MOST_S or memory_mb > MOST_MB or page_mb > MOST_PAGE_MB)


def rendered_s(folder: str) -> float:
    """Return how many seconds it takes to render the run in *folder*."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "reports", "render", folder], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == "__main__":
    raise SystemExit(main())
