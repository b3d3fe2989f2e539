"""
The control port (`--control`): what a tester needs and no user may have.

A listener of its own on a loopback address. The server's first line of output says where, and the secret that each
request must carry in `X-Control-Secret`, new at each start:

    {"listening": "http://127.0.0.1:41234", "pid": 7, "control": {"url": "http://127.0.0.1:45678", "secret": "..."}}

JSON both ways, one request for each connection. A wrong or missing secret is 403, a mistake 422 with an `error` that
says what is valid.

    GET  /clock                                          {"now": seconds since the Unix epoch}
    POST /clock     {"advanceSeconds": 3600}             the same, afterwards; may be negative
    POST /tokens    {"claims": ..., "header": {}, "key": "signing"}
                    {"token": "..."}: any JSON as claims, signed as access tokens are; `header` adds or replaces
                    members, `key` may be "other": one that is not published
    POST /accounts  {"email": "...", "password": "...", "role": "admin", "displayName": null}
                    {"user": {...}}: made, or, where the address is taken, given that role
    GET  /outbox    {"mails": [{"recipient", "subject", "text", "link", "token"}]}; ?recipient= narrows
    GET  /counters  {"background": {"mail: done": 1}, "identityServiceCalls": 0, "hashesUnderWay": 0}
    POST /store     {"fault": "unreachable", "calls": "writes", "skip": 1, "at": "commit"}
                    the database fails from now on, until {"fault": null}: as the given cause, on all calls or on
                    those that write, after so many of them, before or after the work of the call (it is rolled back)
"""
