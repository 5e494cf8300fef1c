"""What to do about a request that got no answer, where the place that failed could not say."""

from dataclasses import replace
from typing import Final

from harness.client.message import Failure

_SCHEME: Final = "an address begins with http:// or https://"
_VALUE: Final = "look at what is written there, and at the values of its variables"
_ENDED: Final = "look into the server's log; if its port speaks TLS, write https:// in the URL"

# By a code, or by how the message begins: the first that fits counts.
_HINTS: Final = (
    (
        "ESOCKETTIMEDOUT",
        "it took longer than it may: --timeout-request MS for a request, --timeout MS for the run",
    ),
    (
        "ETIMEDOUT",
        "nobody took the connection in time: look at host and port, and for a firewall or VPN between",
    ),
    ("aborted", "the server ended the connection in the middle of its answer: look into its log"),
    ("ECONNRESET", f"the server ended the connection before it answered: {_ENDED}"),
    ("EPIPE", f"the server ended the connection while the request was sent: {_ENDED}"),
    ("EHOSTUNREACH", "no way leads to this host: look at the address, the network, and for a VPN"),
    ("ENETUNREACH", "no way leads to this host: look at the address, the network, and for a VPN"),
    ("EACCES", "this machine does not allow the connection: look for a firewall or sandbox"),
    ("EPERM", "this machine does not allow the connection: look for a firewall or sandbox"),
    ("EMFILE", "this process may open no more files: run fewer calls side by side, or raise `ulimit -n`"),
    ("EMSGSIZE", "an answer of that length is read by no run; ask for less of it"),
    ("Z_DATA_ERROR", "the body is not in the coding that the answer's Content-Encoding names"),
    ("ERR__ERROR_FORMAT", "the body is not in the coding that the answer's Content-Encoding names"),
    (
        "ERR_SOCKET_BAD_PORT",
        "a port is a number up to 65535: look at the URL, and at the values of its variables",
    ),
    ("ERR_INVALID_PROXY", "look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY: http://USER:PASSWORD@HOST:PORT"),
    ("ERR_INVALID_HTTP_TOKEN", f"names of methods and headers have no blanks and no signs but -_.: {_VALUE}"),
    ("ERR_INVALID_CHAR", f"a header's value has no line breaks and nothing beyond Latin-1: {_VALUE}"),
    ("ERR_UNESCAPED_CHARACTERS", f"an address has no blanks and no control characters: {_VALUE}"),
    ("Invalid protocol", f"{_SCHEME}: {_VALUE}"),
    ("Invalid URI", f"there is no host in it; {_SCHEME}"),
    (
        "runtime:extensions~request: request url is empty",
        "give the request a URL, or the variable in it a value",
    ),
    (
        "Exceeded maxRedirects",
        "look where the answers' Location leads; the request's setting maxRedirects allows more",
    ),
)


def hinted(failure: Failure) -> Failure:
    """Return a failure with a hint, if there is one for its kind."""
    if failure.hint:
        return failure
    for sign, hint in _HINTS:
        if failure.code == sign or failure.message.startswith(sign):
            return replace(failure, hint=hint)
    return failure
