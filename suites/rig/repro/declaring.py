"""The variables of a script: their names, and the lines of bash that give them their values."""

from __future__ import annotations

from collections.abc import Iterable

from contract.masking import mask_text
from suites.rig.repro.ledger import Ledger
from suites.rig.repro.origins import Captured, Changed, Code, Forged, Fresh, Given, Mailed, Minted, Variable
from suites.rig.repro.programs import program_of
from suites.rig.repro.shell import comment, parted, quoted, word

OF_THE_SHELL = frozenset("PATH HOME USER SHELL PWD IFS LANG TERM UID EUID DIR CURL RACE ORIGIN HOST BASE_URL".split())


class Variables:
    """
    The variables that a script was found to need so far.

    `required` are the checks of what the person who runs the script gives, `made_up` the lines for what is made up
    before anything is sent.
    """

    def __init__(self, ledger: Ledger, roots: Iterable[Variable]) -> None:
        self.required: list[str] = []
        self.made_up: list[str] = []
        self._ledger = ledger
        self._roots = list(roots)
        self._names: dict[Variable, str] = {}
        self._declared: set[Variable] = set()
        self._first_step: int | None = None

    def name_of(self, variable: Variable) -> str:
        """
        Return the name of *variable*.

        What a person gives has one without a number if that is free, and not so short that it may be set for another
        purpose: what stands in TOKEN is not for this target.
        """
        if variable not in self._names:
            taken = {*OF_THE_SHELL, *self._names.values()}
            bare = [variable.base] if isinstance(variable.origin, Given) and "_" in variable.base else []
            numbered = (f"{variable.base}_{number}" for number in range(1, len(taken) + 2))
            self._names[variable] = next(name for name in [*bare, *numbered] if name not in taken)
        return self._names[variable]

    def declare(self, variables: Iterable[Variable]) -> list[str]:
        """Return the lines that must come before a request that says *variables*."""
        lines: list[str] = []
        for variable in variables:
            for root in reversed(variable.roots):
                if root not in self._declared:
                    self._declared.add(root)
                    lines += self._lines(root)
        return lines

    def taken_from(self, number: int, label: str) -> list[str]:
        """Return the lines that take from answer *label*, of exchange *number*, what later requests say."""
        lines = []
        for root in self._roots:
            if isinstance(root.origin, Captured) and root.origin.exchange == number:
                part = f" {quoted(root.origin.expression)}" if root.origin.expression else ""
                lines.append(f"{self.name_of(root)}=$(take {label} {quoted(root.origin.place)}{part}) || exit 3")
        return lines

    def require(self, name: str, what: str) -> None:
        """Ask for the variable *name* before anything is sent."""
        line = f': "${{{name}:?set it to {plain(what)}}}"'
        if line not in self.required:
            self.required.append(line)

    def require_control(self) -> None:
        """Ask for the way to the target's control port."""
        self.require("CONTROL_URL", "the address of the control port, which the target says when it starts")
        self.require("CONTROL_SECRET", "the secret of the control port, which the target says when it starts")

    def _lines(self, variable: Variable) -> list[str]:
        name, origin = self.name_of(variable), variable.origin
        if isinstance(origin, Given):
            if origin.note:
                self.required += comment(f"{name}: {mask_text(origin.note)}")
            self.require(name, origin.what)
        elif isinstance(origin, Fresh):
            self.made_up.append(f'{name}="${{{name}:-{made_up(origin)}}}"')
            return self._admin(variable)
        elif isinstance(origin, Mailed):
            return self._mailed(name, origin)
        elif isinstance(origin, Changed):
            return [f'{name}=$(changed {quoted(origin.expression)} "${self.name_of(origin.of)}")']
        elif isinstance(origin, Forged):
            program = program_of(origin.derivation)
            said = [*origin.derivation.arguments, *origin.derivation.named.values()]
            keyed = any(isinstance(each, bytes) and each for each in said)
            note = comment("The bytes below are a key that the target had when the test ran.") if keyed else []
            return [
                *note,
                f"{name}=$(python3 - \"${self.name_of(origin.of)}\" <<'PY'",
                *program.splitlines(),
                "PY",
                ")",
            ]
        elif isinstance(origin, Minted):
            self.require_control()
            changes = word(parted(origin.changes, origin.told), self.name_of)
            return [f'{name}=$(minted "${self.name_of(origin.like)}" {changes}) || exit 3']
        elif isinstance(origin, Code):
            self._first_step = origin.step if self._first_step is None else self._first_step
            return [f'{name}=$(code "${self.name_of(origin.secret)}" {origin.step - self._first_step})']
        return []  # what an answer holds is taken when it has come

    def _mailed(self, name: str, origin: Mailed) -> list[str]:
        """Return the line that gets what was mailed: through the control port, else from whoever runs the script."""
        table = self._ledger.history.target.facilities.get("outbox", {})
        patterns = table.get("capture", {})
        pattern = patterns.get(origin.word) or next(iter(patterns.values()), "")
        said = self._ledger.history.said[origin.exchange]
        address = next(
            (each for each in self._ledger.variables.values() if each.base == "EMAIL" and each.value in said), None
        )
        if table.get("driver") != "control" or not pattern or address is None:
            return [f"ask {name} {quoted(f'the {origin.word} from the mail that the account got')}"]
        self.require_control()
        return [f'{name}=$(mailed "${self.name_of(address)}" {quoted(pattern)}) || exit 3']

    def _admin(self, email: Variable) -> list[str]:
        """Return the lines that make the account of *email*, where nobody registered it."""
        password = self._ledger.admins.get(email)
        if password is None:
            return []
        self.require_control()
        address, secret = self.name_of(email), self.name_of(password)
        members = f'{{"email": "\'"${address}"\'", "password": "\'"${secret}"\'", "role": "admin"}}'
        return [*self.declare([password]), f"control /accounts '{members}'", ""]


def made_up(origin: Fresh) -> str:
    """Return the bash text that makes a value up."""
    return f"{plain(origin.before)}$(fresh {quoted(origin.shape)}){plain(origin.after)}"


def plain(text: str) -> str:
    """Return *text* without what bash would read in a message between quotes and braces."""
    return "".join(character if character not in "\"'`$\\{}" else " " for character in text if character.isprintable())
