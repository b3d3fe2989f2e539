"""What was never meant for the public: pages for tools and people, files that were left behind, and version numbers."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer, Request
from contract.encoding import path_of
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import control, not_applicable

FOR_TOOLS = """
/docs /redoc /swagger /swagger-ui.html /swagger-ui/index.html /swagger.json /openapi.json /openapi.yaml /api-docs
/v2/api-docs /v3/api-docs /graphiql /metrics /prometheus /debug /debug/vars /debug/pprof/ /status /server-status
""".split()
"""Documentation, metrics and debugging; looked for below the API's prefix too."""
ELSEWHERE = """
/actuator /actuator/env /actuator/heapdump /actuator/mappings /_profiler /_debugbar /__debug__/ /console /h2-console/
/phpinfo.php /info.php /elmah.axd /trace.axd /rails/info/routes /telescope /horizon /jolokia
/.env /.env.local /.git/HEAD /.git/config /.svn/entries /.hg/requires /.DS_Store /.htpasswd /.aws/credentials
/config.json /appsettings.json /web.config /docker-compose.yml /Dockerfile /package.json /composer.lock /Gemfile.lock
/backup.sql /dump.sql /db.sqlite3 /database.sqlite /backup.zip /id_rsa
""".split()
"""Consoles of frameworks, and what a careless deployment leaves in the web root."""
OPEN = ("getLiveness", "getCurrentUser")
"""What is asked to see whether anything is answered at all."""
TELLING = "server x-powered-by x-aspnet-version x-aspnetmvc-version x-generator x-framework".split()
VERSION = re.compile(r"(?i)(?:\A|[/ (-]v?)\d")


def got(api: Api, url: str) -> Answer:
    """Return the answer to a GET of *url* by nobody; a redirect that only adds a slash is followed."""
    answer = api.send(Request("GET", url))
    if 300 <= answer.status < 400 and (answer.header("location") or "").endswith(urlsplit(url).path + "/"):
        answer = api.send(Request("GET", f"{url}/"))
    return answer


def own_paths(api: Api) -> frozenset[str]:
    """Return the paths that are the API itself, and those that are public on purpose, as they stand after the host."""
    base = urlsplit(api.target.base_url).path.rstrip("/")
    own = [base + path_of(step) for each in api.target.operations.values() for step in each.steps]
    declared = [prefix + path for path in api.target.profile.public_paths for prefix in ("", base)]
    return frozenset([*own, *declared])


@pytest.mark.requirement("DATA-08")
def test_pages_for_tools_and_leftover_files_are_not_public(api: Api) -> None:
    """Metrics tell how many log in, a console runs code, and a forgotten `.env` holds every password there is."""
    parts = urlsplit(api.target.base_url)
    origin, base = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    control(api.as_(api.shared_account(), OPEN[OPEN[0] not in api.target.operations]))
    prefixes = {"": [*FOR_TOOLS, *ELSEWHERE], **({base: FOR_TOOLS} if base else {})}
    known = own_paths(api)

    for prefix, paths in prefixes.items():
        for_anything = got(api, f"{origin}{prefix}/{secrets.token_hex(8)}")
        for path in (prefix + path for path in paths if prefix + path not in known):
            answer = got(api, origin + path)
            if 200 <= answer.status < 300 and answer.body != for_anything.body:
                raise ContractViolation(
                    f"{path} is public, and the profile does not declare it in public_paths",
                    expected="401, 403 or 404",
                    actual=f"{answer.status} with {len(answer.body)} bytes of {answer.media_type or 'nothing'}",
                    answer=answer,
                )


@pytest.mark.requirement("DATA-08")
def test_no_answer_tells_the_version_of_a_component(answers: list[Answer], api: Api) -> None:
    """Who reads `Server: nginx/1.17.6` looks up which holes that version has, and needs no second request."""
    if api.target.profile.security_headers == "gateway":
        not_applicable("the profile says that a gateway sets header fields")
    for answer in answers:
        for name, value in answer.headers:
            if name.lower() in TELLING and VERSION.search(value):
                raise ContractViolation(
                    f"{name} tells a version",
                    expected=f"no {name}, or one without a version",
                    actual=f"{name}: {value[:80]}",
                    answer=answer,
                )
