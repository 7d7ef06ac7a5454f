# SPDX-License-Identifier: Apache-2.0
"""Names that no one chooses, and things that are no files, as every input and output."""
import codecs
import json
import os
import shutil
import socket

import campaign

LETTERS = [b" ", b"\n", b"\t", b"\r", b"'", b'"', b"\\", b"$(id)", b"`id`", b"%s%n", b"*", b"?", b";", b"|",
           b"&", b"<", b">", b"#", b"{", b"[", b"]", b",", b":", b"=", b"~", b"\x01", b"\x1b[31m", b"\x7f",
           b"\xff", b"\xc3", b"\xe2\x80\xae", b"\xf0\x9f\x92\xa5", "e\u0301".encode(), b"-", b"--help",
           b"a", b"b", b"..", b"x" * 80]
# What is left of them without an ending may be a step to another folder.
STEPS = [b".", b"..", b"...", b"a[", b"a]", b"..[1]"]
ENDINGS = {"scan": b".npz", "image": b".npy", "raw": b".dng"}
THINGS = ("folder", "fifo", "socket", "dangling", "loop", "full", "null", "memory", "unreadable",
          "missing", "parent", "long", "empty")


# A record's text for a byte that is no part of UTF-8.
codecs.register_error("byte by byte", lambda error: (
    "".join(f"\ufffd{byte:02x}" for byte in error.object[error.start:error.end]), error.end))


def hostile(random, ending=b""):
    """A name of at most 255 bytes that needs no folder."""
    most = 255 - len(ending)
    name = b"".join(random.choices(LETTERS, k=random.randint(1, 8)))
    if random.random() < 0.1:
        name = random.choice((b"n", b"\xff", b"\n")) * most
    if random.random() < 0.2:
        name = random.choice(STEPS)
    name = name.replace(b"/", b"_")[:most]
    # One that begins with a dash is told from an option by its folder.
    return (b"x" if name + ending in (b"", b".", b"..") else name) + ending


