# SPDX-License-Identifier: Apache-2.0
"""`align` on real camera RAWs, on files that are none, and on RawNIND's own index."""
import json
import math
import unittest

from command import DATA, CommandTest

GOOD = DATA / "raw" / "Canon_EOS_D30_bayer_RGGB.CRW"
NEGATIVE = DATA / "raw_negative"
SATELLITE = DATA / "registration" / "probav_kelvin"
INDEX = DATA / "rawnind" / "RawNIND_dataset_index.yaml"


class AlignRealTest(CommandTest):
    def align(self, *arguments):
        done = self.execute("align", *arguments, "-q")
        return done.returncode, json.loads(done.stdout)

    @unittest.skipUnless(GOOD.exists(), f"there is no {GOOD}")
    def test_a_camera_raw_onto_itself(self):
        status, (record,) = self.align("--ref", GOOD, GOOD)
        self.assertEqual(status, 0)
        self.assertEqual(record["best_alignment"], [0, 0])
        self.assertTrue(record["zero_lag"])
        self.assertLess(max(map(abs, record["shift"])), 1e-3)
        self.assertEqual(record["cfa"], "RGGB")
        self.assertEqual(record["f_area"], [6, 48, 1448, 2176])
        self.assertAlmostEqual(record["raw_gain"], 1, 12)
        self.assertEqual(record["best_alignment_loss"], 0)
        self.assertAlmostEqual(record["rgb_xyz_matrix"][0][0], 0.99, 3)

    @unittest.skipUnless(GOOD.exists(), f"there is no {GOOD}")
    def test_what_info_says_of_it(self):
        info = json.loads(self.run_well("info", GOOD, "--json"))
        self.assertEqual(info["arrays"][0]["shape"], [1448, 2176])
        self.assertEqual(info["image"]["cfa"], "RGGB")
        self.assertEqual(info["image"]["area"], [6, 48, 1448, 2176])
        self.assertEqual(info["image"]["white"], 4095)
        self.assertIn("Canon EOS D30", self.run_well("info", GOOD))

    @unittest.skipUnless(NEGATIVE.exists() and GOOD.exists(), f"there is no {NEGATIVE}")
    def test_files_that_are_none(self):
        files = sorted(NEGATIVE.iterdir())
        status, records = self.align("--ref", GOOD, *files)
        self.assertEqual(status, 2)
        self.assertEqual([r["status"] for r in records].count("ok"), 0)
        for path, record in zip(files, records, strict=True):
            self.assertIn(path.name, record["reason"])
            self.assertIsNone(record["shift"])
        status, records = self.align("--ref", GOOD, GOOD, *files)
        self.assertEqual(status, 1)
        self.assertEqual([r["status"] for r in records].count("ok"), 1)
        status, records = self.align("--ref", files[0], GOOD)
        self.assertEqual((status, records[0]["status"]), (2, "reference"))

    @unittest.skipUnless(SATELLITE.exists(), f"there is no {SATELLITE}")
    def test_frames_of_a_satellite_close(self):
        frames = sorted(SATELLITE.glob("*.png"))
        for i in (0, len(frames) // 2):
            reference, moving = frames[i], frames[:i] + frames[i + 1:]
            status, records = self.align("--ref", reference, *moving, "--closure")
            self.assertEqual(status, 0)
            for record in records:
                self.assertEqual(record["closure"]["triangles"], len(frames) - 2)
                # Half of the triangles miss by less than four standard errors, before they grow.
                self.assertLess(record["closure"]["chi_square"], 16 / (2 * math.log(2)))
                for axis in (0, 1):
                    self.assertLess(abs(record["closure"]["residual"][axis]),
                                    2 * record["shift_sigma"][axis])

    @unittest.skipUnless(INDEX.exists(), f"there is no {INDEX}")
    def test_the_index(self):
        done = self.execute("align", "--index", INDEX, "--dry-run")
        self.assertEqual(done.returncode, 0)
        lines = INDEX.read_text().splitlines()
        files = [line.split("filename: ")[1].strip("'\"") for line in lines
                 if line.startswith("    - filename:")]
        scenes = [line for line in lines if line.startswith("  ") and line[2] not in " -"]
        self.assertIn(f"{len(scenes)} scenes, {len(files)} files".encode(), done.stderr)
        rows = [row.split("\t") for row in done.stdout.decode().splitlines()]
        listed = {name.removeprefix("gt/") for row in rows for name in row[1:]} - {"-"}
        self.assertEqual(listed, set(files))
        shards = [self.execute("align", "--index", INDEX, "--dry-run", "--shard", f"{i}/3").stdout
                  for i in (1, 2, 3)]
        self.assertEqual(sorted(b"".join(shards).splitlines()), sorted(done.stdout.splitlines()))
        # None of the files is here: each has its record.
        status, records = self.align("--index", INDEX, self.folder)
        self.assertEqual(status, 2)
        self.assertEqual(len(records), len(done.stdout.splitlines()))
        self.assertEqual({r["status"] for r in records}, {"unreadable"})


if __name__ == "__main__":
    unittest.main()
