"""Requests and answers as text, as they are shown in the reports of others."""

from harness.client.message import Exchange, Headers, Response


def request_text(exchange: Exchange) -> str:
    """Spell a request as it was sent."""
    request = exchange.request
    return _message(f"{request.method} {request.url}", request.headers, request.body)


def response_text(response: Response) -> str:
    """Spell an answer."""
    return _message(f"{response.status} {response.reason}".rstrip(), response.headers, response.body)


def _message(line: str, headers: Headers, body: bytes | None) -> str:
    lines = (line, *(f"{key}: {value}" for key, value in headers))
    return "\n".join((*lines, "", _body_text(body or b""))).rstrip()


def _body_text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return f"({len(body)} bytes)"
