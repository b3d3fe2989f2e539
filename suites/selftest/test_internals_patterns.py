"""Errors that show the inside are found (HTTP-14), and ordinary errors are left alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from contract.checks.internals import PATTERNS, leaks, no_internals
from contract.errors import ContractViolation
from suites.selftest.answered import ME, answered

CONTRACT = Path(__file__).parents[2] / "contract" / "openapi.yaml"

LEAKS = [
    ("trace-python", 'Traceback (most recent call last):\n  File "app.py", line 3, in <module>'),
    ("trace-python", 'see File "handlers/login", line 41, in login'),
    ("trace-java", "\tat com.acme.auth.LoginService.login(LoginService.java:57)"),
    ("trace-java", "Caused by: org.acme.StoreException: closed"),
    ("trace-node", "oops\n    at Object.login (/srv/auth/login.ts:12:9)"),
    ("trace-node", "oops\n    at async node:internal/process/task_queues:95:5"),
    ("trace-go", "goroutine 17 [running]:\nmain.login(0xc000)"),
    ("trace-go", "runtime error: index out of range [3] with length 3"),
    ("trace-rust", "thread 'tokio-runtime-worker' panicked at src/login.rs:10:5"),
    ("trace-php", "<b>Fatal error</b>: Uncaught mysqli_sql_exception"),
    ("trace-php", "<b>Warning</b>:  Undefined variable $user in <b>login.php</b> on line <b>7</b>"),
    ("trace-php", "#0 public/index.php(51): App->handle()\n#1 {main}"),
    ("trace-dotnet", "   at Acme.Auth.Login(String user) in Login.cs:line 41"),
    ("trace-dotnet", "   at System.Linq.Enumerable.First(IEnumerable`1 source)"),
    ("trace-ruby", "app/controllers/sessions_controller.rb:12:in `create'"),
    ("trace-elixir", "** (Ecto.NoResultsError) expected at least one result"),
    ("source-line", "assertion failed in src/login.go:88"),
    ("debug-page", "<title>Werkzeug Debugger</title>"),
    ("debug-page", "<h1>Whitelabel Error Page</h1>"),
    ("debug-page", "You&#x27;re seeing this error because you have <code>DEBUG = True</code> in your settings"),
    ("exception-qualified", "sqlalchemy.exc.OperationalError"),
    ("exception-qualified", "java.lang.IllegalMonitorStateException: current thread is not owner"),
    ("exception-qualified", "System.ObjectDisposedException"),
    ("exception-qualified", "ActiveRecord::RecordNotFound"),
    ("exception-qualified", "Illuminate\\Database\\QueryException"),
    ("exception-qualified", "User.DoesNotExist"),
    ("exception-python", "KeyError: 'email'"),
    ("exception-python", "User matching query does not exist."),
    ("exception-java", "NullPointerException"),
    ("exception-dotnet", "NullReferenceException"),
    ("exception-javascript", "ReferenceError: user is not defined"),
    ("exception-javascript", "Cannot read properties of undefined (reading 'email')"),
    ("exception-javascript", "JsonWebTokenError: jwt malformed"),
    ("exception-javascript", "user.verify is not a function"),
    ("exception-ruby", "NoMethodError"),
    ("exception-ruby", "undefined method 'email' for nil"),
    ("exception-go", "json: cannot unmarshal number into Go struct field credentials.email of type string"),
    ("exception-go", "dial tcp 10.0.3.7:5432: connect: connection refused"),
    ("sql-select", "SELECT users.id, users.hash\nFROM users WHERE users.email = ?"),
    ("sql-select", 'select * from "users" where "email" = $1'),
    ("sql-select", "select u1_0.id,u1_0.email from users u1_0 where u1_0.email=?"),
    ("sql-change", "INSERT INTO users (email, hash) VALUES (?, ?)"),
    ("sql-change", "UPDATE users SET failures = failures + 1"),
    ("sql-change", "delete from sessions where id = 7"),
    ("sql-error", "UNIQUE constraint failed: users.email"),
    ("sql-error", 'duplicate key value violates unique constraint "users_email_key"'),
    ("sql-error", "ORA-00001: unique constraint (AUTH.USERS_PK) violated"),
    ("sql-error", "SQLSTATE[23000]: Integrity constraint violation"),
    ("sql-error", "E11000 duplicate key error collection: auth.users"),
    ("sql-error", "database is locked"),
    ("database-connection", 'FATAL:  password authentication failed for user "auth"'),
    ("database-connection", "Access denied for user 'auth'@'10.0.0.4' (using password: YES)"),
    ("database-connection", "connect ECONNREFUSED 127.0.0.1:5432"),
    ("database-connection", "cannot reach postgresql://auth@db.internal/auth"),
    ("database-driver", "psycopg.errors.UniqueViolation"),
    ("database-driver", "pq: too many clients already"),
    ("path-unix", "cannot open /etc/shadow"),
    ("path-unix", "no such file: /app/config/settings.yaml"),
    ("path-unix", "/var/www/html/index"),
    ("path-unix", "file:///srv/auth/dist/main"),
    ("path-packages", "…/site-packages/flask/app"),
    ("path-packages", "node_modules/express/lib/router"),
    ("path-windows", "C:\\inetpub\\wwwroot\\auth\\web.config"),
    ("path-windows", "C:\\Program Files\\Acme\\auth.dll"),
    ("path-windows", "\\\\fileserver\\secrets\\auth"),
    ("library-version", "<hr><center>nginx/1.25.3</center>"),
    ("library-version", "Apache/2.4.58 (Ubuntu) Server at api.test Port 80"),
    ("library-version", "running on Python 3.11.7"),
    ("library-version", "Spring Boot v3.2.1"),
    ("library-version", "Express@4.18.2 could not parse the body"),
]

INNOCENT = [
    "The credentials are not valid.",
    "An exceptional number of attempts; this is the exception, not the rule. Error 401.",
    "Please select a role from the list, then update your profile and set a password.",
    "You can select one or more addresses from the list below.",
    "Delete from your account the devices where you no longer sign in.",
    "Insert into the field the code from your app (6 digits).",
    "Create a table reservation? Drop table tennis? Neither is possible here.",
    "Unexpected token } in JSON at position 41",
    "Expecting value: line 1 column 1 (char 0)",
    "Warning: the value is missing in your request, on line 3 of the body.",
    "Fatal error: the account is closed.",
    "Don't panic: try again at 10:30 (UTC).",
    "The request 7c9e6679-7425-40de-944b-e07fc1f90ae7 of 2026-11-20T09:30:00.123+01:00 was refused.",
    "See https://docs.example.com/errors/login.php:443/app/config.json?file=/etc/passwd for help.",
    "POST /api/v1/auth/login/ at /users/me is not served; try /etc or /home/login.",
    "urn:ietf:params:oauth:error:invalid_token",
    "Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl+/ABC.def",
    "ada.lovelace@example.com, or ada@mail.example.rs:443, is not an address of 2001:DB8::FFFF.",
    "NotAuthorizedException: Incorrect username or password.",
    "com.amazonaws.cognito.identity.model#CodeMismatchException",
    "ValidationError",
    "UserDoesNotExist",
    "API version 2.1.0 is not supported; use 1.5 or 3.",
    "Express delivery takes 1.5 days; a rack holds 2.5 kg, and a node 18.2 km away is reached in spring 2027.1.",
    "The database is locked for maintenance until noon.",
    "Password authentication failed for user ada.",
    "This scope is not defined. A function is not a function of state.",
    "The relation between both does not exist; the column is empty.",
    "The ratio is 3:1, the drive is C: and the pattern is ^[a-z]:\\d+$ or \\w+\\.\\w+.",
    "Go to settings, go on, and go 1 step back. The rust on the ruby is red.",
    "at least 15 characters (see the policy), at most 128",
    "/newPassword: too-short, fewer than 15 characters; query:limit must be <= 100",
    "L'accès est refusé : adresse inconnue. パスワードが違います。",
]


def test_every_pattern_has_a_body_in_which_it_is_found():
    assert {pattern.id for pattern in PATTERNS} == {id for id, _ in LEAKS}


@pytest.mark.parametrize(("id", "text"), LEAKS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_shows_the_inside_is_found(id, text, form):
    body = text if form == "text" else json.dumps({"title": "Error", "errors": [{"detail": text}]})
    answer = answered(500, body=body)

    assert id in {pattern.id for pattern, _ in leaks(answer)}
    with pytest.raises(ContractViolation, match=r"^GET /api/v1/users/me, answered 500: the error shows "):
        no_internals(answer)


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("form", ["text", "json"])
def test_ordinary_errors_are_left_alone(text, form):
    body = text if form == "text" else json.dumps({"title": "Error", "errors": [{"detail": text}]})

    assert [(pattern.id, found) for pattern, found in leaks(answered(400, body=body))] == []


def test_the_contract_s_own_examples_and_words_are_left_alone():
    document = yaml.safe_load(CONTRACT.read_text("utf-8"))
    problems = re.findall(r"(?m)^ +(?:title|detail|description|summary): (.+)$", CONTRACT.read_text("utf-8"))
    assert len(problems) > 80

    for text in [json.dumps(document["components"]["responses"]), json.dumps(document["paths"]), *problems]:
        assert [(pattern.id, found) for pattern, found in leaks(answered(422, body=text))] == []


def test_the_message_names_the_pattern_and_shows_little():
    with pytest.raises(ContractViolation) as raised:
        no_internals(answered(500, body="SELECT " + "password, " * 30 + "x FROM users"))

    assert str(raised.value) == (
        "GET /api/v1/users/me, answered 500: the error shows an SQL query\n"
        "  expected   an error that tells nothing about the inside\n"
        "  actual     SELECT " + "password, " * 7 + "pas… (pattern sql-select)"
    )


def test_what_the_request_said_is_no_leak_when_it_comes_back():
    said = "/etc/passwd and SELECT a FROM b"
    for request in (
        {"sent": {"body": json.dumps({"email": said}).encode()}},
        {"sent": {"body": b"email=%2Fetc%2Fpasswd+and+SELECT+a+FROM+b"}},
        {"sent": {"headers": (("X-Request-ID", said),)}},
        {"url": f"{ME}?q=%2Fetc%2Fpasswd%20and%20SELECT%20a%20FROM%20b"},
    ):
        assert no_internals(answered(422, body={"detail": f"'{said}' is not an address"}, **request))

    with pytest.raises(ContractViolation, match="pattern path-unix"):
        no_internals(answered(422, body={"detail": "/etc/passwd, /etc/shadow"}, sent={"body": b"/etc/passwd"}))


@pytest.mark.parametrize(
    "answer", [answered(200, body="Python 3.11.7"), answered(500, body="nginx/1.2", method="HEAD")]
)
def test_only_the_content_of_errors_is_searched(answer):
    assert no_internals(answer) is answer


def test_a_large_or_deep_body_is_searched_in_bounded_time():
    for body in (
        "a" * 2_000_000,
        "a.b-c/d\\" * 250_000,
        "at " * 500_000,
        "[" * 200_000,
        "select " * 300_000,
        "A:" * 500_000,
    ):
        assert no_internals(answered(500, body=body))
