import pytest

from harness.client.message import Failure
from harness.client.transport import TransportFailure
from harness.dialect import NEWMAN


def unreachable(message):
    return TransportFailure(Failure(kind="dns", message=message, code="ENOTFOUND"))


@pytest.mark.parametrize(
    ("address", "thrown", "message", "hint"),
    [
        (
            "{{baseUrl}}/a",
            "getaddrinfo ENOTFOUND {{baseurl}}",
            "variable 'baseUrl' in the address is not defined",
            "set it in the environment file, or with --env-var baseUrl=VALUE",
        ),
        (
            "http://lab:{{port}}/a",
            "Port should be >= 0 and < 65536. Received type string ('{{port}}').",
            "variable 'port' in the address is not defined",
            "set it in the environment file, or with --env-var port=VALUE",
        ),
        (
            "http://{{the host}}.lab:{{port}}/a",
            "getaddrinfo ENOTFOUND {{the host}}.lab",
            "variables 'the host', 'port' in the address are not defined",
            "set them in the environment file, or with --env-var 'the host=VALUE' --env-var port=VALUE",
        ),
    ],
)
def test_an_undefined_variable_in_an_address_is_told_once_and_how_to_set_it(
    lab, address, thrown, message, hint
):
    lab.answers.table["/a"] = unreachable(thrown)
    (result,) = lab.run([{"name": "a", "request": address}]).results
    failure = result.exchange.failure
    assert (failure.message, failure.hint, failure.code) == (message, hint, "ENOTFOUND")
    assert result.warnings == ()


def test_an_undefined_variable_elsewhere_is_still_a_warning(lab):
    lab.answers.table["/a"] = unreachable("getaddrinfo ENOTFOUND {{host}}")
    (result,) = lab.run([{"name": "a", "request": "{{host}}/a?q={{q}}"}]).results
    assert [warning.message for warning in result.warnings] == ["variable 'q' is not defined"]


def test_another_cause_keeps_its_words_and_the_warning(lab):
    lab.answers.table["/a"] = unreachable("getaddrinfo ENOTFOUND proxy.lab")
    (result,) = lab.run([{"name": "a", "request": "{{host}}/a"}]).results
    assert result.exchange.failure.message == "getaddrinfo ENOTFOUND proxy.lab"
    assert [warning.message for warning in result.warnings] == ["variable 'host' is not defined"]


def test_newman_tells_it_in_the_words_of_node(lab):
    lab.dialect = NEWMAN
    lab.answers.table["/a"] = unreachable("getaddrinfo ENOTFOUND {{host}}")
    (result,) = lab.run([{"name": "a", "request": "{{host}}/a"}]).results
    assert result.exchange.failure.message == "getaddrinfo ENOTFOUND {{host}}"


def test_an_undefined_scheme_is_told_in_the_same_way(lab):
    (result,) = lab.run([{"name": "a", "request": "{{scheme}}://lab/a"}]).results
    assert result.exchange.failure.message == "variable 'scheme' in the address is not defined"
    assert "--env-var scheme=VALUE" in result.exchange.failure.hint
