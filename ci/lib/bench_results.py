"""Prints measurements and keeps them in target/bench/results.json, one JSON object a line."""

import json
import time
from pathlib import Path


def record(root, metric, value, unit):
    print(f"{metric} {value:.3f} {unit}", flush=True)
    entry = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "metric": metric, "value": value, "unit": unit}
    with open(Path(root) / "target" / "bench" / "results.json", "a", encoding="utf-8") as results:
        results.write(json.dumps(entry) + "\n")
