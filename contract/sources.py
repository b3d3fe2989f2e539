"""Where the sources that requirements cite can be read. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAMED = re.compile(
    r"RFC (?P<rfc>\d+)(?: §(?P<first>[\d.]*\d))?"
    r"|§(?P<section>[\d.]*\d)"
    r"|CWE-(?P<cwe>\d+)"
    r"|OWASP ASVS 5\.0"
    r"|(?:OWASP )?API(?P<risk>\d+):2023"
    r"|NIST SP 800-63B-4"
    r"|OWASP (?P<sheet>[A-Z]\w+(?: \w+)*?) Cheat Sheet"
    r"|(?P<draft>draft-[a-z0-9-]+)"
    r"|Fetch Standard"
)
_RISKS = {
    "1": "broken-object-level-authorization",
    "2": "broken-authentication",
    "3": "broken-object-property-level-authorization",
    "4": "unrestricted-resource-consumption",
    "5": "broken-function-level-authorization",
    "6": "unrestricted-access-to-sensitive-business-flows",
    "7": "server-side-request-forgery",
    "8": "security-misconfiguration",
    "9": "improper-inventory-management",
    "10": "unsafe-consumption-of-apis",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source's text, and the address of what it names, "" where it names nothing that has one."""

    text: str
    url: str = ""


def pieces(source: str) -> Iterator[Piece]:
    """
    Yield *source* in pieces; together they are *source*. A section belongs to the RFC before it.

    >>> [piece.url for piece in pieces("RFC 9110 §15.5.2, §11.6.1") if piece.url]
    ['https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2', 'https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1']
    """
    done, document = 0, ""
    for found in _NAMED.finditer(source):
        url = _address(found, document)
        if not found["section"]:
            document = url.partition("#")[0] if found["rfc"] else ""
        if found.start() > done:
            yield Piece(source[done : found.start()])
        yield Piece(found[0], url)
        done = found.end()
    if done < len(source):
        yield Piece(source[done:])


def _address(found: re.Match[str], document: str) -> str:
    """Return the address of what was *found*; *document* is that of the RFC named before it, or ""."""
    if found["rfc"]:
        section = f"#section-{found['first']}" if found["first"] else ""
        return f"https://www.rfc-editor.org/rfc/rfc{found['rfc']}{section}"
    if found["section"]:
        return f"{document}#section-{found['section']}" if document else ""
    if found["cwe"]:
        return f"https://cwe.mitre.org/data/definitions/{found['cwe']}.html"
    if found["risk"]:
        name = _RISKS.get(found["risk"], "")
        return f"https://owasp.org/API-Security/editions/2023/en/0xa{int(found['risk']):x}-{name}/" if name else ""
    if found["sheet"]:
        name = found["sheet"].replace(" ", "_")
        return f"https://cheatsheetseries.owasp.org/cheatsheets/{name}_Cheat_Sheet.html"
    if found["draft"]:
        return f"https://datatracker.ietf.org/doc/html/{found['draft']}"
    return {
        "OWASP ASVS 5.0": "https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/en",
        "NIST SP 800-63B-4": "https://pages.nist.gov/800-63-4/sp800-63b.html",
        "Fetch Standard": "https://fetch.spec.whatwg.org/",
    }[found[0]]
