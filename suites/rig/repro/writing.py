"""The steps of a script as lines of bash; repetitions are loops, races are released together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from contract.answers import Answer
from suites.rig.repro.declaring import Variables, made_up
from suites.rig.repro.ledger import Ledger
from suites.rig.repro.needed import Step, Uses
from suites.rig.repro.origins import Captured, Fresh, Variable
from suites.rig.repro.requests import Place, body_file, curl_options, is_for_curl, wire_bytes
from suites.rig.repro.shell import Naming, quoted
from suites.rig.repro.world import World

LOOP = 3  # so many equal steps in a row, or in a race, are a loop


class Writer:
    """Writes steps one after another into `lines`; `variables` are those that they need."""

    def __init__(self, ledger: Ledger, uses: Uses, place: Place, steps: Sequence[Step]) -> None:
        self.lines: list[str] = []
        needed = [number for step in steps for number in step.numbers]
        said_by = [{root: None for variable in uses[number] for root in variable.roots} for number in needed]
        self._roots = Counter(root for roots in said_by for root in roots)
        self.variables = Variables(ledger, self._roots)
        self._world = World(ledger.history, self.variables)
        self._ledger, self._uses, self._place, self._steps = ledger, uses, place, steps
        self._answers = ledger.history.answers

    def write(self, at_fault: int, verdict: str) -> None:
        """Write every step; *verdict* says what was expected of the answer at fault, and what came."""
        position = label = 0
        broken: Mapping[str, str] = {}
        while position < len(self._steps):
            step = self._steps[position]
            alike = self._alike(position, at_fault)
            label += 1
            self._between(step, broken)
            broken = step.broken
            if len(step.numbers) > 1:
                self._race(label, step.numbers)
                if at_fault in step.numbers:
                    self._add(f"concluded_race {label} {self._answers[at_fault].status} {quoted(verdict)}")
            elif step.numbers[0] == at_fault:
                self._last(label, at_fault, verdict)
            elif alike > 1:
                self._loop(label, step.numbers[0], alike)
            else:
                self._one(label, step.numbers[0])
            position += alike
        for dependency in broken:
            self._add("", *self._world.mended(dependency))

    def _add(self, *lines: str) -> None:
        self.lines += lines

    def _between(self, step: Step, broken_before: Mapping[str, str]) -> None:
        if step.pause_s:
            self._add(f"say 'waiting for {step.pause_s} s, as the test did'", f"sleep {step.pause_s}", "")
        if step.moved_s:
            self._add(*self._world.clock_moved(step.moved_s), "")
        for dependency in broken_before.keys() - step.broken.keys():
            self._add(*self._world.mended(dependency), "")
        for dependency, kind in step.broken.items() - broken_before.items():
            self._add(*self._world.broken(dependency, kind), "")

    # -- kinds of steps

    def _one(self, label: int, number: int) -> None:
        self._add(*self.variables.declare(self._uses[number]))
        self._add(*self._sent(str(label), number, self.variables.name_of))
        self._add(*self.variables.taken_from(number, str(label)), "")

    def _loop(self, label: int, number: int, count: int) -> None:
        self._add(*self.variables.declare(v for v in self._uses[number] if v not in self._own(number)))
        body = [*self._made_each_time(number), *self._sent(f"{label}.$i", number, self._names_in_a_loop(number))]
        self._add(f"for ((i = 1; i <= {count}; i++)); do", *indented(body), "done", "")

    def _race(self, label: int, numbers: Sequence[int]) -> None:
        self._add("# A race is a matter of chance: where it does not show, run the script again.")
        self._add(f"say {quoted(f'{label}. {title(self._answers[numbers[0]])}: {len(numbers)} at one moment')}")
        if len(numbers) >= LOOP and len({self._signature(number) for number in numbers}) == 1:
            number = numbers[0]
            self._add(*self.variables.declare(v for v in self._uses[number] if v not in self._own(number)))
            queued = self._queued(f"{label}.$i", number, self._names_in_a_loop(number))
            body = indented([*self._made_each_time(number), *queued])
            self._add(f"for ((i = 1; i <= {len(numbers)}; i++)); do", *body, "done")
        else:
            for index, number in enumerate(numbers, 1):
                self._add(*self.variables.declare(self._uses[number]))
                self._add(*self._queued(f"{label}.{index}", number, self.variables.name_of))
        self._add("race")
        for index, number in enumerate(numbers, 1):
            self._add(*self.variables.taken_from(number, f"{label}.{index}"))
        self._add("")

    def _last(self, label: int, number: int, verdict: str) -> None:
        answer, used, name_of = self._answers[number], self._uses[number], self.variables.name_of
        self._add(*self.variables.declare(used))
        self._add(f"say {quoted(f'{label}. {title(answer)}, the request at fault:')}")
        if is_for_curl(answer.request):
            self._add(*self._by_curl(f'curl "${{CURL[@]}}" -i -D "$DIR/{label}.head"', str(label), number, name_of))
        else:
            self._add(f'{wire_bytes(answer.request, self._place, used, name_of)} |\n  wire | tee "$DIR/{label}.head"')
        self._add(f"conclude {label} {answer.status} {quoted(verdict)}")

    # -- one request

    def _sent(self, label: str, number: int, name_of: Naming) -> list[str]:
        answer, used = self._answers[number], self._uses[number]
        said = f"{quoted_label(label)} {answer.status} {quoted(title(answer))}"
        if is_for_curl(answer.request):
            return self._by_curl(f"send {said}", label, number, name_of)
        sent = wire_bytes(answer.request, self._place, used, name_of)
        return [f'{sent} |\n  wire >"$DIR/{label}.head"', f"told {said}"]

    def _queued(self, label: str, number: int, name_of: Naming) -> list[str]:
        return self._by_curl(f"queue {quoted_label(label)}", label, number, name_of)

    def _by_curl(self, command: str, label: str, number: int, name_of: Naming) -> list[str]:
        request, used = self._answers[number].request, self._uses[number]
        file = f"$DIR/{label}.request"
        options = curl_options(request, self._place, used, name_of, file)
        return [*body_file(request, used, name_of, file), " \\\n  ".join([command, *options])]

    # -- repetitions

    def _alike(self, position: int, at_fault: int) -> int:
        """Return how many steps from *position* on are the same request with the same outcome: 1, or a loop's worth."""
        count = 0
        first, broken = self._steps[position].numbers[0], self._steps[position].broken
        for step in self._steps[position:]:
            number = step.numbers[0]
            apart = (
                len(step.numbers) > 1
                or number == at_fault
                or (count and (step.pause_s or step.moved_s or step.broken != broken))
            )
            if apart or self._is_taken_from(number) or not self._is_again(number, first):
                break
            count += 1
        return count if count >= LOOP else 1

    def _is_again(self, number: int, first: int) -> bool:
        one, other = self._answers[number], self._answers[first]
        return one.status == other.status and self._signature(number) == self._signature(first)

    def _signature(self, number: int) -> str:
        """Return what equal requests have in common: made-up values that only one of them says may differ."""
        own = self._own(number)
        request = self._answers[number].request
        if not is_for_curl(request):
            return str(number)
        options = curl_options(
            request,
            self._place,
            self._uses[number],
            lambda variable: in_a_loop(variable) if variable in own else f"V{id(variable)}",
            "",
        )
        return "\n".join([request.operation, *options])

    def _own(self, number: int) -> list[Variable]:
        """Return the made-up values that no other request says."""
        return [
            variable
            for variable in self._uses[number]
            if isinstance(variable.origin, Fresh) and self._roots[variable] == 1 and variable not in self._ledger.admins
        ]

    def _names_in_a_loop(self, number: int) -> Naming:
        own = self._own(number)
        return lambda variable: in_a_loop(variable) if variable in own else self.variables.name_of(variable)

    def _made_each_time(self, number: int) -> list[str]:
        origins = {variable: variable.origin for variable in self._own(number)}
        return [f"{in_a_loop(each)}={made_up(origin)}" for each, origin in origins.items() if isinstance(origin, Fresh)]

    def _is_taken_from(self, number: int) -> bool:
        return any(isinstance(root.origin, Captured) and root.origin.exchange == number for root in self._roots)


def title(answer: Answer) -> str:
    """Return a few words for the request of *answer*: its operation, else its method and path."""
    request = answer.request
    if not request.operation:
        return f"{request.method} {urlsplit(request.url).path}"[:60]
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: f" {match[1].lower()}", request.operation)


def in_a_loop(variable: Variable) -> str:
    """Return the name of a value that is made up anew each time round."""
    return f"EACH_{variable.base}"


def quoted_label(label: str) -> str:
    """Return the number of a step as a bash word."""
    return f'"{label}"' if "$" in label else label


def indented(lines: Sequence[str]) -> list[str]:
    """Return *lines*, each of which may be several, as the body of a loop."""
    return [f"  {line}" for text in lines for line in text.split("\n")]
