"""An example of each rule: files that break it, and the same files put right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Files of a collection of format v3, by their names in its folder."""

    wrong: Mapping[str, str]
    right: Mapping[str, str]


EXAMPLES: Final[Mapping[str, Example]] = {
    "unreadable-file": Example(
        wrong={
            "Read.request.yaml": ("$kind: http-request\nurl: [\n"),
        },
        right={
            "Read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
        },
    ),
    "wrong-type": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\nurl: https://api.example.com/orders\nheaders:\n  X-Version: 5\n"
            ),
        },
        right={
            "Read.request.yaml": (
                '$kind: http-request\nurl: https://api.example.com/orders\nheaders:\n  X-Version: "5"\n'
            ),
        },
    ),
    "unknown-key": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\nurl: https://api.example.com/orders\nheaers:\n  Accept: text/plain\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\nurl: https://api.example.com/orders\nheaders:\n  Accept: text/plain\n"
            ),
        },
    ),
    "left-out": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "body:\n"
                "  type: yaml\n"
                "  content: 'a: 1'\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "body:\n"
                "  type: text\n"
                "  content: 'a: 1'\n"
            ),
        },
    ),
    "script-type": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: http:afterResponse\n"
                "    code: |\n"
                "      pm.test('ok', () => {});\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      pm.test('ok', () => {});\n"
            ),
        },
    ),
    "second-script": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: pm.test('first', () => {});\n"
                "  - type: afterResponse\n"
                "    code: pm.test('second', () => {});\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      pm.test('first', () => {});\n"
                "      pm.test('second', () => {});\n"
            ),
        },
    ),
    "query-out-of-step": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\nurl: https://api.example.com/orders?page=1\nqueryParams:\n  page: '2'\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\nurl: https://api.example.com/orders?page=2\nqueryParams:\n  page: '2'\n"
            ),
        },
    ),
    "duplicate-order": Example(
        wrong={
            "Read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\norder: 1000\n"),
            "Write.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\norder: 1000\n"),
        },
        right={
            "Read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\norder: 1000\n"),
            "Write.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\norder: 2000\n"),
        },
    ),
    "case-clash": Example(
        wrong={
            "read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
            "Read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
        },
        right={
            "read one.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
            "Read all.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
        },
    ),
    "script-syntax": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      const order = ;\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      const order = pm.response.json();\n"
            ),
        },
    ),
    "unknown-pm-name": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      pm.enviroment.set('id', 1);\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      pm.environment.set('id', 1);\n"
            ),
        },
    ),
    "test-never-runs": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      return;\n"
                "      pm.test('is there', () => pm.response.to.have.status(200));\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "scripts:\n"
                "  - type: afterResponse\n"
                "    code: |\n"
                "      pm.test('is there', () => pm.response.to.have.status(200));\n"
            ),
        },
    ),
    "undefined-variable": Example(
        wrong={
            "Read.request.yaml": ("$kind: http-request\nurl: '{{base}}/orders'\n"),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: '{{base}}/orders'\n"
                "scripts:\n"
                "  - type: beforeRequest\n"
                "    code: pm.environment.set('base', 'https://api.example.com');\n"
            ),
        },
    ),
    "secret-in-clear": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "headers:\n"
                "  Authorization: Bearer abc123def456\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "headers:\n"
                "  Authorization: Bearer {{token}}\n"
            ),
        },
    ),
    "companion-binding": Example(
        wrong={
            "Read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
            "../Shop.harness.yaml": ("calls:\n  - call: Raed\n    expect:\n      status: 200\n"),
        },
        right={
            "Read.request.yaml": ("$kind: http-request\nurl: https://api.example.com/orders\n"),
            "../Shop.harness.yaml": ("calls:\n  - call: Read\n    expect:\n      status: 200\n"),
        },
    ),
    "unknown-rule": Example(
        wrong={
            "Read.request.yaml": (
                "$kind: http-request\nurl: https://api.example.com/orders\n# harness-lint-disable: secrets\n"
            ),
        },
        right={
            "Read.request.yaml": (
                "$kind: http-request\n"
                "url: https://api.example.com/orders\n"
                "# harness-lint-disable: secret-in-clear\n"
            ),
        },
    ),
}
