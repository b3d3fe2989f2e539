"""Results of a run: written as it goes, folded into one verdict for each requirement, read by every report."""

from contract.results.events import Cost, Fault, Judgement, Relevant, Run
from contract.results.exit_code import ExitCode, exit_code
from contract.results.fold import fold
from contract.results.outcome import Results, Row
from contract.results.record import Recorder
from contract.results.staleness import stale_entries
from contract.results.stored import load, load_events, save
from contract.results.verdict import Verdict, is_red, verdict_for_violation, why_warning

__all__ = [
    "Cost",
    "ExitCode",
    "Fault",
    "Judgement",
    "Recorder",
    "Relevant",
    "Results",
    "Row",
    "Run",
    "Verdict",
    "exit_code",
    "fold",
    "is_red",
    "load",
    "load_events",
    "save",
    "stale_entries",
    "verdict_for_violation",
    "why_warning",
]
