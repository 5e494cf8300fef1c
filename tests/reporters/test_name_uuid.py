"""UUIDs of names are those that the standard library makes."""

from uuid import NAMESPACE_URL, uuid5

from harness.reporters.name_uuid import name_uuid


def test_a_name_has_the_uuid_that_the_standard_library_gives_it():
    for name in ("", "https://example.com/a", "Überholt/1/ref", "x" * 300):
        assert name_uuid(name) == str(uuid5(NAMESPACE_URL, name))
