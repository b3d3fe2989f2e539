"""`python -m contract`: what its commands print, where, and with which exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contract import catalogue
from contract.__main__ import COMMANDS, main
from contract.catalogue import Costs, Requirement
from contract.document import CONTRACT_FILE
from contract.explain import WIDTH, explained
from contract.lint import RULES
from contract.targets.template import TEMPLATE_FILE

ROOT = CONTRACT_FILE.parent.parent
CONTRACT = CONTRACT_FILE.read_text(encoding="utf-8")


def run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contract", *arguments],
        cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Our contract with one error and one warning."""
    path = tmp_path / "faulty.yaml"
    text = CONTRACT.replace("minLength: 15", "minLength: 12").replace("status: 404", "status: '404'")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """Our contract with one warning."""
    path = tmp_path / "doubtful.yaml"
    path.write_text(CONTRACT.replace("minLength: 15", "minLength: 12"), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1


# lint


def test_lint_is_clean_on_our_contract():
    done = run("lint", "contract/openapi.yaml")

    assert (done.returncode, done.stdout, done.stderr) == (0, "1 document: 0 errors, 0 warnings.\n", "")


def test_lint_prints_a_line_for_each_finding_and_a_sum(faulty, capsys):
    code = main(["lint", str(faulty)])

    warned, wrong = line_of(faulty, "minLength: 12"), line_of(faulty, "status: '404'")
    assert capsys.readouterr() == (
        f'{faulty}:{wrong}: error LINT-EXAMPLE-INVALID the example is not valid: "404" is not of type "integer"\n'
        f"{faulty}:{warned}: warning LINT-PASSWORD-BELOW-15 a new password has a minLength of 12; 15 is advised"
        " without MFA.\n"
        "1 document: 1 error, 1 warning.\n",
        "",
    )
    assert code == 1


def test_warnings_are_let_pass_unless_strict(doubtful, capsys):
    assert main(["lint", str(doubtful)]) == 0
    assert main(["lint", "--strict", str(doubtful)]) == 1
    assert capsys.readouterr().out.endswith("1 document: 0 errors, 1 warning.\n")


def test_what_cannot_be_read_is_told_on_stderr_and_the_rest_is_linted(faulty, tmp_path, capsys):
    code = main(["lint", str(tmp_path / "missing.yaml"), str(faulty), str(CONTRACT_FILE)])

    out, err = capsys.readouterr()
    assert err == f"{tmp_path / 'missing.yaml'}: cannot be read (No such file or directory).\n"
    assert out.endswith("2 documents, 1 not read: 1 error, 1 warning.\n")
    assert code == 2


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 64))
BAD_DOCUMENTS = {
    "aliases-without-end": BOMB.encode(),
    "remote-reference": b"openapi: 3.1.0\nx: {y: 1}\ncomponents: {schemas: {A: {$ref: 'http://127.0.0.1:9/'}}}\n",
    "circular-reference": b"openapi: 3.1.0\ncomponents: {schemas: {A: {$ref: '#/components/schemas/A'}}}\n",
    "not-yaml": b"openapi: 3.1.0\n\tx: [\n",
    "not-openapi": b"hello: world\n",
    "empty": b"",
    "binary": bytes(range(256)),
    "nesting": b"openapi: " + b"[" * 1_000_000,
    "repeated-key": b"openapi: 3.1.0\nopenapi: 3.1.0\n",
}


@pytest.mark.parametrize("content", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_bad_document_gets_one_line_and_exit_code_2(content, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)

    done = run("lint", str(path))

    assert done.returncode == 2
    assert done.stdout == "0 documents, 1 not read: 0 errors, 0 warnings.\n"
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"{path}:")


# explain


def test_a_rule_is_explained():
    assert explained("lint-status-409") == (
        "LINT-STATUS-409 (error)\n"
        "  An operation that registers an account under an identifier documents 409, or answers 202 always\n"
        "  alike.\n"
        "  source       RFC 9110 section 15.5.10\n"
        "  probe        python -m contract lint FILE; nothing is sent\n"
        "  usual cause  The second registration of an address was not thought of, and ends as a 500 or as a\n"
        "               400 without a reason."
    )


ROW = Requirement(
    id="LOGIN-42",
    area="login",
    level="MUST",
    project_rule=True,
    asvs_level=2,
    statement="A statement.",
    source="RFC 1 section 2",
    operations=("loginUser", "refreshToken"),
    features=("login",),
    facilities=("clock",),
    widened_by=(),
    passive=False,
    disruptive=False,
    exclusive=False,
    smoke=False,
    generated=False,
    pending=True,
    costs=Costs(1, 2, 3),
    probe="What is sent.",
    causes=("One cause.", "Another."),
    field=(),
    fix="A fix.",
)


def test_a_requirement_is_explained(monkeypatch):
    monkeypatch.setattr(catalogue, "load", lambda: {"LOGIN-42": ROW})

    assert explained("login-42") == (
        "LOGIN-42 (MUST*, a rule of this project, OWASP ASVS level 2)\n"
        "  A statement.\n"
        "  source       RFC 1 section 2\n"
        "  probe        What is sent.\n"
        "  operations   loginUser, refreshToken\n"
        "  features     login\n"
        "  facilities   clock\n"
        "  usual cause  One cause.\n"
        "  usual cause  Another.\n"
        "  usual fix    A fix.\n"
        "  status       pending: no check exists yet"
    )


def test_every_requirement_and_rule_can_be_explained_within_the_width():
    texts = [explained(id) for id in (*catalogue.load(), *RULES)]

    assert max(len(line) for text in texts for line in text.splitlines()) <= WIDTH
    assert all(label in text for text in texts for label in ("\n  source ", "\n  probe ", "\n  usual cause "))


# unknown names, and the rest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lnt"], f"unknown command 'lnt'. Did you mean 'lint'? Valid: {', '.join(sorted(COMMANDS))}."),
        (["explain", "LINT-STATUS-4O1"],
         f"unknown lint rule 'LINT-STATUS-4O1'. Did you mean 'LINT-STATUS-401'? Valid: {', '.join(sorted(RULES))}."),
        (["explain", "login-2"], "unknown requirement 'login-2'. Did you mean 'LOGIN-02'?"),
    ],
    ids=["command", "rule", "requirement"],
)  # fmt: skip
def test_an_unknown_name_gets_the_nearest_and_exit_code_2(arguments, message, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"{message}\n")


@pytest.mark.parametrize("arguments", [[], ["lint"], ["explain"], ["template", "x"], ["lint", "--wrong", "x"]], ids=str)
def test_wrong_usage_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m contract")


def test_the_template_is_printed_as_it_is(capsys):
    assert main(["template"]) == 0
    assert capsys.readouterr().out == TEMPLATE_FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_takes(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])

    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m contract {command} ")


def test_a_terminal_without_unicode_gets_escapes_and_no_traceback(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(CONTRACT.replace("operationId: getUser", "operationIdé: getUser"), encoding="utf-8")

    done = run("lint", str(path), environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert done.returncode == 1
    assert r"LINT-STRUCTURE 'operationId\xe9' is no member that may stand here." in done.stdout
    assert done.stderr == ""
