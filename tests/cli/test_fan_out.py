"""Requests that a script sends side by side are recorded in order of asking, and replay as they were told."""

import time

import pytest
import yaml

from harness.errors import ExitCode

FAN_OUT = """
const base = pm.environment.get('base');
const [told, four] = [[], [3, 2, 1, 0]];
const ask = (n) => new Promise((resolve) => pm.sendRequest(
  `${base}/${n}?draw=${Math.random()}&id=${pm.variables.replaceIn('{{$guid}}')}`,
  (error, answer) => { told.push(answer.json().n); resolve(); }));
await Promise.all(four.map(ask));
const title = `told ${told.join("-")} then ${Math.random()} at ${Date.now()}`;
pm.test(title, () => pm.expect(told).to.have.lengthOf(4));
"""


@pytest.fixture
def fan_out(workspace, target):
    class Slow(dict):
        """The first that is asked for answers last."""

        def get(self, path, default):
            number = path.strip("/").partition("?")[0]
            if not number.isdigit():
                return default
            time.sleep(int(number) * 0.03)
            return 200, {"n": int(number)}

    target.answers = Slow()
    workspace.json("e.json", {"name": "e", "values": [{"key": "base", "value": target.url}]})
    event = [{"listen": "test", "script": {"exec": FAN_OUT.split("\n")}}]
    request = {"method": "GET", "url": "{{base}}/main"}
    return workspace.collection({"name": "fans out", "request": request, "event": event}, name="fan")


def checks(said):
    return [line for line in said.out.splitlines() if "told " in line]


def test_a_fan_out_is_recorded_in_the_order_of_asking_and_replays_alike(command, workspace, fan_out):
    first = command("run", fan_out, "-e", "e.json", "--record", "tape.yaml")
    assert first.code is ExitCode.PASSED, first.out + first.err
    tape = yaml.safe_load((workspace.folder / "tape.yaml").read_text("utf-8"))
    uris = [entry["request"]["uri"].partition("?")[0][-1] for entry in tape["interactions"]]
    assert uris == ["n", "3", "2", "1", "0"]
    for _ in range(2):
        again = command("run", fan_out, "-e", "e.json", "--replay", "tape.yaml")
        assert again.code is ExitCode.PASSED, again.out + again.err
        assert checks(again) == checks(first) != []
        assert "connections attempted: 0" in again.out
