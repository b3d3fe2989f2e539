"""Recorded traffic against a document: what is found in an archive, what is left out, and what is no archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contract.__main__ import main
from contract.document import CONTRACT_FILE
from contract.drift.result import Drift
from reports.forms import of_drift

SCHEMA = json.loads((CONTRACT_FILE.parent / "drift" / "drift.schema.json").read_text(encoding="utf-8"))
BASELINE = {"X-Request-ID": "7c9e6679-7425-40de", "Cache-Control": "no-store", "Content-Type": "application/json"}
USER = {
    "id": "018f5e0c-7d1a-4c1e-9a41-6f2f8a1b2c3d",
    "email": "ada@example.com",
    "displayName": None,
    "role": "user",
    "disabled": False,
    "mfaEnabled": False,
    "createdAt": "2026-11-20T09:30:00Z",
}


def entry(method: str, path: str, status: int, body: Any = None, **fields: str) -> dict[str, Any]:
    """Return one exchange of an archive."""
    text = json.dumps(body) if body is not None else ""
    headers = BASELINE | {name.replace("_", "-"): value for name, value in fields.items()}
    content = {"size": len(text), "mimeType": headers["Content-Type"], "text": text}
    return {
        "request": {"method": method, "url": f"https://api.example.com{path}", "headers": []},
        "response": {
            "status": status,
            "headers": [
                {"name": name, "value": value} for name, value in headers.items() if body or "Type" not in name
            ],
            "content": content,
        },
    }


def archive(folder: Path, *entries: Any) -> Path:
    path = folder / "capture.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return path


def judged(capture: Path, *options: str) -> tuple[int, Drift]:
    """Return the exit code for *capture*, and what was written, which satisfies its schema."""
    to = capture.with_name("drift.json")
    code = main(["drift", str(capture), f"--json={to}", *options])
    document = json.loads(to.read_text("utf-8"))
    jsonschema_rs.validator_for(SCHEMA).validate(document)
    drift = Drift.from_json(document)
    assert drift.to_json() == document
    return code, drift


def test_traffic_that_keeps_the_contract_is_good(tmp_path):
    code, drift = judged(archive(tmp_path, entry("GET", "/api/v1/users/me", 200, USER)))

    assert (code, drift.findings, drift.judged) == (0, (), 1)


def test_each_difference_is_found_on_its_pointer_with_the_line_of_the_document(tmp_path):
    wrong = USER | {"id": 7, "plan": "gold"}
    entries = [entry("GET", "/api/v1/users/me", 200, wrong)] * 2 + [
        entry("POST", "/api/v1/auth/logout", 200, {"ok": True})
    ]

    code, drift = judged(archive(tmp_path, *entries))

    assert code == 1
    assert {(each.rule, each.label, each.status, each.pointer, each.count) for each in drift.findings} == {
        ("DRIFT-FIELD-TYPE", "GET /users/me", 200, "/id", 2),
        ("DRIFT-FIELD-UNDOCUMENTED", "GET /users/me", 200, "/plan", 2),
        ("DRIFT-STATUS", "POST /auth/logout", 200, "", 1),
    }
    lines = CONTRACT_FILE.read_text("utf-8").splitlines()
    (of_type,) = [each for each in drift.findings if each.rule == "DRIFT-FIELD-TYPE"]
    assert "id: { type: string, format: uuid }" in lines[of_type.line - 1]


def test_what_no_document_knows_is_found_and_other_hosts_paths_are_left_out(tmp_path):
    entries = [
        entry("GET", "/api/v1/internal/metrics", 200, {"up": 1}),
        entry("GET", "/api/v1/nowhere", 404, {"a": 1}),
        entry("GET", "/index.html", 200, {"a": 1}),
        entry("GET", "/api/v1/users/me", 200, USER),
    ]

    code, drift = judged(archive(tmp_path, *entries))

    assert (code, [(each.rule, each.label) for each in drift.findings]) == (
        1,
        [("DRIFT-OPERATION-UNDOCUMENTED", "GET /internal/metrics")],
    )
    assert drift.left_out == ("1 exchanges are not below /api/v1, or are no well-formed HTTP.",)


def test_an_operation_that_is_only_ever_absent_is_missing(tmp_path):
    _, drift = judged(archive(tmp_path, entry("POST", "/api/v1/auth/mfa/disable", 404, {"a": 1})))

    assert [(each.rule, each.label) for each in drift.findings] == [
        ("DRIFT-OPERATION-MISSING", "POST /auth/mfa/disable")
    ]


def test_a_body_that_was_not_recorded_accuses_nobody(tmp_path):
    recorded = entry("GET", "/api/v1/users/me", 200, USER)
    del recorded["response"]["content"]["text"]

    code, drift = judged(archive(tmp_path, recorded))

    assert (code, drift.findings) == (0, ())
    assert drift.left_out == ("of 1 answers the body was not recorded; only status and header fields are judged.",)


def test_a_known_failure_excuses_one_operation_and_status(tmp_path):
    known = tmp_path / "known.toml"
    known.write_text(
        '[[known_failure]]\nrequirement = "DRIFT-STATUS"\noperation = "logoutUser"\nactual = "200"\n'
        'reason = "ACME-9"\nowner = "team"\nuntil = 2999-12-31\n',
        encoding="utf-8",
    )
    capture = archive(tmp_path, entry("POST", "/api/v1/auth/logout", 200, {"ok": True}))

    code, drift = judged(capture, f"--known-failures={known}")

    assert (code, [each.known_failure.reason for each in drift.findings if each.known_failure]) == (0, ["ACME-9"])


def test_refusals_are_told_with_their_exchange_or_why_there_is_none(tmp_path, capsys):
    problem = {"type": "urn:authproof:problem:invalid-token", "title": "x", "status": 401, "requestId": "7c9e6679-7425"}
    fields = {"Content_Type": "application/problem+json", "WWW_Authenticate": "Bearer"}
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    refused = entry("GET", "/api/v1/users/me", 401, problem, **fields)

    _, drift = judged(archive(tmp_path, refused), "--statuses")

    said = {(each.label, each.status): each for each in drift.statuses}
    assert said["GET /users/me", "401"].reached
    assert said["GET /users/me", "503"].why == "no exchange of the traffic gave 503 to GET /users/me."
    assert "GET /users/me 401: GET https://api.example.com/api/v1/users/me" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON; an HTTP Archive (HAR 1.2) is due."),
        ("[" * 100_000, "is no JSON; an HTTP Archive (HAR 1.2) is due."),
        ("{}", "has no list /log/entries; an HTTP Archive (HAR 1.2) is due."),
        ('{"log": {"entries": [{"request": 1}]}}', "/log/entries/0 is no exchange of HAR 1.2."),
    ],
)
def test_what_is_no_archive_is_one_line(tmp_path, capsys, text, said):
    path = tmp_path / "x.har"
    path.write_text(text, encoding="utf-8")

    assert main(["drift", str(path)]) == 2
    assert capsys.readouterr().err == f"{path}: {said}\n"


def test_traffic_with_another_api_judges_nothing(tmp_path):
    assert judged(archive(tmp_path, entry("GET", "/other", 200, {"a": 1})))[0] == 5


def test_a_drift_is_had_in_every_form(tmp_path):
    _, drift = judged(archive(tmp_path, entry("POST", "/api/v1/auth/logout", 200, {"ok": True})))
    document = drift.to_json()

    assert "the provider has drifted" in of_drift("markdown", document)
    assert 'failures="1"' in of_drift("junit", document)
    place = json.loads(of_drift("sarif", document))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == drift.findings[0].line
    assert of_drift("annotations", document).startswith("::error file=")
