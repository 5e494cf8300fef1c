"""Where in texts secrets stand: fields and what they are called, queries, addresses, documents, variables.

Tables say which names and forms are secret (`names.py`, `token_forms.py`, `value_form.py`); a redactor learns
what is found.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from harness.collection.model import Variable
from harness.secrets.document_members import credentials, is_authorization, is_cookie, members
from harness.secrets.named_values import assigned
from harness.secrets.names import name_rule
from harness.secrets.needles import SHORTEST
from harness.secrets.redactor import Redactor, Rule
from harness.secrets.token_forms import addresses_in, secrets_by_form
from harness.secrets.value_form import looks_drawn, plain_address, plain_words

_USERINFO: Final = re.compile(r"""^[^:]+:(?://|\\/\\/)([^/@\s:"'\\]*):([^/@\s"'\\]+)@""")
_SIGNATURES: Final = frozenset(
    {"sig", "signature", "xamzsignature", "xamzsecuritytoken", "xgoogsignature", "xossssignature", "hmac"}
)
"""Parameters of addresses that stand for the access itself (Azure, AWS, Google, CloudFront)."""
_GRANTS: Final = frozenset(
    {"access_token", "client_id", "code_verifier", "grant_type", "id_token", "iss", "redirect_uri", "scope",
     "session_state", "state"}
)  # fmt: skip
"""What stands beside the `code` of OAuth (RFC 6749, section 4.1.2)."""
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9]+")


def learn_variables(variables: Iterable[Variable], redactor: Redactor, names: Iterable[str] = ()) -> None:
    """Learn the values of the variables that are secret by type, by name, or because they are listed."""
    wanted = frozenset(names)
    for variable in variables:
        value = variable.value
        if variable.secret:
            rule: Rule = "type"
        elif variable.key in wanted:
            rule = "auth"
        else:
            rule = "name"
        if isinstance(value, int | float) and not isinstance(value, bool):
            if rule != "name" or name_rule(variable.key) == "exact":
                redactor.learn(str(value), variable.key, rule)
        elif not isinstance(value, str):
            if isinstance(value, dict | list):
                learn_document(value, redactor)
        elif rule != "name":
            redactor.learn(value, variable.key, rule)
        else:
            learn_named(variable.key, value, redactor)
            if "://" in value or "eyJ" in value or "Key=" in value:
                learn_by_form(value, redactor)
            if "=" in value or ":" in value:
                _learn_written(value, redactor)
            if value[:1] in {"{", "["}:
                _learn_json(value, redactor)


def learn_named(
    name: str, value: str, redactor: Redactor, *, answered: bool = False, sure: bool = False
) -> None:
    """Learn a value if its name tells that it is a secret, and nothing about it that it is none.

    Of names that are none of the usual ones, unless they are `sure`, only what looks drawn at random is
    learnt, and of what was `answered` no words: they occur elsewhere.
    """
    rule = name_rule(name)
    if not rule or plain_address(value):
        return
    token = credentials(value)
    if token != value and looks_drawn(token):
        value = token
    certain = sure or rule == "exact"
    if looks_drawn(value) or (certain and (not answered or not plain_words(value))):
        redactor.learn(value, name, "name")


def learn_by_form(text: str, redactor: Redactor) -> None:
    """Learn what a text shows to be secret by its shape alone: keys, tokens, the user's patterns."""
    for value, name in secrets_by_form(text):
        redactor.learn(value, name, "pattern")
    for pattern in redactor.patterns:
        for found in pattern.expression.finditer(text):
            value = found.group(1) if pattern.expression.groups else found.group()
            if value:
                redactor.learn(value, pattern.name, "pattern")
    for address in addresses_in(text):
        learn_address(address, redactor)


def learn_assigned(text: str, redactor: Redactor) -> None:
    """Learn what a text of any kind assigns to a secret's name, if it looks drawn at random."""
    for name, value in assigned(text):
        rule = name_rule(name)
        if rule and not plain_address(value) and (rule == "exact" or not value.isdigit()):
            token = credentials(value)
            if looks_drawn(token):
                redactor.learn(token, name, "name")


def learn_address(address: str, redactor: Redactor, *, granted: bool = False) -> None:
    """Learn what an address holds: a password before the host, signatures and tokens in the query.

    `granted` says that a parameter `code` is a grant of OAuth whatever stands beside it.
    """
    if "@" in address:
        found = _USERINFO.match(address)
        if found is not None:
            redactor.learn(found.group(2), "url_password", "address")
    for mark in "?#":
        _, given, query = address.partition(mark)
        if given and "=" in query:
            learn_fields(query.partition("#")[0] if mark == "?" else query, redactor, granted=granted)


def learn_fields(text: str, redactor: Redactor, *, answered: bool = False, granted: bool = False) -> None:
    """Learn the secrets of a query or form: by their names, and those that protocols put there."""
    text = text.replace("\\u0026", "&").replace("&amp;", "&")
    fields = parse_qsl(text.strip(), errors="surrogateescape")
    names = {name.lower() for name, _ in fields}
    for name, value in fields:
        plain = _NO_WORD.sub("", name).lower()
        if plain in _SIGNATURES and looks_drawn(value):
            redactor.learn(value, name, "protocol")
        elif plain == "code" and (granted or not _GRANTS.isdisjoint(names)) and looks_drawn(value):
            redactor.learn(value, "code", "protocol")
        else:
            learn_named(name, value, redactor, answered=answered)


def learn_document(document: Any, redactor: Redactor, *, answered: bool = False) -> None:
    """Learn the values under secret names anywhere in a JSON document, in JSON inside its strings too."""
    for name, value in members(document):
        if isinstance(value, str):
            if is_cookie(name):
                _learn_cookies(value, name, redactor)
            elif is_authorization(name):
                learn_named(name, credentials(value), redactor, answered=answered)
            elif len(value) >= SHORTEST and name_rule(name):
                learn_named(name, value, redactor, answered=answered)
            if value[:1] in {"{", "["}:
                _learn_json(value, redactor, answered=answered)
            elif "://" in value:
                learn_by_form(value, redactor)
            if "=" in value or ":" in value:
                _learn_written(value, redactor)
        elif isinstance(value, int) and not isinstance(value, bool) and name_rule(name) == "exact":
            redactor.learn(str(value), name, "name")


def _learn_written(value: str, redactor: Redactor) -> None:
    """Learn what a text in a document or variable writes out: an address, a query, assignments."""
    if "=" in value and not any(character.isspace() for character in value):
        if "?" in value or "#" in value:
            learn_address(value, redactor)
        elif "&" in value:
            learn_fields(value, redactor)
    learn_assigned(value, redactor)


def _learn_json(text: str, redactor: Redactor, *, answered: bool = False) -> None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    learn_document(document, redactor, answered=answered)


def _learn_cookies(value: str, name: str, redactor: Redactor) -> None:
    """Learn what a document shows of cookies: `a=1; b=2` are names and secrets."""
    # Behind the first one of a Set-Cookie stand attributes.
    pairs = value.split(";")[: 1 if name.lower().startswith("set") else None]
    for pair in pairs:
        label, equals, secret = pair.strip().partition("=")
        if not equals:
            redactor.learn(label, name, "cookie")
        elif len(secret) >= SHORTEST:
            redactor.learn(secret, f"{name}_{label}", "cookie")
