"""A reporter that lists the calls which took longer than they may, the slowest first."""

from pathlib import Path


class SlowCalls:
    """`-r slow` with `--reporter-slow-limit MS` and `--reporter-slow-export FILE`."""

    options = ("limit", "export")
    schema = 1

    def __init__(self, options):
        self.limit_ms = float(options.get("limit", 500))
        self.file = Path(options.get("export", "slow-calls.txt"))
        self.slow = []

    def handle(self, event):
        if event["is"] != "CallFinished":
            return
        elapsed_ms = event["result"].get("elapsed_ms", 0)
        if elapsed_ms > self.limit_ms:
            self.slow.append((elapsed_ms, " / ".join(event["path"])))

    def close(self):
        lines = [f"{elapsed:8.0f} ms  {name}" for elapsed, name in sorted(self.slow, reverse=True)]
        self.file.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return self.file
