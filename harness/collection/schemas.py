"""The addresses by which Postman's collection files name their format."""

from typing import Final

V21_SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
