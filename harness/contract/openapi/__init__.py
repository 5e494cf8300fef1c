"""Exchanges checked against an OpenAPI description.

| module | holds |
|---|---|
| `documents` | the files of a description, and where a `$ref` leads |
| `json_schema` | the door to jsonschema-rs: schemas compiled once |
| `schema_translation` | Schema Objects of any version as JSON Schema 2020-12 |
| `operation` | the operations of a description |
| `operation_match` | which operation a request is for |
| `request_pairs` | query and cookies of a request |
| `security_scheme` | whether a request has the credentials that its operation wants |
| `wire_value` | parameters and bodies as the values that their schemas describe |
| `exchange_check` | what of an exchange is not as described |
| `run_check` | that, as assertions of the calls of a run |
"""
