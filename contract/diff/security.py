"""What is asked of a caller: security requirements of operations, and the schemes that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract.diff.change import Found
from contract.diff.sides import Sides
from contract.document import Document, OperationSpec, child
from contract.document.operations import SecurityRequirement, mapping

_DEFINES = ("type", "scheme", "in", "name", "openIdConnectUrl")
_ADVISED_AGAINST = ("implicit", "password")


def requirements(sides: Sides, old: OperationSpec, new: OperationSpec) -> Iterator[Found]:
    """Yield what became of the credentials that an operation needs."""
    before, after = _places(sides.old, old), _places(sides.new, new)

    def found(rule: str, message: str) -> Found:
        return Found(f"DIFF-{rule}", message, before, after, subject=message)

    if old.security and not new.security:
        yield found("SECURITY-DROPPED", "needs no credentials any more.")
        return
    if not old.security and new.security:
        if new.secured:
            yield found("SECURITY-ADDED", f"needs credentials: {_said(new)}.")
        return
    if old.secured and new.security and not new.secured:
        yield found("SECURITY-OPTIONAL", "may be called without credentials.")
    elif new.secured and old.security and not old.secured:
        yield found("SECURITY-ADDED", "may no longer be called without credentials.")
    left = [each for each in old.security if each]
    unmatched = []
    for each in (each for each in new.security if each):
        same = next((one for one in left if set(one) == set(each)), None)
        if same is None:
            unmatched.append(each)
        else:
            left.remove(same)
            yield from _scopes(same, each, found)
    for one, each in zip(left, unmatched, strict=False):
        yield from _schemes(one, each, found)
    for each in unmatched[len(left) :]:
        yield found("SECURITY-ALTERNATIVE-ADDED", f"may also be called with {_named(each)}.")
    for one in left[len(unmatched) :]:
        yield found("SECURITY-ALTERNATIVE-REMOVED", f"may no longer be called with {_named(one)}.")


def _scopes(old: SecurityRequirement, new: SecurityRequirement, found: Any) -> Iterator[Found]:
    for scheme in old:
        dropped, added = set(old[scheme]) - set(new[scheme]), set(new[scheme]) - set(old[scheme])
        if dropped:
            yield found("SCOPE-DROPPED", f"no longer needs {', '.join(sorted(dropped))} ({scheme}).")
        if added:
            yield found("SCOPE-ADDED", f"needs {', '.join(sorted(added))} ({scheme}).")


def _schemes(old: SecurityRequirement, new: SecurityRequirement, found: Any) -> Iterator[Found]:
    """Yield what became of one way to be let in that has other schemes now."""
    dropped, added = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    if dropped and added:
        yield found("SECURITY-ALTERNATIVE-REMOVED", f"may no longer be called with {_named(old)}.")
        yield found("SECURITY-ALTERNATIVE-ADDED", f"may be called with {_named(new)}.")
    elif dropped:
        yield found("SCHEME-DROPPED", f"no longer needs {' and '.join(dropped)} beside the rest.")
    elif added:
        yield found("SCHEME-DEMANDED", f"needs {' and '.join(added)} too.")


def schemes(sides: Sides) -> Iterator[tuple[str, Found]]:
    """Yield what became of each security scheme that both documents define, with its name."""
    old, new = (mapping(mapping(side.data, "components"), "securitySchemes") for side in (sides.old, sides.new))
    for name in old:
        if name in new:
            pointer = child("/components/securitySchemes", name)
            before, before_at = sides.old.resolve(old[name], pointer)
            after, after_at = sides.new.resolve(new[name], pointer)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from ((name, found) for found in _scheme(name, (before, before_at), (after, after_at)))


def _scheme(name: str, old: tuple[dict[str, Any], str], new: tuple[dict[str, Any], str]) -> Iterator[Found]:
    (before, before_at), (after, after_at) = old, new
    changed = [key for key in _DEFINES if _plain(before.get(key)) != _plain(after.get(key))]
    if changed:
        rule = "DIFF-SCHEME-WEAKER" if _strength(after) < _strength(before) else "DIFF-SCHEME-CHANGED"
        place = child("", changed[0])
        message = f"the scheme '{name}' is {_kind(after)}, was {_kind(before)}."
        yield Found(rule, message, before_at + place, after_at + place)
    if before.get("bearerFormat") != after.get("bearerFormat"):
        message = (
            f"tokens of '{name}' are {after.get('bearerFormat', 'of any form')}, were {before.get('bearerFormat')}."
        )
        yield Found("DIFF-TOKEN-FORMAT", message, f"{before_at}/bearerFormat", f"{after_at}/bearerFormat")
    flows_before, flows = mapping(before, "flows"), mapping(after, "flows")
    for flow in dict.fromkeys([*flows_before, *flows]):
        old_flow, new_flow = f"{before_at}/flows/{flow}", f"{after_at}/flows/{flow}"
        if flow not in flows_before and flow in _ADVISED_AGAINST:
            yield Found("DIFF-OAUTH-FLOW-ADDED", f"'{name}' allows the {flow} flow.", old_flow, new_flow)
        elif flow in flows_before and _lost(flows_before[flow], flows.get(flow)):
            message = f"the {flow} flow of '{name}' is {'another one' if flow in flows else 'gone'}."
            yield Found("DIFF-OAUTH-FLOW-CHANGED", message, old_flow, new_flow)


def _lost(old: Any, new: Any) -> bool:
    """Whether a client of the flow *old* finds an address or a scope of it gone in *new*."""
    if not isinstance(new, dict):
        return True
    addresses = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")
    gone = set(mapping(old, "scopes")) - set(mapping(new, "scopes"))
    return bool(gone) or any(old.get(key) != new.get(key) for key in addresses if isinstance(old, dict))


def _strength(scheme: Mapping[str, Any]) -> int:
    """Return how hard it is to steal what is sent, and to use it: mutual TLS, tokens, keys, passwords, addresses."""
    kind, name = scheme.get("type"), _plain(scheme.get("scheme"))
    if kind == "apiKey":
        return 0 if scheme.get("in") == "query" else 2
    if kind == "http" and name == "basic":
        return 1
    return {"mutualTLS": 5, "oauth2": 4, "openIdConnect": 4}.get(str(kind), 3)


def _kind(scheme: Mapping[str, Any]) -> str:
    return " ".join(str(scheme[key]) for key in ("type", "scheme", "in", "name") if key in scheme)


def _plain(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _places(document: Document, operation: OperationSpec) -> str:
    own = child(operation.pointer, "security")
    node = document.at(operation.pointer)
    return own if "security" in node or "security" not in document.data else "/security"


def _said(operation: OperationSpec) -> str:
    return ", or ".join(map(_named, operation.security))


def _named(requirement: SecurityRequirement) -> str:
    return " and ".join(requirement) or "nothing"
