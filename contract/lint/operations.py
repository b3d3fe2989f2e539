"""Rules about what every operation says of itself, and about what it refers to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from contract.document import Document, child
from contract.document.operations import mapping
from contract.document.pointers import of_reference
from contract.document.references import nearest
from contract.errors import unknown
from contract.lint.rule import Place, rule


@rule(
    "LINT-OPERATION-ID",
    statement="Every operation has an operationId of its own.",
    source="OpenAPI 3.1.1 section 4.8.10; that there must be one is this project's rule",
    cause="A new operation was copied from an old one, or written by hand without a name.",
)
def operation_id(document: Document) -> Iterator[Place]:
    """Results, links and target files name operations by it."""
    first: dict[str, str] = {}
    for operation in document.all_operations:
        if not operation.id:
            yield operation.pointer, f"{operation.label} has no operationId."
        elif operation.id in first:
            place = child(operation.pointer, "operationId")
            yield place, f"the operationId '{operation.id}' is already that of {first[operation.id]}."
        else:
            first[operation.id] = operation.label


@rule(
    "LINT-DESCRIPTION",
    statement="Every operation has a summary or a description.",
    source="this project's rule",
    cause="The path was thought to say it all.",
)
def description(document: Document) -> Iterator[Place]:
    """A reader learns what it does, not only what it is called."""
    for operation in document.all_operations:
        if not (operation.summary.strip() or operation.description.strip()):
            yield operation.pointer, f"{operation.label} has neither a summary nor a description."


@rule(
    "LINT-SUCCESS",
    statement="Every operation documents how it succeeds: a 2xx or a 3xx.",
    source="OpenAPI 3.1.1 section 4.8.16",
    cause="Only 'default' is documented, or only the refusals.",
)
def success(document: Document) -> Iterator[Place]:
    """An operation that is documented to fail only is documented wrongly."""
    for operation in document.all_operations:
        if not any(status.startswith(("1", "2", "3")) for status in operation.responses):
            yield child(operation.pointer, "responses"), f"{operation.label} documents no success."


@rule(
    "LINT-PATH-PARAMETER",
    statement="The variables of a path and its path parameters are the same, each required.",
    source="OpenAPI 3.1.1 section 4.8.12.1",
    cause="The path was renamed and the parameter was not.",
)
def path_parameter(document: Document) -> Iterator[Place]:
    """A path that cannot be filled cannot be requested."""
    for operation in document.all_operations:
        variables = re.findall(r"\{([^{}]*)\}", operation.path)
        declared = {each.name: each for each in operation.parameters if each.place == "path"}
        for name in variables:
            if name not in declared:
                yield operation.pointer, f"{operation.label} declares no parameter for {{{name}}}."
        for name, parameter in declared.items():
            if name not in variables:
                yield parameter.pointer, f"the path parameter '{name}' is not in the path {operation.path}."
            elif not parameter.required:
                yield parameter.pointer, f"the path parameter '{name}' must be 'required: true'."
        for name, times in Counter(variables).items():
            if times > 1:
                yield operation.pointer, f"{operation.label} has {{{name}}} {times} times."


@rule(
    "LINT-SECURITY-SCHEME",
    statement="Every security scheme that is asked for is defined under components/securitySchemes.",
    source="OpenAPI 3.1.1 section 4.8.30",
    cause="The scheme was renamed, or copied from another document together with the operation.",
)
def security_scheme(document: Document) -> Iterator[Place]:
    """A scheme that is not defined protects nothing."""
    defined = mapping(document.data.get("components"), "securitySchemes")
    owners = [(document.data, ""), *((document.at(each.pointer), each.pointer) for each in document.all_operations)]
    for owner, pointer in owners:
        requirements = owner.get("security")
        for index, requirement in enumerate(requirements if isinstance(requirements, list) else []):
            for name in requirement if isinstance(requirement, dict) else ():
                if name not in defined:
                    yield child(pointer, "security", index, name), unknown("security scheme", name, defined)


@rule(
    "LINT-LINK",
    statement="Every link leads to an operation of this document.",
    source="OpenAPI 3.1.1 section 4.8.20",
    cause="The operation was renamed and the link was not.",
)
def link(document: Document) -> Iterator[Place]:
    """Tools follow links to find sequences of calls; a broken one silently ends them."""
    for operation in document.all_operations:
        for response in operation.responses.values():
            for key, given in mapping(document.at(response.pointer), "links").items():
                node, pointer = document.resolve(given, child(response.pointer, "links", key))
                name, reference = (mapping({"link": node}, "link").get(key) for key in ("operationId", "operationRef"))
                if isinstance(name, str) and name not in document.operations:
                    hint = nearest(name, document.operations)
                    yield child(pointer, "operationId"), f"the link leads to no operation: '{name}'.{hint}"
                elif isinstance(reference, str) and not _is_operation(document, reference):
                    place = child(pointer, "operationRef")
                    yield place, f"the link leads to no operation of this document: '{reference}'."


def _is_operation(document: Document, reference: str) -> bool:
    pointers = {operation.pointer for operation in document.all_operations}
    return reference.startswith("#/") and of_reference(reference) in pointers
