from __future__ import annotations

from harness.aep.identity.identities import Identity, IdentityField, identities_of, identity_map

EMAIL = IdentityField(path="/_t/email", namespace="Email", primary=True)
CRM = IdentityField(path="/_t/crm/id", namespace="CRMID", primary=False)


def test_descriptors_name_the_identities_and_the_primary_one() -> None:
    found = identities_of({"_t": {"email": "a@b", "crm": {"id": 7}}}, [CRM, EMAIL])
    assert found.primary == Identity(namespace="Email", value="a@b")
    assert [identity.key for identity in found.all] == [("crmid", "7"), ("email", "a@b")]


def test_the_primary_descriptor_wins_over_the_identity_map() -> None:
    record = {"_t": {"email": "a@b"}, "identityMap": {"ECID": [{"id": "1", "primary": True}]}}
    assert identities_of(record, [EMAIL]).primary == Identity(namespace="Email", value="a@b")


def test_the_identity_map_marks_its_primary() -> None:
    record = {"identityMap": {"ECID": [{"id": "1"}], "Email": [{"id": "a@b", "primary": True}]}}
    assert identities_of(record, []).primary == Identity(namespace="Email", value="a@b")


def test_several_identities_without_a_mark_have_no_primary_and_a_lone_one_is_it() -> None:
    assert identities_of({"identityMap": {"ECID": [{"id": "1"}, {"id": "2"}]}}, []).primary is None
    assert identities_of({"identityMap": {"ECID": [{"id": "1"}]}}, []).primary is not None
    assert identities_of({}, [EMAIL]).primary is None


def test_the_same_identity_counts_once_whatever_the_case_of_its_namespace() -> None:
    record = {"_t": {"email": "a@b"}, "identityMap": {"email": [{"id": "a@b"}]}}
    assert len(identities_of(record, [EMAIL]).all) == 1


def test_malformed_identity_maps_and_empty_ids_are_passed_over() -> None:
    record = {"_t": {"email": ""}, "identityMap": {"a": "x", "b": [1, {"id": 3}, {"id": ""}]}}
    assert identities_of(record, [EMAIL]).all == ()
    assert identities_of({"identityMap": []}, []).all == ()


def test_ids_in_arrays_are_all_found() -> None:
    field = IdentityField(path="/emails/address", namespace="Email", primary=False)
    found = identities_of({"emails": [{"address": "a@b"}, {"address": "c@d"}]}, [field])
    assert [identity.value for identity in found.all] == ["a@b", "c@d"]


def test_an_identity_map_is_written_with_lower_case_keys() -> None:
    written = identity_map(
        [
            Identity(namespace="Email", value="a@b"),
            Identity(namespace="ECID", value="1"),
            Identity(namespace="EMAIL", value="c@d"),
        ]
    )
    assert written == {"ecid": [{"id": "1"}], "email": [{"id": "a@b"}, {"id": "c@d"}]}
