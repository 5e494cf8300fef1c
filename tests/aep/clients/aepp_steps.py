"""Steps with aepp 0.6.0 against a local platform; the first one that fails ends the run.

    python aepp_steps.py ENVIRONMENT_FILE

Every host of Adobe's that aepp names is led to the platform, and no other can be reached.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import aepp
import requests
from aepp import (
    accesscontrol,
    catalog,
    customerprofile,
    dataprep,
    flowservice,
    identity,
    ingestion,
    sandboxes,
    schemamanager,
    segmentation,
)
from aepp import schema as registry
from requests.adapters import HTTPAdapter

PROFILE = "https://ns.adobe.com/xdm/context/profile"
PERSONAL = "https://ns.adobe.com/xdm/context/profile-personal-details"


def lead_to(base: str) -> None:
    """Send what goes to a host of Adobe's to the platform."""
    send = HTTPAdapter.send

    def to_platform(self, request, **options):
        there = urlsplit(request.url)
        if there.netloc != urlsplit(base).netloc:
            assert there.hostname.endswith((".adobe.io", ".adobelogin.com", ".adobedc.net")), request.url
            request.url = f"{base}{there.path}" + (f"?{there.query}" if there.query else "")
        return send(self, request, **{**options, "proxies": {}, "timeout": 20})

    HTTPAdapter.send = to_platform


