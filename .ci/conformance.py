"""Hold a conformance report against the counts that were reached before: they only go up."""

import json
import sys
from pathlib import Path

LEVELS = ("core", "strict")


def main(report_path: str) -> int:
    """Print the counts per family; 1 when any is below its threshold."""
    report = json.loads(Path(report_path).read_text(encoding="utf-8"))
    thresholds = json.loads((Path(__file__).parent / "conformance.json").read_text(encoding="utf-8"))
    short = False
    for family, levels in thresholds.items():
        for level in LEVELS:
            passed, total = report["summary"].get(family, {}).get(level, [0, 0])
            needed = levels[level]
            mark = "ok" if passed >= needed else "BELOW"
            short = short or passed < needed
            sys.stdout.write(f"{family:8s} {level:7s} {passed}/{total} (at least {needed}) {mark}\n")
    for case in report["cases"]:
        if not case["verdict"]["core"]:
            sys.stdout.write(f"not core: {case['family']}/{case['id']}: {', '.join(case['diff'])}\n")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
