# SPDX-License-Identifier: Apache-2.0
"""What measurements end in: a line for each goal, and a file of figures."""
import json
import time


class Goals:
    """A line each: what, value, limit, ok or MISS."""

    def __init__(self):
        self.missed = 0

    def line(self, name, value, limit, good):
        self.missed += not good
        print(f"{name:<64}  {value}  {limit}  {'ok' if good else 'MISS'}", flush=True)

    def at_least(self, name, value, limit, unit=""):
        self.line(name, f"{value:.3g}{unit}", f">= {limit:g}{unit}", value >= limit)

    def at_most(self, name, value, limit, unit=""):
        self.line(name, f"{value:.3g}{unit}", f"<= {limit:g}{unit}", value <= limit)

    def none(self, name, count):
        self.line(name, str(count), "0", count == 0)


def write_report(path, library, **figures):
    """Figures of a library as JSON; nothing where the path is None."""
    if path is None:
        return
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema_version": 1, "library_version": library.version,
                   "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **figures},
                  file, indent=1)
        file.write("\n")
