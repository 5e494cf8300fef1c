from __future__ import annotations

from typing import Any

import pytest

from tests.aep.edge.edge_calls import handle, send, stream

SESSION = {"name": "v-1", "playerName": "p", "contentType": "VOD", "length": 60, "channel": "web"}


def event(action: str, **media: Any) -> dict[str, Any]:
    return {
        "events": [{"xdm": {"eventType": f"media.{action}", "mediaCollection": {"playhead": 0, **media}}}]
    }


@pytest.fixture
def target(client: Any) -> str:
    return f"configId={stream(client, None)}"


@pytest.fixture
def session(client: Any, target: str) -> str:
    """Id of a session that has begun."""
    begun = send(client, f"va/v1/sessionStart?{target}", event("sessionStart", sessionDetails=SESSION))
    assert begun.status == 200, begun.body
    return str(handle(begun, "media-analytics:new-session")[0]["sessionId"])


def tell(client: Any, target: str, action: str, **media: Any) -> Any:
    return send(client, f"or2/va/v1/{action}?{target}", event(action, **media))


def test_a_session_is_followed_until_its_end_is_told(client: Any, target: str, session: str) -> None:
    told = [tell(client, target, action, sessionID=session) for action in ("play", "ping", "sessionEnd")]
    assert [one.status for one in told] == [204, 204, 204]
    late = tell(client, target, "ping", sessionID=session)
    assert (late.status, late.json()["type"].rpartition("/")[2]) == (404, "va-edge-0404-404")


def test_the_web_sdk_begins_a_session_by_an_event(client: Any, target: str) -> None:
    begun = send(client, f"v1/interact?{target}", event("sessionStart", sessionDetails=SESSION))
    assert len(handle(begun, "media-analytics:new-session")[0]["sessionId"]) == 64
    assert begun.json()["handle"][0]["eventIndex"] == 0


def test_a_session_that_lacks_a_field_does_not_begin(client: Any, target: str) -> None:
    body = event("sessionStart", sessionDetails={**SESSION, "name": None})
    body["events"][0]["xdm"]["timestamp"] = "yesterday"
    answer = send(client, f"va/v1/sessionStart?{target}", body)
    assert answer.status == 207
    assert handle(answer, "media-analytics:new-session") is None
    (error,) = answer.json()["errors"]
    assert [one["name"] for one in error["report"]["details"]] == [
        "$.xdm.mediaCollection.sessionDetails.name",
        "$.xdm.timestamp",
    ]


def test_a_session_ends_in_silence_and_when_the_playhead_stands_still(
    client: Any, target: str, session: str
) -> None:
    for _ in range(3):
        client.clock.advance(9 * 60_000)
        assert tell(client, target, "ping", sessionID=session).status == 204
    client.clock.advance(9 * 60_000)
    assert tell(client, target, "ping", sessionID=session).status == 404


def test_a_session_of_more_than_a_day_is_gone(client: Any, target: str, session: str) -> None:
    client.clock.advance(24 * 3_600_000 + 1)
    assert tell(client, target, "ping", sessionID=session).status == 410


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("chapterStart", "chapterDetails"),
        ("adStart", "advertisingDetails"),
        ("adBreakStart", "advertisingPodDetails"),
        ("error", "errorDetails"),
        ("bitrateChange", "qoeDataDetails"),
    ],
)
def test_what_an_event_lacks_is_named(
    client: Any, target: str, session: str, action: str, named: str
) -> None:
    refused = tell(client, target, action, sessionID=session)
    assert (refused.status, refused.json()["type"].rpartition("/")[2]) == (400, "va-edge-0400-400")
    found = [one["name"] for one in refused.json()["report"]["details"]]
    assert found == [f"$.events[0].xdm.mediaCollection.{named}"]
    assert tell(client, target, action, sessionID=session, **{named: {}}).status == 204


def test_the_type_of_an_event_has_to_be_that_of_its_path(client: Any, target: str, session: str) -> None:
    body = event("adBreakStart", sessionID=session)
    refused = send(client, f"va/v1/chapterStart?{target}", body)
    assert refused.status == 400
    assert "adBreakStart was different from the path eventType chapterStart" in refused.body.decode()
    assert send(client, f"va/v1/sessionStart?{target}", body).status == 400


def test_a_call_that_is_not_there_is_named(client: Any, target: str) -> None:
    refused = tell(client, target, "rewind")
    assert (refused.status, refused.json()["type"].rpartition("/")[2]) == (404, "va-edge-0404-404")
    assert "no call rewind" in refused.json()["report"]["details"]
