"""What a target file says, and what it need not say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contract.answers import Kind
from contract.document import CONTRACT_FILE
from contract.outages import Reply
from contract.secret import Secret
from contract.targets.contract_speech import CHALLENGE, operations
from contract.targets.model import (
    OPERATIONS,
    Errand,
    KnownFailure,
    PreparedAccount,
    Profile,
    Rule,
    Scheme,
    Step,
    Target,
    Variant,
)
from contract.targets.read import read, resolve

HEAD = 'name = "my-api"\nbase_url = "http://127.0.0.1:8000/api/"\n'
OWN = 'features = ["login"]\n[operations.loginUser]\n'


@pytest.fixture
def said(tmp_path: Path):
    """Return what reads a target file that goes on after its name and base URL."""

    def read_text(text: str, head: str = HEAD) -> Target:
        (tmp_path / "my-api.toml").write_text(head + text)
        return read(tmp_path / "my-api.toml", environ={})

    return read_text


def login_of(target: Target) -> Step:
    (step,) = target.operations["loginUser"].steps
    return step


def test_a_file_may_say_no_more_than_where_the_api_is(said) -> None:
    target = said("")

    assert (target.name, target.base_url) == ("my-api", "http://127.0.0.1:8000/api")
    assert target.operations == operations()
    assert target.speaks_contract and target.document == CONTRACT_FILE
    assert (target.profile, target.scheme, target.environment) == (Profile(), Scheme(), "staging")


def test_a_started_target_that_speaks_our_contract_need_not_say_where_it_is(said) -> None:
    target = said('name = "mine"\nstart = "server --port {port} {options}"\n', head="")

    assert target.base_url == "http://127.0.0.1:{port}/api/v1"


def test_operations_make_a_target_one_that_speaks_in_its_own_way(said) -> None:
    """Only what the file spells exists: nobody is tested at addresses that they never named."""
    target = said(OWN + 'request = "POST /v2/session"\n')

    assert not target.speaks_contract
    assert set(target.operations) == {"loginUser"}
    assert target.document is None


def test_a_document_of_its_own_is_what_answers_are_judged_by(said, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").touch()

    target = said('document = "openapi.json"\n' + OWN)

    assert target.document == tmp_path / "openapi.json"


def test_a_target_that_keeps_the_contract_may_spell_one_operation_otherwise(said) -> None:
    target = said('speaks = "contract"\n[operations.loginUser]\nheaders = { X-Tenant = "acme" }\n')

    assert set(target.operations) == OPERATIONS
    assert login_of(target).headers == {"X-Tenant": "acme"}
    assert login_of(target).send == {"email": "/email", "password": "/password"}


def test_what_an_operation_leaves_out_is_the_contract_s(said) -> None:
    step = login_of(said(OWN + 'request = "POST /v2/session"\nsend = { email = "/user", password = "/password" }\n'))

    assert (step.method, step.path, step.encoding, step.auth) == ("POST", "/v2/session", "json", "none")
    assert step.send == {"email": "/user", "password": "/password"}
    assert step.capture["accessToken"] == "/accessToken"


def test_there_is_a_body_where_something_goes_into_it(said) -> None:
    """A logout with the refresh token in its body, and a login by headers alone."""
    target = said(
        'features = ["login", "logout"]\n'
        '[operations.logoutUser]\nsend = { refreshToken = "/refresh" }\n'
        '[operations.loginUser]\nsend = { username = "header:X-User", password = "header:X-Password" }\n'
    )

    assert target.operations["logoutUser"].steps[0].encoding == "json"
    assert login_of(target).encoding == "none"


def test_a_word_may_go_to_several_places(said) -> None:
    step = login_of(said(OWN + 'send = { email = "/email", password = ["/password", "/password_again"] }\n'))

    assert step.send == {"email": "/email", "password": ("/password", "/password_again")}


def test_a_word_of_the_file_s_own_leads_from_an_answer_to_a_request(said) -> None:
    target = said(
        'features = ["registration"]\n'
        "[[operations.registerUser.steps]]\n"
        'request = "POST /signup"\nsend = { email = "/email" }\ncapture = { ticket = "/session" }\nthen = ["pending"]\n'
        "[[operations.registerUser.steps]]\n"
        'request = "POST /signup/{ticket-id}"\nsend = { ticket = "path:ticket-id", password = "/password" }\n'
        '[answers.registerUser]\npending = { status = 401, has = "/session" }\n'
    )

    first, second = target.operations["registerUser"].steps
    assert (first.capture, first.then) == ({"ticket": "/session"}, frozenset({Kind.PENDING}))
    assert (second.send["ticket"], second.encoding, second.auth) == ("path:ticket-id", "json", "none")


def test_a_value_may_come_back_in_a_header_of_its_own(said) -> None:
    step = login_of(said(OWN + 'capture = { "header:X-Session" = "header:X-Session", accessToken = "/token" }\n'))

    assert step.capture == {"header:X-Session": "header:X-Session", "accessToken": "/token"}


def test_an_operation_with_a_grant_type_is_an_oauth_2_token_endpoint(said) -> None:
    """There 400 is the right status of a refusal. Source: RFC 6749 section 5.2."""
    target = said(OWN + 'encode = "form"\nfixed = { "/grant_type" = "password" }\n')

    assert target.operations["loginUser"].is_oauth2_token_endpoint
    assert not operations()["loginUser"].is_oauth2_token_endpoint


def test_the_rule_that_says_more_is_asked_first(said) -> None:
    """Else a login that is challenged by 200 would have to be written before the one that succeeds by 200."""
    target = said(
        "[answers.loginUser]\naccepted = { status = 200 }\n"
        'challenged = [{ status = 200, has = "/otp" }, { at = "header:X-2FA", equals = "yes" }]\n'
    )

    assert target.answers["loginUser"] == (
        Rule(Kind.CHALLENGED, (200,), has="/otp"),
        Rule(Kind.ACCEPTED, (200,)),
        Rule(Kind.CHALLENGED, at="header:X-2FA", equals="yes"),
        CHALLENGE,
    )


def test_rules_for_all_operations_come_after_an_operation_s_own_and_before_the_contract_s(said) -> None:
    target = said(
        '[answers."*"]\nthrottled = { status = 403, has = "header:Retry-After" }\n'
        "[answers.changePassword]\nrefused-credentials = { status = 400 }\n"
    )

    throttled = Rule(Kind.THROTTLED, (403,), has="header:Retry-After")
    assert target.answers["changePassword"] == (
        Rule(Kind.REFUSED_CREDENTIALS, (400,)),
        throttled,
        Rule(Kind.REFUSED_CREDENTIALS, (403,)),
    )
    assert target.answers["*"] == (throttled,)
    assert target.answers["loginUser"] == (throttled, CHALLENGE)


@pytest.mark.parametrize(
    ("text", "place", "prefix"),
    [
        ('prefix = "Token "', "header:Authorization", "Token "),
        ('place = "header:X-Auth-Token"', "header:X-Auth-Token", ""),
        ('place = "cookie:sid"', "cookie:sid", ""),
        ('place = "none"', "", ""),
    ],
)
def test_only_authorization_has_a_word_before_the_token_unless_told(said, text: str, place: str, prefix: str) -> None:
    scheme = said(f"[scheme]\n{text}\n").scheme

    assert (scheme.place, scheme.prefix) == (place, prefix)


def test_a_profile_s_single_status_is_a_list_of_one(said) -> None:
    profile = said(
        "[profile]\nrefused_refresh = 400\nthrottle_status = [429, 423]\nduplicate_registration = 422\n"
    ).profile

    assert (profile.refused_refresh, profile.throttle_status) == ((400,), (429, 423))
    assert profile.duplicate_registration == 422


def test_accounts_come_from_the_file_and_from_beside_it(said, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text('username,password,totp_secret\r\nqa2,two words,\r\nqa3,"a,b",JBSWY3DP\r\n')

    target = said(
        '[facilities.accounts]\nlist = [{ email = "qa1@example.com", password = "p" }]\nfile = "accounts.csv"\n'
    )

    assert target.facilities["accounts"]["accounts"] == (
        PreparedAccount("qa1@example.com", Secret("p")),
        PreparedAccount("", Secret("two words"), "qa2"),
        PreparedAccount("", Secret("a,b"), "qa3", Secret("JBSWY3DP")),
    )


def test_a_dependency_is_a_table_of_the_faults(said) -> None:
    target = said(
        '[facilities.faults]\ndriver = "toxiproxy"\nurl = "http://127.0.0.1:8474"\n'
        '[facilities.faults.database]\nproxy = "postgres"\noperations = ["loginUser"]\n'
    )

    assert target.facilities["faults"] == {
        "driver": "toxiproxy",
        "url": "http://127.0.0.1:8474",
        "dependencies": {"database": {"proxy": "postgres", "operations": ("loginUser",)}},
    }


def test_a_dependency_says_in_its_own_words_whom_it_refuses(said) -> None:
    target = said(
        '[facilities.faults]\ndriver = "proxy"\ncontrol = "127.0.0.1:9100"\n'
        '[facilities.faults.identity]\nlisten = "127.0.0.1:9101"\nto = "[::1]:9001"\n'
        "[facilities.faults.identity.replies]\n"
        'refuses-user = [{ status = 404 }, { status = 401, body = "{}", type = "text/plain", headers = { A = "b" } }]\n'
    )

    assert target.facilities["faults"]["dependencies"]["identity"]["replies"] == {
        "refuses-user": (Reply(404), Reply(401, "{}", "text/plain", {"A": "b"}))
    }


def test_a_new_account_may_need_an_errand(said) -> None:
    target = said(
        '[facilities.outbox]\ndriver = "smtp-sink"\ncapture = { uid = "u=(.+)&", token = "t=(.+)" }\n'
        '[registration]\nemail = "qa+{id}@example.com"\nextra = { "/name" = "faker:name", "/terms" = true }\n'
        '[registration.activation]\nby = "mail"\nrequest = "POST /activate"\n'
        'send = { uid = "/uid", token = "/token" }\nauth = "none"\n'
        '[registration.removal]\nby = "self"\nrequest = "DELETE /users/me"\n'
    )

    send = {"uid": "/uid", "token": "/token"}
    assert target.activation == Errand("mail", (Step("POST", "/activate", send=send),))
    assert target.removal == Errand("self", (Step("DELETE", "/users/me", "none", auth="session"),))
    assert target.register_extra == {"/name": "faker:name", "/terms": True}
    assert target.email_pattern == "qa+{id}@example.com"


def test_a_variant_is_what_differs(said) -> None:
    target = said(
        'name = "mine"\nstart = "server {port} {options}"\n[variants.short]\noptions = "--ttl 2"\n'
        "[variants.short.profile]\naccess_lifetime_s = 2\n",
        head="",
    )

    assert target.variants == {"short": Variant("--ttl 2", profile={"access_lifetime_s": 2})}


def test_known_failures_are_those_of_their_own_reader(said) -> None:
    target = said(
        '[[known_failure]]\nrequirement = "LOGIN-02"\noperation = "loginUser"\nactual = "400"\n'
        'reason = "ACME-412"\nowner = "identity team"\nuntil = 2027-03-31\n'
    )

    assert target.known_failures == (
        KnownFailure("LOGIN-02", "loginUser", "400", "ACME-412", "identity team", date(2027, 3, 31)),
    )


def test_a_file_with_a_byte_order_mark_and_other_line_ends_is_read(tmp_path: Path) -> None:
    """As editors on Windows save it."""
    (tmp_path / "my-api.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())

    assert read(tmp_path / "my-api.toml", environ={}).name == "my-api"


def test_a_shipped_target_is_found_by_its_name_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of that name does not stand in its way; a file does."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reference").mkdir()
    assert resolve("reference", environ={}).name == "reference"

    (tmp_path / "reference").rmdir()
    (tmp_path / "reference").write_text(HEAD)
    assert resolve("reference", environ={}).name == "my-api"
