"""Who the target must prove to be, and who we are: one TLS context from a target file's transport."""

from __future__ import annotations

import ssl

from contract.errors import BindingError
from contract.targets.model import Transport


def context_of(transport: Transport) -> ssl.SSLContext:
    """
    Return the context for every connection to the target: HTTP/1.1, and only the target file's own CA where it has one.

    Raises:
        BindingError: The CA file, the client certificate or its key cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=transport.ca_file)
    except OSError as why:
        raise BindingError(f"[transport] ca_file '{transport.ca_file}' cannot be used: {_reason(why)}.") from why
    context.set_alpn_protocols(["http/1.1"])
    if not transport.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if transport.client_cert:
        phrase = transport.client_key_passphrase
        try:
            # Without a passphrase, an empty one: OpenSSL would ask the terminal for it.
            context.load_cert_chain(transport.client_cert, transport.client_key, phrase.reveal() if phrase else "")
        except OSError as why:
            raise BindingError(
                f"[transport] client_cert '{transport.client_cert}' cannot be used with its key: {_reason(why)}."
            ) from why
    return context


def _reason(why: OSError) -> str:
    """Say what is wrong in plain words; OpenSSL itself cannot tell a wrong passphrase from a file of another form."""
    if not isinstance(why, ssl.SSLError):
        return why.strerror or str(why)
    return why.reason.replace("_", " ").lower() if why.reason else "wrong passphrase, or not in PEM form"
