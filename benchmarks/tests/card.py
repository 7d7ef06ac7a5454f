#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The suite on a card: on the host that stands in for one, whatever time that takes.

usage: card.py PTYCHOPATCH_BENCH MODULE_FOLDER
"""
import json
import os
import sys
import tempfile

from expect import require, run

SOME = ("^limits|^main/.*adjoint/.*N16|^main/.*extract/.*N16|^overlaps/.*raster|^patches/.*K100/"
        "|^groups|^scenes|^shapes/.*raster|^calls/.*(K16/|create|moved)|^host_arrays")


def main():
    bench, modules = sys.argv[1:]
    card = {**os.environ, "PPATCH_BACKEND_DIR": modules}
    some = ["--device", "cuda:0", "--quick", "--repetitions", "1", "--filter", SOME]
    names = run(0, bench, *some, "--list").stdout.split()
    require(any("atomic_adjoint" in name for name in names), "the adjoint to compare with")
    with tempfile.TemporaryDirectory() as folder:
        report, page = (os.path.join(folder, name) for name in ("report.json", "page.html"))
        run(0, bench, *some, "--json", report, "--html", page, env=card)
        with open(report, encoding="utf-8") as file:
            written = json.load(file)
        require(written["skipped"] == [], f"nothing skipped, got {written['skipped']}")
        require(written["backend"] == "cuda" and "the host as a card" in written["machine"]["device"],
                f"the card's name, got {written['machine']}")
        measured = [one["name"] for one in written["records"]]
        require(sorted(measured) == sorted(name for name in names if not name.startswith("limits/")),
                "a record of every case")
        for one in written["records"]:
            writes = one["operation"] in ("extract", "probe_extract", "neighbours")
            limit = ("host_to_device" if "on_host" in one["name"].split("/") + [one["order"]]
                    else "device_memset" if writes else "device_read")
            require(one["limit"] == limit, f"the limit {limit} of {one['name']}, got {one['limit']}")
            require(one["backend"] == "cuda" and one["seconds"] > 0, f"a time of {one['name']}")
        require({one["limit"] for one in written["limits"]} ==
                {"device_memset", "device_copy", "device_read", "host_to_device"}, "limits of a card")
        with open(page, encoding="utf-8") as file:
            require("the host as a card" in file.read(), "a page that names the card")
    print(f"{len(names)} cases")


if __name__ == "__main__":
    main()
