#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs ptychopatch-bench on little data and looks at everything that it writes.

usage: quick.py PTYCHOPATCH_BENCH
"""
import json
import os
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

from expect import drawings_of, require, run


def check_report(report, names):
    require(report["skipped"] == [], f"nothing skipped, got {report['skipped']}")
    measured = {record["name"] for record in report["records"] + report["memory"]}
    missing = [name for name in names if name not in measured and not name.startswith("limits/")]
    require(not missing, f"a record of every case, there is none of {missing}")
    require(len(report["limits"]) == sum(name.startswith("limits/") for name in names),
            "a record of every limit")
    for record in report["records"]:
        for key in ("seconds", "bytes", "gigabytes_per_second", "limit_seconds", "share_of_limit"):
            require(record[key] > 0, f"{key} > 0 in {record['name']}, got {record[key]}")
        require(record["share_of_limit_low"] <= record["share_of_limit"]
                <= record["share_of_limit_high"], f"ordered quartiles in {record['name']}")
        for key in ("machine", "commit", "library_version", "date"):
            require(record[key], f"a {key} in {record['name']}")
    for record in report["memory"]:
        require(record["plan_bytes"] > 0, f"a plan that takes memory in {record['name']}")
        budget = record["budget_bytes"]
        require(not budget or record["plan_bytes"] <= budget,
                f"a plan within its budget in {record['name']}")


def check_drawing(text):
    root = ElementTree.fromstring(text)
    require(root.tag == "{http://www.w3.org/2000/svg}svg", f"an SVG drawing, got {root.tag}")
    letters = sum(link.startswith("#glyph") for element in root.iter()
                  for name, link in element.items() if name.endswith("href"))
    require(letters > 100, f"a drawing with words, got {letters} letters")
    numbers = " ".join(element.get("d", "") for element in root.iter())
    require("nan" not in numbers and "inf" not in numbers, "only numbers in a drawing")


def check_page(text):
    sources = re.findall(r'(?:src|href)="([^"]*)"', text)
    drawings = drawings_of(text)
    require(len(drawings) >= 3, f"at least 3 drawings in the page, got {len(drawings)}")
    require(len(sources) == len(drawings), "a page that refers to nothing outside")
    for drawing in drawings:
        check_drawing(drawing)


def main():
    bench = sys.argv[1]
    names = run(0, bench, "--quick", "--list").stdout.split()
    require(len(names) == len(set(names)), "names that differ")
    with tempfile.TemporaryDirectory() as folder:
        report, page, again = (os.path.join(folder, name) for name in
                               ("report.json", "page.html", "again.html"))
        run(0, bench, "--quick", "--json", report, "--html", page)
        with open(report, encoding="utf-8") as file:
            check_report(json.load(file), names)
        with open(page, encoding="utf-8") as file:
            text = file.read()
        check_page(text)
        run(0, bench, "--render", report, "--html", again, "--pictures", folder)
        with open(again, encoding="utf-8") as file:
            require(file.read() == text, "the same page from the report")
        drawings = ["cost-patches.svg", "cost-pixels.svg", "bandwidth.svg"]
        for drawing in drawings:
            with open(os.path.join(folder, drawing), encoding="utf-8") as file:
                check_drawing(file.read())
        require(sorted(os.listdir(folder)) == sorted([*drawings, "again.html", "page.html",
                                                      "report.json"]), "no other file")

        for wrong in (["--filter", "("], ["--filter", "no such case"], ["--device", "tpu"],
                      ["--render", os.path.join(folder, "none.json"), "--html", page],
                      ["--render", page, "--html", page], ["--repetitions", "0"]):
            require(run(2, bench, *wrong).stderr, f"a reason for refusing {wrong}")
        no_device = {**os.environ, "PPATCH_BACKEND_DIR": folder}
        done = run(3, bench, "--device", "cuda:0", env=no_device)
        require("cuda:0" in done.stderr, f"a reason without a CUDA backend, got {done}")
    print(f"{len(names)} cases")


if __name__ == "__main__":
    main()
