"""
A second service that has the last word on who somebody is: another process, reached over HTTP (`--upstream URL`).

What is asked of it, always with the service's own credentials in `X-Service-Id` and `X-Service-Secret`:

    POST   /verify            {"subject", "password"}   200 {"subject", "token"}: that is the password
    PUT    /users/{subject}   {"password"}              200 or 201 {"subject"}: known from now on, or changed
    DELETE /users/{subject}                             204 or 404: not known any more
    GET    /health                                      200 {"status": "ok"}

A refusal is JSON with a word in `error`, `error.code` or `code`. The words of `answers.CREDENTIAL_WORDS` speak of the
user, those of `answers.SERVICE_WORDS` of us. A subject is one password of one user, under an identifier of our choice.

Passwords are checked here first: a wrong one is a wrong one during an outage too.
"""