class Names:
    def __init__(self, of):
        self.of = of
        self.inputs = of.work / "names"
        self.inputs.mkdir()
        for arguments in (("simulate", "scan", "-o", "scan", "--size", "48", "-N", "8", "--count", "9"),
                          ("extract", "scan", "-N", "8", "-o", "patches", "--format", "npz"),
                          ("simulate", "scene", "set", "--size", "212", "218", "--iso", "100")):
            ended = of.execute(self.inputs, *arguments, "-q")
            if ended.status != 0:
                raise RuntimeError(f"{arguments}: {ended}")
        raws = sorted((self.inputs / "set").rglob("*.dng"))
        shutil.copy(raws[0], self.inputs / "raw")

    def case(self, number, folder):
        random = self.of.random("names", number)
        at = folder / "files"
        at.mkdir()
        if random.random() < 0.6:
            return self.good_file(random, os.fsencode(at))
        return self.no_file(random, os.fsencode(at))

    def put(self, source, path):
        with open(self.inputs / source, "rb") as old, open(path, "wb") as new:
            new.write(old.read())

    def good_file(self, random, at):
        """Hostile names of good files: the command works, and records name them."""
        what = random.choice(("info", "extract", "assemble", "group", "align"))
        where = hostile(random)
        os.mkdir(os.path.join(at, where))
        source = {"assemble": "patches", "align": "raw"}.get(what, "scan")
        name = b"./" + os.path.join(where, hostile(random, random.choice((b"", b".npz", b".dng"))))
        self.put(source, os.path.join(at, name))
        out = b"./" + os.path.join(where, b"o" + hostile(random)[:240])
        if os.path.exists(os.path.join(at, out)):
            return []
        arguments = {"info": [b"info", name], "extract": [b"extract", name, b"-N", b"8", b"-o", out, b"-q"],
                     "assemble": [b"assemble", name, b"-o", out, b"-q"],
                     "group": [b"group", name, b"--gridsize", b"2", b"-K", b"6", b"-o", out, b"-q"],
                     "align": [b"align", b"--ref", name, name, b"-o", out, b"-q", b"--format", b"json"]}[what]
        if what == "align" and random.random() < 0.7:
            arguments += [b"--apply", out + b"a", b"--write-masks", out + b"m"]
        if what == "info" and random.random() < 0.5:
            arguments.append(b"--json")
        ended = self.of.execute(at, *arguments)
        # A file of a pair has the names of both in its own.
        too_long = what == "align" and b"File name too long" in ended.err
        fault = campaign.fault_of(ended, (0,), (2,) if too_long else ())
        if not fault and what == "align" and not too_long:
            record, = json.loads(open(os.path.join(at, out), "rb").read().decode())
            if record["f_fpath"] != name.decode(errors="byte by byte"):
                fault = f"a record of {record['f_fpath']!r}"
        if not fault:
            fault = self.strays(at, name, out)
        if not fault and arguments[-1] == b"--json":
            json.loads(ended.out.decode())
        return [(fault, arguments)] if fault else []

    def strays(self, at, name, out):
        """Files beside the input, the output and what is below the folders of a pair's files."""
        asked = {os.path.normpath(path) for path in (name, out)}
        folders = tuple(os.path.normpath(out + of) + b"/" for of in (b"a", b"m"))
        found = {os.path.relpath(os.path.join(folder, file), at)
                 for folder, _, files in os.walk(at) for file in files}
        strays = {file for file in found - asked if not file.startswith(folders)}
        return f"outside of the outputs: {strays}" if strays else None

    def make_thing(self, thing, path):
        """Something that is no file; answers the path to name it by."""
        if thing == "folder":
            os.mkdir(path)
        elif thing == "fifo":
            os.mkfifo(path)
        elif thing == "socket":
            made = socket.socket(socket.AF_UNIX)
            try:
                # Names of sockets are short.
                made.bind(os.path.join(os.path.dirname(path), b"s"))
            finally:
                made.close()
            return os.path.join(os.path.dirname(path), b"s")
        elif thing in ("dangling", "loop"):
            os.symlink(b"nowhere" if thing == "dangling" else os.path.basename(path), path)
        elif thing == "unreadable":
            self.put("scan", path)
            os.chmod(path, 0)
            # Root reads all.
            return path if os.geteuid() != 0 else b"/proc/self/mem"
        return {"full": b"/dev/full", "null": b"/dev/null", "memory": b"/proc/self/mem",
                "parent": path + b"/inside", "long": path + b"x" * 5000, "empty": b""}.get(thing, path)

    def no_file(self, random, at):
        """In place of an input or an output: refused in a sentence, and nothing waits for it."""
        self.put("scan", os.path.join(at, b"scan"))
        self.put("raw", os.path.join(at, b"raw"))
        thing = random.choice(THINGS)
        path = self.make_thing(thing, os.path.join(at, hostile(random, random.choice((b"", b".npz")))))
        before = set(os.listdir(at))
        # Of no file, info tells what the machine has.
        commands = [[b"info", path]] if path else []
        commands += [
            [b"extract", path, b"-N", b"8", b"-o", b"o.npz", b"-q"],
            [b"extract", b"--image", path, b"--positions", b"scan", b"-N", b"8", b"-o", b"o.npz", b"-q"],
            [b"assemble", path, b"-o", b"o.npz", b"-q"], [b"group", path, b"-o", b"o.npz", b"-q"],
            [b"align", b"--ref", path, b"raw", b"-o", b"o.json", b"-q"],
            [b"align", b"--layout", b"rawnind", path, b"-o", b"o.json", b"-q"],
            [b"align", b"--layout", b"rawnind", b"--index", path, b"-o", b"o.json", b"-q"],
            [b"align", b"--ref", b"raw", b"raw", b"--mask", path, b"-o", b"o.json", b"-q"],
        ]
        if thing in ("folder", "dangling", "loop", "parent", "long", "full"):
            commands += [
                [b"extract", b"scan", b"-N", b"8", b"-o", path, b"-q"],
                [b"align", b"--ref", b"raw", b"raw", b"-o", path, b"-q"],
                [b"align", b"--ref", b"raw", b"raw", b"-o", b"o.json", b"-q", b"--plot", path],
                [b"simulate", b"scan", b"--count", b"9", b"-o", path, b"-q"],
            ]
        arguments = random.choice(commands)
        ended = self.of.execute(at, *arguments)
        # An image that cannot be read is a record.
        recorded = arguments[0] == b"align" and os.path.exists(os.path.join(at, b"o.json"))
        fault = campaign.fault_of(ended, (1, 2) if recorded else ())
        left = set(os.listdir(at)) - before - ({b"o.json"} if recorded else set())
        if not fault and left:
            fault = f"left behind: {left}"
        return [(f"{thing}: {fault}", arguments)] if fault else []


def run(of, seconds, cases=None):
    names = Names(of)
    done, faults, took = of.repeat("names", names.case, seconds, cases)
    of.executions += done
    of.count("hostile names and things that are no files, not done or refused", faults, done, took)
