# SPDX-License-Identifier: Apache-2.0
"""Simulated scenes: the files, their names, their truth."""
import errno
import hashlib
import json
import re
import signal
import unittest

import filters
from command import CommandTest

NAME = re.compile(r"^(Bayer|X-Trans)_(.*?)_(GT_)?ISO(\d+)_sha1=([0-9a-f]{40})\.dng$")


class SimulateSceneTest(CommandTest):
    def simulate(self, *arguments):
        self.run_well("simulate", "scene", "set", "--size", 48, 64, *arguments)
        return json.loads(self.path("set/truth.json").read_text())

    def test_files_names_and_truth(self):
        truth = self.simulate("--references", 2, "--iso", 200, 6400, "--gain", 1, 0.25,
                              "--name", "a_b", "--cfa", "GBRG", "--seed", 5)
        self.assertEqual([each["gt"] for each in truth], [True, True, False, False])
        self.assertEqual([each["iso"] for each in truth], [100, 100, 200, 6400])
        self.assertEqual(truth[0]["shift"], [0, 0])
        for each in truth:
            path = self.path("set") / each["file"]
            kind, scene, clean, iso, digest = NAME.match(path.name).groups()
            self.assertEqual((kind, scene, clean is not None, int(iso)),
                             ("Bayer", "a_b", each["gt"], each["iso"]))
            self.assertEqual(hashlib.sha1(path.read_bytes()).hexdigest(), digest)
            self.assertEqual(path.parent.name == "gt", each["gt"])
            for key in ("schema", "schema_version", "library_version", "options", "seed"):
                self.assertIn(key, each)
            self.assertLessEqual(max(map(abs, each["shift"])), 3)
        self.assertEqual(len(list(self.path("set/src").rglob("*.dng"))), 4)

    def test_several_scenes_in_one_set(self):
        self.simulate("--iso", 100)
        truth = self.simulate("--iso", 100, "--cfa", "XTRANS", "--name", "x")
        self.assertEqual([each["cfa"] for each in truth], ["RGGB"] * 2 + ["XTRANS"] * 2)
        self.assertTrue(self.path("set/src/X-Trans/x/gt").is_dir())
        self.run_badly("simulate", "scene", "set", "--size", 48, 64, says="--overwrite")
        truth = self.simulate("--iso", 100, 200, "--overwrite")
        self.assertEqual(sorted(each["image_set"] for each in truth),
                         ["simulated"] * 3 + ["x"] * 2)
        self.assertEqual(len(list(self.path("set/src").rglob("*.dng"))), 5)

    def test_what_was_not_simulated_stays(self):
        folder = self.path("set/src/Bayer/simulated")
        folder.mkdir(parents=True)
        (folder / "precious").write_text("x")
        self.run_badly("simulate", "scene", "set", "--overwrite", says="not simulated")

    def simulate_until(self, *arguments, rules):
        """Ends it where it asks for one of the calls."""
        if not filters.known():
            self.skipTest("the numbers of this system's calls are not known")
        done = self.execute("simulate", "scene", "set", "--size", 48, 64, *arguments,
                            preexec_fn=lambda: filters.install(*rules))
        self.assertEqual(done.returncode, -signal.SIGSYS, done.stderr)

    def names(self, name="simulated"):
        """The files of a scene that is there."""
        scene = self.path("set/src/Bayer") / name
        return {str(path.relative_to(self.path("set"))) for path in scene.rglob("*.dng")}

    def told(self, name="simulated"):
        truth = json.loads(self.path("set/truth.json").read_text())
        return {each["file"] for each in truth if each["image_set"] == name}

    def leftovers(self):
        """Of scenes; a killed process leaves files for its own time alone, too."""
        return sorted(str(path) for path in self.path("set/src").rglob(".*"))

    def test_a_kill_while_a_scene_is_replaced_leaves_the_old_one(self):
        self.simulate("--iso", 100, 200)
        old = self.names()
        any_name = [(filters.number(call), None, None, filters.KILL)
                    for call in ("rename", "renameat", "renameat2")]
        self.simulate_until("--iso", 100, "--seed", 9, "--overwrite", rules=any_name)
        self.assertEqual(self.names(), old)
        self.assertEqual(self.told(), old)
        self.simulate("--iso", 100, "--seed", 9, "--overwrite")
        self.assertEqual(self.told(), self.names())
        self.assertFalse(self.names() & old)
        self.assertEqual(self.leftovers(), [])

    def test_a_kill_before_the_truth_is_made_good_by_the_next_run(self):
        # The C library takes this call for truth.json alone, once the scene is there.
        if not filters.known() or filters.number("rename") == filters.number("renameat"):
            self.skipTest("the system's calls do not tell the steps apart")
        truth = [(filters.number("renameat"), None, None, filters.KILL),
                 (filters.number("renameat2"), 4, 0, filters.KILL)]
        self.simulate_until("--iso", 100, rules=truth)
        self.assertEqual(len(self.names()), 2)
        self.assertFalse(self.path("set/truth.json").exists())
        self.run_badly("simulate", "scene", "set", "--size", 48, 64, says="--overwrite")
        self.simulate("--iso", 100, "--name", "b")
        self.assertEqual(self.told(), self.names())
        self.assertEqual(self.told("b"), self.names("b"))
        old = self.names()
        self.simulate_until("--iso", 100, 200, "--seed", 9, "--overwrite", rules=truth)
        self.assertEqual(len(self.names() - old), 3)
        self.assertEqual(self.told(), old)
        self.simulate("--iso", 100, "--name", "c")
        self.assertEqual(self.told(), self.names())
        self.simulate_until("--iso", 100, "--seed", 10, "--overwrite", rules=truth)
        self.simulate("--iso", 100, "--seed", 11, "--overwrite")
        for name in ("simulated", "b", "c"):
            self.assertEqual(self.told(name), self.names(name))
        self.assertEqual(self.leftovers(), [])

    def test_a_scene_is_replaced_where_names_cannot_be_exchanged(self):
        if not filters.known():
            self.skipTest("the numbers of this system's calls are not known")
        self.simulate("--iso", 100)
        old = self.names()
        rules = [(filters.number("renameat2"), 4, 2, filters.ERROR | errno.EINVAL)]
        arguments = ("simulate", "scene", "set", "--size", 48, 64, "--iso", 100, "--overwrite", "-q")
        done = self.execute(*arguments, "--seed", 9, preexec_fn=lambda: filters.install(*rules))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.names() & old)
        self.assertEqual(self.told(), self.names())
        self.assertEqual(self.leftovers(), [])
        # Ended between its two steps.
        scene = self.path("set/src/Bayer/simulated")
        scene.rename(scene.with_name(".simulated.old"))
        scene.with_name(".simulated.tmp").mkdir()
        scene.with_name(".simulated.tmp").joinpath(".truth.json").write_text("[]")
        done = self.execute("simulate", "scene", "set", "--size", 48, 64, "-q")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(self.told(), self.names())
        self.run_well(*arguments)
        self.assertEqual(self.names(), old)
        self.assertEqual(self.told(), old)
        self.assertEqual(self.leftovers(), [])

    def test_seeds(self):
        arguments = ("--iso", 800, "--fixed-pattern", 0.01, "--hot-pixels", 0.01)
        first = self.simulate(*arguments, "--seed", 3)
        again = self.simulate(*arguments, "--seed", 3, "--overwrite")
        self.assertEqual(first, again)  # names carry the digest of what is in them
        other = self.simulate(*arguments, "--seed", 4, "--overwrite")
        self.assertNotEqual({e["file"] for e in first}, {e["file"] for e in other})

    def test_given_shifts(self):
        truth = self.simulate("--shift=-2.5,1", "--shift=0.25,7.125", "--iso", 100)
        self.assertEqual([each["shift"] for each in truth[1:]], [[-2.5, 1], [0.25, 7.125]])

    def test_bad_arguments(self):
        for arguments, says in ((("--cfa", "none"), "--cfa"), (("--cfa", "RGBG"), "--cfa"),
                                (("--size", 3), "--size"), (("--shift", "3"), "--shift"),
                                (("--shift", "1,900"), "--shift"), (("--name", "a/b"), "--name"),
                                (("--name", ".a"), "--name"), (("--name", "a_GT"), "--name"),
                                (("--hot-pixels", 2), "--hot-pixels"),
                                (("--references", 8), "--references")):
            self.run_badly("simulate", "scene", "set", *arguments, says=says)
        self.path("set").mkdir()
        self.path("set/truth.json").write_text("{}")
        self.run_badly("simulate", "scene", "set", says="truth.json")

    def test_dry_run_writes_nothing(self):
        self.run_well("simulate", "scene", "set", "--dry-run")
        self.assertEqual(self.listing(), {})


if __name__ == "__main__":
    unittest.main()
