"""
Breaking what a target depends on, from outside, and repairing it whatever happens.

`driver_for` makes what `[facilities.faults]` describes: proxies of the rig, shell commands, or Toxiproxy. The work is
done in the keeper, a process that writes each repair into the run's journal before it breaks anything, strikes it out
afterwards, and repairs by itself when the run is killed. What the keeper, too, has left broken,
`python -m suites.rig.faults.repair JOURNAL` repairs.
"""

from contract.outages import FaultKind, Reply
from suites.rig.faults.breaking import Dependency, Faults, Outage, driver_for

__all__ = ["Dependency", "FaultKind", "Faults", "Outage", "Reply", "driver_for"]
