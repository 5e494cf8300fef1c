from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.aep.identity.graph import IdentityGraph
from harness.aep.identity.identities import Identity
from harness.aep.platform import Platform
from harness.aep.settings import Settings
from harness.aep.xid import xid
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

ORG = "org"


def email(value: str) -> Identity:
    return Identity(namespace="Email", value=value)


def crm(value: str) -> Identity:
    return Identity(namespace="CRMID", value=value)


@pytest.fixture
def graph() -> Iterator[IdentityGraph]:
    platform = Platform(Settings(seed=1))
    yield IdentityGraph(platform)
    platform.close()


def together(graph: IdentityGraph, identity: Identity, sandbox: str = "prod") -> set[str]:
    cluster = graph.cluster_of(Tenant(ORG, sandbox), xid(ORG, identity.namespace, identity.value))
    members = [] if cluster is None else graph.members(Tenant(ORG, sandbox), cluster)
    return {found.value for found in graph.identities(Tenant(ORG, sandbox), members)}


def test_identities_of_one_record_are_linked(graph: IdentityGraph) -> None:
    link = graph.take(Tenant(ORG, "prod"), [email("a"), crm("1")])
    assert link.grown
    assert link.absorbed == ()
    assert together(graph, crm("1")) == {"a", "1"}


def test_a_shared_identity_joins_two_clusters_and_the_larger_keeps_its_id(
    graph: IdentityGraph,
) -> None:
    small = graph.take(Tenant(ORG, "prod"), [email("a")]).cluster
    large = graph.take(Tenant(ORG, "prod"), [email("b"), crm("1"), crm("2")]).cluster
    link = graph.take(Tenant(ORG, "prod"), [email("a"), crm("2")])
    assert (link.cluster, link.absorbed, link.grown) == (large, (small,), True)
    assert together(graph, email("a")) == {"a", "b", "1", "2"}
    assert list(graph.clusters(Tenant(ORG, "prod"))) == [large]


def test_the_same_record_again_changes_nothing(graph: IdentityGraph) -> None:
    graph.take(Tenant(ORG, "prod"), [email("a"), crm("1")])
    assert not graph.take(Tenant(ORG, "prod"), [crm("1"), email("a")]).grown


def test_the_case_of_a_namespace_does_not_matter_but_that_of_a_value_does(
    graph: IdentityGraph,
) -> None:
    graph.take(Tenant(ORG, "prod"), [email("a"), crm("1")])
    graph.take(Tenant(ORG, "prod"), [Identity(namespace="EMAIL", value="a"), crm("2")])
    graph.take(Tenant(ORG, "prod"), [email("A"), crm("3")])
    assert together(graph, email("a")) == {"a", "1", "2"}
    assert together(graph, email("A")) == {"A", "3"}


def test_sandboxes_do_not_see_each_other(graph: IdentityGraph) -> None:
    graph.take(Tenant(ORG, "prod"), [email("a")])
    assert together(graph, email("a"), "dev") == set()


def test_a_forgotten_cluster_takes_its_identities_with_it(graph: IdentityGraph) -> None:
    cluster = graph.take(Tenant(ORG, "prod"), [email("a"), crm("1")]).cluster
    graph.take(Tenant(ORG, "prod"), [email("b")])
    graph.forget(Tenant(ORG, "prod"), cluster)
    assert together(graph, crm("1")) == set()
    assert together(graph, email("b")) == {"b"}
