"""The life of a batch: files, parts, actions, replays, and how it is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.aep.ingestion.upload import CATALOG, IMPORT, OCTETS, Upload, lines


def test_a_batch_goes_from_loading_to_success(upload: Upload) -> None:
    answer = upload.client.post(IMPORT, {"datasetId": upload.dataset, "inputFormat": {"format": "json"}})
    body = answer.json()
    assert body["status"] == "loading"
    assert body["relatedObjects"] == [{"type": "dataSet", "id": upload.dataset}]
    assert len(body["id"]) == 26
    assert upload.status(body["id"])["status"] == "loading"
    assert upload.put(body["id"], lines(upload.row(), upload.row())).status == 201
    assert upload.act(body["id"]).status == 200
    after = upload.status(body["id"])
    assert (after["status"], after["errors"]) == ("success", [])
    assert after["metrics"]["outputRecordCount"] == after["recordCount"] == 2
    assert upload.landed() == [upload.row(), upload.row()]


def test_a_batch_without_files_fails(upload: Upload) -> None:
    batch = upload.create()
    upload.act(batch)
    assert upload.status(batch)["errors"][0]["code"] == "106"


def test_a_file_is_created_then_replaced(upload: Upload) -> None:
    batch = upload.create()
    assert upload.put(batch, b"rubbish").status == 201
    assert upload.put(batch, lines(upload.row())).status == 200
    upload.act(batch)
    assert upload.status(batch)["status"] == "success"


def test_a_large_file_comes_in_parts(upload: Upload) -> None:
    batch = upload.create()
    content = lines(upload.row(), upload.row())
    url = upload.file(batch, "dir/big.json")
    assert upload.client.post(f"{url}?action=INITIALIZE").status == 201
    half = len(content) // 2
    for begin, end in ((0, half), (half, len(content))):
        headers = {**OCTETS, "content-range": f"bytes {begin}-{end - 1}/{len(content)}"}
        assert upload.client.patch(url, content[begin:end], headers=headers).status == 200
    assert upload.client.call("HEAD", url).headers["content-length"] == str(len(content))
    assert upload.client.post(f"{url}?action=complete").status == 200
    upload.act(batch)
    assert upload.status(batch)["recordCount"] == 2


def test_parts_that_do_not_fit_are_refused(upload: Upload) -> None:
    batch = upload.create()
    url = upload.file(batch)
    part = {**OCTETS, "content-range": "bytes 0-1/2"}
    assert upload.client.patch(url, b"ab", headers=part).status == 404
    upload.client.post(f"{url}?action=INITIALIZE")
    for text in ("", "0-1", "bytes 0-5/9", "bytes 512000000-512000001/512000002"):
        headers = {**OCTETS, "content-range": text}
        assert upload.client.patch(url, b"ab", headers=headers).status == 400, text
    assert upload.client.post(f"{url}?action=other").status == 400
    assert upload.client.post(f"{upload.file(batch, 'none')}?action=COMPLETE").status == 404
    assert upload.client.call("HEAD", upload.file(batch, "none")).status == 404


def test_an_action_is_compared_without_case_and_completing_twice_is_safe(upload: Upload) -> None:
    batch = upload.create()
    upload.put(batch, lines(upload.row()))
    assert upload.act(batch, "complete").status == 200
    assert upload.act(batch).status == 200
    assert len(upload.landed()) == 1
    assert upload.act(batch, "ABORT").status == 400
    assert upload.act(batch, "dance").status == 400


def test_a_batch_can_be_aborted_failed_and_reverted(upload: Upload) -> None:
    for action, status in (("ABORT", "aborted"), ("FAIL", "failed")):
        batch = upload.create()
        assert upload.act(batch, action).status == 200
        assert upload.status(batch)["status"] == status
        assert upload.put(batch, b"x").status == 400
        assert upload.act(batch).status == 400
    done = upload.create()
    upload.put(done, lines(upload.row()))
    upload.act(done)
    assert upload.act(done, "REVERT").status == 200
    assert (upload.status(done)["status"], upload.landed()) == ("inactive", [])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"datasetId": None}, 400),
        ({"datasetId": "0" * 24}, 404),
        ({"inputFormat": None}, 400),
        ({"inputFormat": {"format": "xml"}}, 400),
        ({"partialIngestionPercent": 101}, 400),
    ],
)
def test_a_batch_that_cannot_be_is_refused(upload: Upload, change: dict[str, Any], status: int) -> None:
    body = {"datasetId": upload.dataset, "inputFormat": {"format": "json"}, **change}
    assert upload.client.post(IMPORT, body).status == status


def test_an_upload_names_its_own_batch_and_dataset_with_the_right_type(upload: Upload) -> None:
    batch = upload.create()
    assert upload.client.put(upload.file("none"), b"x", headers=OCTETS).status == 404
    wrong = upload.file(batch).replace(upload.dataset, "0" * 24)
    assert upload.client.put(wrong, b"x", headers=OCTETS).status == 404
    json_type = {"content-type": "application/json"}
    assert upload.client.put(upload.file(batch), b"{}", headers=json_type).status == 415
    assert upload.put(batch, b"x", "n" * 2000).status == 414
    assert upload.act("none").status == 404
    assert upload.client.get(f"{CATALOG}/batches/none").status == 404


def test_the_singular_path_is_an_alias(upload: Upload) -> None:
    batch = upload.create()
    assert set(upload.client.get(f"{CATALOG}/batch/{batch}").json()) == {batch}


def test_batches_are_listed_by_status_dataset_and_time(upload: Upload) -> None:
    loading = upload.create()
    upload.client.clock.advance(1000)
    done = upload.create()
    upload.put(done, lines(upload.row()))
    upload.act(done)
    other = upload.lake.dataset(upload.schema, name="Other")

    def ids(query: str) -> list[str]:
        return list(upload.client.get(f"{CATALOG}/batches?{query}").json())

    assert ids("") == [loading, done]
    assert ids("status=success") == [done]
    assert ids(f"dataSet={upload.dataset}") == [loading, done]
    assert ids(f"dataSet={other}") == []
    assert ids("orderBy=desc:created") == [done, loading]
    assert ids(f"createdAfter={upload.client.clock.now_ms() - 1}") == [done]
    assert ids(f"batch={loading}") == [loading]
    assert upload.client.get(f"{CATALOG}/batches?status=odd").status == 400


def test_a_deleted_dataset_takes_its_batches_along(upload: Upload) -> None:
    batch = upload.create()
    upload.put(batch, lines(upload.row()))
    upload.act(batch)
    upload.client.delete(f"{CATALOG}/dataSets/{upload.dataset}")
    assert upload.client.get(f"{CATALOG}/batches/{batch}").status == 404
    assert upload.landed() == []


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
def test_a_client_may_tag_a_batch_but_not_decide_its_life(upload: Upload, method: str) -> None:
    batch = upload.create()
    url = f"{CATALOG}/batches/{batch}"
    answer = upload.client.call(method, url, {"tags": {"a": ["1"]}, "status": "success"})
    assert (answer.status, answer.json()) == (200, [f"@/batches/{batch}"])
    after = upload.status(batch)
    assert (after["tags"], after["status"]) == ({"a": ["1"]}, "loading")
    assert upload.client.call(method, url, {"tags": []}).status == 400
    assert upload.client.call(method, f"{CATALOG}/batches/none", {}).status == 404


@pytest.mark.parametrize(
    ("parts", "fits"),
    [
        ([(0, 3), (4, 9)], True),
        ([(4, 9), (0, 3)], True),
        ([(0, 3), (0, 3), (4, 9)], True),
        ([(0, 3), (5, 9)], False),
        ([(1, 9)], False),
        ([(0, 4), (4, 9)], False),
        ([(0, 3)], False),
    ],
)
def test_whether_parts_fit_is_found_when_the_file_is_completed(
    upload: Upload, parts: list[tuple[int, int]], fits: bool
) -> None:
    content = b"0123456789"
    batch = upload.create()
    url = upload.file(batch, "big.json")
    upload.client.post(f"{url}?action=INITIALIZE")
    for begin, end in parts:
        headers = {**OCTETS, "content-range": f"bytes {begin}-{end}/10"}
        answer = upload.client.patch(url, content[begin : end + 1], headers=headers)
        assert (answer.status, answer.headers["range"]) == (200, f"bytes={begin}-{end}")
    # Nothing is taken in before the file is whole.
    assert upload.act(batch).status == 400
    answer = upload.client.post(f"{url}?action=COMPLETE")
    assert answer.status == (200 if fits else 400)
    if fits:
        assert answer.json() == {"name": "big.json", "sizeInBytes": 10}
        store = upload.client.platform.store
        assert store.rows("SELECT content FROM blob") == [(content,)]


def test_a_replay_replaces_batches(upload: Upload) -> None:
    first, second = (upload.create() for _ in range(2))
    for batch in (first, second):
        upload.put(batch, lines(upload.row(points=1)))
        upload.act(batch)
    replay = {"predecessors": [first, second], "reason": "replace"}
    broken = upload.create(replay=replay)
    upload.put(broken, b"rubbish")
    upload.act(broken)
    assert [upload.status(one)["status"] for one in (first, second, broken)] == [
        "success",
        "success",
        "failure",
    ]
    better = upload.create(replay=replay)
    assert upload.status(better)["replay"] == replay
    upload.put(better, lines(upload.row(points=2)))
    upload.act(better)
    assert [upload.status(one)["status"] for one in (first, second, better)] == [
        "inactive",
        "inactive",
        "success",
    ]
    assert [one[upload.lake.tenant]["points"] for one in upload.landed()] == [2]


@pytest.mark.parametrize(
    ("replay", "status"),
    [
        ("x", 400),
        ({}, 400),
        ({"predecessors": []}, 400),
        ({"predecessors": [5]}, 400),
        ({"predecessors": ["none"]}, 404),
        ({"predecessors": ["LOADING"]}, 400),
        ({"predecessors": ["LOADING"], "reason": "other"}, 400),
    ],
)
def test_a_replay_names_batches_that_landed(upload: Upload, replay: Any, status: int) -> None:
    loading = upload.create()
    text = json.dumps(replay).replace("LOADING", loading)
    body = {"datasetId": upload.dataset, "inputFormat": {"format": "json"}, "replay": json.loads(text)}
    assert upload.client.post(IMPORT, body).status == status


ACTIONS = ("COMPLETE", "ABORT", "FAIL", "REVERT")


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("loading", {"COMPLETE": "success", "ABORT": "aborted", "FAIL": "failed"}),
        ("success", {"COMPLETE": "success", "REVERT": "inactive"}),
        ("failure", {"COMPLETE": "failure"}),
        ("aborted", {"ABORT": "aborted"}),
        ("failed", {"FAIL": "failed"}),
        ("inactive", {"REVERT": "inactive"}),
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_may_be_done_to_a_batch_depends_on_its_status(
    upload: Upload, status: str, allowed: dict[str, str], action: str
) -> None:
    batch = upload.create()
    upload.put(batch, b"rubbish" if status == "failure" else lines(upload.row()))
    for step in {
        "success": ["COMPLETE"],
        "failure": ["COMPLETE"],
        "aborted": ["ABORT"],
        "failed": ["FAIL"],
        "inactive": ["COMPLETE", "REVERT"],
    }.get(status, []):
        assert upload.act(batch, step).status == 200
    answer = upload.act(batch, action)
    assert (answer.status == 200) is (action in allowed)
    assert upload.status(batch)["status"] == allowed.get(action, status)
    if answer.status != 200:
        assert answer.json()["title"] == "BadRequestError"
        assert status in answer.json()["detail"]
    else:
        assert answer.json()["status"] == allowed[action]


def test_a_batch_has_a_version_to_match(upload: Upload) -> None:
    url = f"{CATALOG}/batches/{upload.create()}"
    first = upload.client.get(url).headers["e-tag"]
    answer = upload.client.patch(url, {"tags": {"a": ["1"]}}, headers={"if-match": first})
    assert (answer.status, answer.headers["e-tag"]) == (200, upload.client.get(url).headers["e-tag"])
    stale = upload.client.patch(url, {"tags": {}}, headers={"if-match": first})
    assert (stale.status, stale.json()["title"]) == (412, "PreconditionFailedError")
    assert list(upload.client.get(f"{url}?properties=status").json().values()) == [{"status": "loading"}]


@pytest.mark.parametrize("state", ["failed", "failure"])
def test_a_list_of_failed_batches_has_them_in_either_word(lake: Any, state: str) -> None:
    upload = Upload(lake)
    upload.whole(json.dumps(upload.row()).encode())
    upload.whole(json.dumps(upload.row(points="many")).encode())
    (found,) = upload.client.get(f"{CATALOG}/batches?status={state}").json().values()
    assert found["status"] == "failure"
    assert found["sandboxId"]
    assert found["errors"][0]["code"]


def test_an_unknown_query_parameter_is_told_in_the_log(lake: Any, caplog: Any) -> None:
    upload = Upload(lake)
    batch = upload.create()
    upload.client.post(f"{IMPORT}/{batch}?action=ABORT&acton=COMPLETE")
    assert "'acton'" in caplog.text
    assert "synchronousValidation" in caplog.text