def main(file: str) -> int:
    """Run the steps; each asserts what an engineer would look for."""
    values = {one["key"]: one["value"] for one in json.loads(Path(file).read_text())["values"]}
    lead_to(values["PLATFORM_GATEWAY"].rstrip("/"))
    aepp.configure(
        org_id=values["IMS_ORG"],
        secret=values["CLIENT_SECRET"],
        client_id=values["API_KEY"],
        scopes=values["SCOPES"],
        environment="prod",
        sandbox="prod",
    )
    tenant = "_" + values["TENANT_ID"]
    schemas, datasets, files = registry.Schema(), catalog.Catalog(), ingestion.DataIngestion()
    profiles, segments, flows = (
        customerprofile.Profile(),
        segmentation.Segmentation(),
        flowservice.FlowService(),
    )

    # the registry: Adobe's resources and one's own
    assert schemas.getTenantId() == values["TENANT_ID"]
    assert "personalEmail" in schemas.getFieldGroup(PERSONAL)["properties"]
    assert len(schemas.getFieldGroupsGlobal()) > 300
    own = {"properties": {tenant: {"type": "object", "properties": {"points": {"type": "integer"}}}}}
    group = schemas.createFieldGroup(
        {
            "title": "Points",
            "type": "object",
            "meta:intendedToExtend": [PROFILE],
            "definitions": {"own": own},
            "allOf": [{"$ref": "#/definitions/own"}],
        }
    )
    made = schemas.createProfileSchema("People", fieldGroupIds=[group["$id"], PERSONAL])
    described = schemas.createDescriptorOperation(
        sourceSchema=made["$id"],
        descType="xdm:descriptorIdentity",
        completePath="personalEmail.address",
        identityNSCode="Email",
        identityPrimary=True,
    )
    assert "@id" in schemas.createDescriptor(described)
    schemas.enableSchemaForRealTime(made["$id"])
    paths = list(schemamanager.SchemaManager(made["$id"]).to_dataframe()["path"])
    assert {f"{tenant}.points", "personalEmail.address"} <= set(paths), paths

    # data: a dataset, a batch, the profile
    created = datasets.createDataSet(
        {
            "name": "People",
            "schemaRef": {"id": made["$id"], "contentType": "application/vnd.adobe.xed+json;version=1"},
            "tags": {"unifiedProfile": ["enabled:true"], "unifiedIdentity": ["enabled:true"]},
        }
    )
    dataset = created[0].rpartition("/")[2]
    assert datasets.getDataSets()[dataset]["classification"]["dataBehavior"] == "record"
    batch = files.createBatch(dataset)["id"]
    person = {"_id": "1", "personalEmail": {"address": "ada@x.example"}, tenant: {"points": 7}}
    files.uploadSmallFile(batch, dataset, "people.json", data=person)
    files.uploadSmallFileFinish(batch)
    wait(lambda: datasets.getBatch(batch)[batch]["status"] == "success")
    assert batch in datasets.getLastBatches(dataset)
    assert batch in datasets.getBatches(limit=5, output="dataframe", dataSet=dataset).to_string()
    found = profiles.getEntity(entityId="ada@x.example", entityIdNS="Email")
    assert next(iter(found.values()))["entity"][tenant]["points"] == 7
    assert dataset in profiles.getPreviewDataSetOverlap(output="df").to_string()

    # people: segments, audiences
    pql = {"type": "PQL", "format": "pql/text", "value": f"{tenant}.points > 5"}
    audience = segments.createAudience(
        {
            "name": "Many points",
            "type": "SegmentDefinition",
            "expression": pql,
            "schema": {"name": "_xdm.context.profile"},
        }
    )
    assert audience["id"] in [one["id"] for one in segments.getAudiences()]
    job = segments.createJob([audience["id"]])["id"]
    wait(lambda: segments.getJob(job)["status"] == "SUCCEEDED")

    # mappings, flows, namespaces, access, packages
    prep = dataprep.DataPrep()
    mapping = {"sourceType": "ATTRIBUTE", "source": "mail", "destination": "personalEmail.address"}
    kept = prep.createMappingSet(schemaId=made["$id"], validate=False, mappingList=[mapping])
    assert len(kept["id"]) == 32, kept
    assert flows.createFlowStreaming(datasetId=dataset)["flow"]["id"]

    # files: the landing zone, a flow over it by a mapping, its run
    uri, _, signature = flows.getLandingZoneSASUri().partition("?")
    content = b"Mail,Name\nbob@x.example,Bob\n"
    put = requests.put(
        f"{uri}/people/a.csv?{signature}", data=content, headers={"x-ms-blob-type": "BlockBlob"}
    )
    assert put.status_code == 201, put.text
    assert flows.getLandingZoneContent(file="people/a.csv")["data"] == [
        {"Mail": "bob@x.example", "Name": "Bob"}
    ]
    rules = [
        {"sourceType": "ATTRIBUTE", "source": "Mail", "destination": "personalEmail.address"},
        {"sourceType": "EXPRESSION", "source": "uuid()", "destination": "_id"},
    ]
    by = prep.createMappingSet(schemaId=made["$id"], mappingList=rules)["id"]
    source = flows.createSourceConnectionDataLandingZone("files", path="people", type="folder")["id"]
    target = flows.createTargetConnectionDataLake("lake", datasetId=dataset, schemaId=made["$id"])["id"]
    over = flows.createFlowDataLandingZoneToDataLake(
        "over files",
        source,
        target,
        schedule_start_time=str(int(time.time())),
        transformation_mapping_id=by,
        transformation_name="Mapping",
    )["id"]
    wait(lambda: flows.getRuns(prop=f"flowId=={over}"))
    assert (
        flows.getRuns(limit=1, prop=f"flowId=={over}")[0]["metrics"]["recordSummary"]["outputRecordCount"]
        == 1
    )
    assert profiles.getEntity(entityId="bob@x.example", entityIdNS="Email")
    every = {one["id"] for one in flows.getSourceConnections()}
    assert source in every
    prep.deleteMappingSet(kept["id"])
    assert kept["id"] not in [one["id"] for one in prep.getMappingSets()]
    where = {"path": "people/a.csv", "type": "file", "sourceType": "Cloud Storage", "cloudType": "DLZ"}
    upload = {
        "name": "Uploaded",
        "originName": "CUSTOM_UPLOAD",
        "fields": [{"name": "Mail", "type": "string", "identityNs": "Email"}],
        "sourceSpec": {"params": where},
    }
    operation = segments.createExtenalAudience(upload)["operationId"]
    uploaded = segments.getExternalAudienceStatus(operation)["audienceId"]
    run = segments.runExternalAudienceJob(uploaded)["runId"]
    assert segments.getExternalAudienceJob(uploaded, run)["status"] == "SUCCESS"
    assert schemas.getSchemaPaths(made["$id"])

    identity.Identity().createB2BIdentities()
    titles = set(schemas.createB2Bschemas())
    assert {"B2B Account", "B2B Opportunity Person Relation"} <= titles, titles
    assert "b2b_opportunity" in [one["code"] for one in identity.Identity().getIdentities()]
    policies = accesscontrol.AccessControl().getEffectivePolicies(["/resource-types/schemas"])
    assert policies["policies"]["/resource-types/schemas"]
    assert sandboxes.Sandboxes().getPackages() == []
    sys.stdout.write("aepp: all steps pass\n")
    return 0


def wait(ready) -> None:
    """Look every 0.1 s until something is so; AssertionError after 10 s."""
    for _ in range(100):
        if ready():
            return
        time.sleep(0.1)
    raise AssertionError("waited in vain")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
