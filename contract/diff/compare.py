"""Comparing two documents."""

from __future__ import annotations

from contract.diff import operations, requests, responses, security
from contract.diff.change import Change, Findings, Found
from contract.diff.schemas.walk import Walk
from contract.diff.sides import sides as sides_of
from contract.document import Document, OperationSpec


def changes(old: Document, new: Document) -> list[Change]:
    """
    Return every change from *old* to *new*, by the line of *new* on which it stands.

    Raises:
        BindingError: more changes, or more work, than is bearable; one line.
    """
    sides = sides_of(old, new)
    findings = Findings(old, new)
    walk = Walk(sides, findings)
    matches, removed, added = operations.matched(sides)
    for one in removed:
        findings.add(Found("DIFF-OPERATION-REMOVED", "is gone.", one.pointer, one.pointer), _names(one))
    for one in added:
        findings.add(Found("DIFF-OPERATION-ADDED", "is new.", one.pointer, one.pointer), _names(one))
    for before, after, renamed in matches:
        found = [
            *security.requirements(sides, before, after),
            *operations.itself(sides, before, after, renamed),
        ]
        if renamed or not sides.same(before.pointer, after.pointer):
            found += requests.parameters(sides, before, after, renamed, walk)
            found += requests.body(sides, before, after, walk)
            found += responses.responses(sides, before, after, walk)
        for each in found:
            findings.add(each, _names(after))
    walk.run()
    for each in (*operations.servers(sides), *operations.webhooks(sides)):
        findings.add(each)
    for name, each in security.schemes(sides):
        using = [one for one in new.all_operations if any(name in requirement for requirement in one.security)]
        findings.add(each, *map(_names, using))
    return sorted(
        findings, key=lambda each: (each.new.line, each.new.pointer, each.old.pointer, each.rule, each.direction)
    )


def _names(operation: OperationSpec) -> tuple[str, str]:
    return operation.label, operation.id
