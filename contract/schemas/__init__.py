"""An answer against the document in force: what the document promises and the answer does not keep."""

from contract.schemas.judge import Judge, conforms
from contract.schemas.violations import Violation

__all__ = ["Judge", "Violation", "conforms"]
