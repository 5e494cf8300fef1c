"""Variables of the local sinks, for collections that create destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.aep.platform import Platform


def sink_variables(platform: Platform) -> dict[str, str]:
    """Variables for a collection that makes destinations and reads what they got.

    Of a service that exports go out to, only the address is known here: its streams and keys are the
    user's own. The keys of the others open nothing until a base connection brings them.
    """
    settings = platform.settings
    found: dict[str, str] = {}
    if settings.kinesis_endpoint:
        found["KINESIS_ENDPOINT"] = settings.kinesis_endpoint.replace("{region}", "{{KINESIS_REGION}}")
    else:
        found |= {
            "KINESIS_ENDPOINT": f"{platform.url}/_sinks/kinesis/us-east-1",
            "KINESIS_REGION": "us-east-1",
            "KINESIS_STREAM": "aep-profiles",
            "KINESIS_ACCESS_KEY_ID": "AKIALOCALPLATFORM",
            "KINESIS_SECRET_KEY": "local-platform-kinesis-secret-key",
        }
    if settings.eventhubs_endpoint:
        address = settings.eventhubs_endpoint.replace("{namespace}", "{{EVENTHUB_NAMESPACE}}")
        found["EVENTHUB_ENDPOINT"] = address
    else:
        found |= {
            "EVENTHUB_ENDPOINT": f"{platform.url}/_sinks/eventhubs/local-namespace",
            "EVENTHUB_NAMESPACE": "local-namespace",
            "EVENTHUB_NAME": "aep-profiles",
            "EVENTHUB_SAS_KEY_NAME": "send",
            "EVENTHUB_SAS_KEY": "local-platform-eventhub-sas-key",
        }
    return found
