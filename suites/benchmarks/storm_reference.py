"""
How races on the reference end, and what survives its sudden end, over many rounds and on each store.

    python -m suites.benchmarks.storm_reference [--rounds 50] [--kills 10]

The self-tests do the same in a few rounds. The hash is a cheap one, so that the requests meet in the database; every
limit but those per peer address is in force. Exit code 1 where a race has another end than it must have, or an account
that was acknowledged is lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from suites.rig.postgres import postgres
from suites.selftest.reference import serving
from suites.selftest.storms import AT_ONCE, RACES, acknowledged_and_lost


def raced(store: str, database: str, rounds: int) -> bool:
    """Run every race *rounds* times, and print how they ended; return whether all ended as they must."""
    sound = True
    with serving("--database", database, "--control") as server:
        for race in RACES:
            ends = Counter(tuple(sorted(race.run(server))) for _ in range(rounds))
            for end, times in ends.items():
                statuses = ", ".join(f"{count} x {status}" for status, count in sorted(Counter(end).items()))
                print(f"{store}: {len(end)} {race.name} at once: {statuses}, in {times} of {rounds} rounds", flush=True)
            sound &= set(ends) == {tuple(race.expected)}
    return sound


def killed(store: str, database: str, kills: int, choice: random.Random) -> bool:
    """Kill the server in the midst of registrations *kills* times; return whether no account was lost."""
    numbers, lost = [], []
    for _ in range(kills):
        number, gone = acknowledged_and_lost(database, kill_after=choice.randint(1, AT_ONCE * 3 // 4))
        numbers.append(number)
        lost += gone
    print(
        f"{store}: killed {kills} times during {AT_ONCE} registrations at once, after {min(numbers)} to {max(numbers)} "
        f"were acknowledged, {sum(numbers)} in all; lost: {len(lost)}",
        flush=True,
    )
    return not lost


def main() -> int:
    """Do it on both stores; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="when the kills come")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        stores = {"SQLite": f"sqlite:{Path(folder) / 'auth.sqlite'}", "PostgreSQL": server.url}
        sound = [raced(store, database, chosen.rounds) for store, database in stores.items()]
        choice = random.Random(chosen.seed)
        sound += [killed(store, database, chosen.kills, choice) for store, database in stores.items()]
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main())
