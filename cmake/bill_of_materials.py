# SPDX-License-Identifier: Apache-2.0
"""What a package is made of: a list in SPDX 2.3 (JSON), and the licences of what is compiled into it.

usage: bill_of_materials.py --source TREE --name PACKAGE --version V --spdx FILE --notices FILE
                            [--contains PART ...] [--ducc0 FOLDER] [--nanobind FOLDER] [--cuda V]
                            [--binary FILE ...]

PARTs are named below. A --binary is a program or library of the package: Debian's packages of what it
is linked to are listed, too. The same inputs give the same bytes.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import uuid

# Compiled in from headers, or linked statically: licence, and the Debian package that has it.
DEBIAN_PARTS = {
    "highway": ("Apache-2.0 OR BSD-3-Clause", "libhwy-dev"),
    "onetbb": ("Apache-2.0", "libtbb-dev"),
    "cli11": ("BSD-3-Clause", "libcli11-dev"),
    "nlohmann-json": ("MIT", "nlohmann-json3-dev"),
    "spdlog": ("MIT", "libspdlog-dev"),
    "kissfft": ("BSD-3-Clause", "libkissfft-dev"),
}

# Of the toolkit that the CUDA backend is compiled with.
CUDA_PARTS = {"cudart": "LicenseRef-NVIDIA-CUDA-EULA",
              "cccl": "BSD-3-Clause AND Apache-2.0 WITH LLVM-exception"}
EULA = ("NVIDIA's End User License Agreement for the CUDA Toolkit, whose attachment A allows the runtime "
        "library to be passed on: https://docs.nvidia.com/cuda/eula/")


def debian_version(package):
    """As Debian has it, or None where the package is not installed."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.stdout.decode() if done.returncode == 0 and done.stdout else None


def debian_url(package, version):
    return f"pkg:deb/debian/{package}@{version.replace(':', '%3A').replace('+', '%2B')}"


def comments_until_gpl(path):
    """The head of a header of DUCC0: copyright and the BSD licence, without the other choice."""
    blocks = re.findall(r"/\*.*?\*/", path.read_text(encoding="utf-8"), re.DOTALL)
    chosen = [block for block in blocks[:4] if "GNU General Public License as" not in block]
    return "\n\n".join(chosen)


def text_in(toolkit, *patterns):
    """Of the first file of those that the CUDA toolkit's folder has; else an empty one."""
    for pattern in patterns if toolkit else ():
        for found in sorted(pathlib.Path(toolkit).glob(pattern)):
            return found.read_text(encoding="utf-8", errors="replace")
    return ""


def eula(toolkit):
    """The licence that came with the CUDA toolkit's folder; where none did, the place where it is."""
    text = text_in(toolkit, "EULA.txt", "dist-info/nvidia_cuda_runtime-*/licenses/License.txt")
    return f"{EULA}\n\n{text.strip()}" if text else EULA


def cub_notice(toolkit):
    """The head of CUB's header: copyright and the BSD licence."""
    text = text_in(toolkit, "include/cccl/cub/cub.cuh", "include/cub/cub.cuh")
    head = re.search(r"/\*.*?\*/", text, re.DOTALL)
    return head[0] if head else "CUB's licence: https://github.com/NVIDIA/cccl/blob/main/cub/LICENSE.TXT"


def part(name, options):
    """Its name, version, licence, where it is from, and its licence's text."""
    if name == "ducc0":
        folder = pathlib.Path(options.ducc0)
        info = (folder / "PKG-INFO").read_text(encoding="utf-8")
        version = re.search(r"^Version: (\S+)", info, re.MULTILINE).group(1)
        notice = comments_until_gpl(folder / "src/ducc0/fft/fft1d_impl.h")
        return "ducc0", version, "BSD-3-Clause", f"pkg:pypi/ducc0@{version}", notice
    if name == "nanobind":
        folder = pathlib.Path(options.nanobind)
        found = sorted(folder.parent.glob("nanobind-*.dist-info/licenses/LICENSE"))
        version = re.search(r"nanobind-(.*)\.dist-info", str(found[-1])).group(1)
        return ("nanobind", version, "BSD-3-Clause", f"pkg:pypi/nanobind@{version}",
                found[-1].read_text(encoding="utf-8"))
    if name == "robin-map":
        found = next(pathlib.Path(options.nanobind).glob("ext/robin_map/include/tsl/robin_map.h"))
        notice = re.search(r"/\*.*?\*/", found.read_text(encoding="utf-8"), re.DOTALL).group(0)
        return "robin-map", "NOASSERTION", "MIT", "pkg:github/Tessil/robin-map", notice
    if name in CUDA_PARTS:
        notice = eula(options.cuda_root) if name == "cudart" else cub_notice(options.cuda_root)
        return name, f"CUDA {options.cuda}", CUDA_PARTS[name], None, notice
    licence, package = DEBIAN_PARTS[name]
    version = debian_version(package)
    if version is None:
        return name, "NOASSERTION", licence, None, f"Licence: {licence}"
    notice = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text(encoding="utf-8")
    return name, version, licence, debian_url(package, version), notice


def linked_packages(binaries):
    """Debian's packages of the libraries that the binaries name, with their versions."""
    packages = {}
    for binary in binaries:
        # What the file itself names, wherever the loader finds it.
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(
            ["readelf", "-d", binary], stdout=subprocess.PIPE, check=True).stdout.decode())
        places = dict(re.findall(r"(\S+) => (/\S+)", subprocess.run(
            ["ldd", binary], stdout=subprocess.PIPE, check=True).stdout.decode()))
        for library in needed:
            if library not in places:
                continue
            real = os.path.realpath(places[library])
            for path in (real, real.removeprefix("/usr")):
                done = subprocess.run(["dpkg-query", "-S", path], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)
                if done.returncode == 0:
                    package = done.stdout.decode().split(":", 1)[0]
                    packages[package] = debian_version(package)
                    break
    return packages


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def described(name, version, licence, url):
    entry = {"SPDXID": identifier(name), "name": name, "versionInfo": version,
             "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": licence,
             "licenseDeclared": licence, "copyrightText": "NOASSERTION"}
    if version == "NOASSERTION":
        del entry["versionInfo"]
    if url:
        entry["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                  "referenceLocator": url}]
    return entry


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("source", "name", "version", "spdx", "notices"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--contains", nargs="*", default=[])
    parser.add_argument("--binary", nargs="*", default=[])
    parser.add_argument("--ducc0")
    parser.add_argument("--nanobind")
    parser.add_argument("--cuda")
    parser.add_argument("--cuda-root")
    options = parser.parse_args()
    own = pathlib.Path(options.source, "LICENSE").read_text(encoding="utf-8")
    parts = [part(name, options) for name in options.contains]

    main_package = described(options.name, options.version, "Apache-2.0", None)
    packages, relations = [main_package], []

    def relate(first, kind, second):
        relations.append({"spdxElementId": first, "relationshipType": kind,
                          "relatedSpdxElement": second})

    relate("SPDXRef-DOCUMENT", "DESCRIBES", main_package["SPDXID"])
    for name, version, licence, url, _ in parts:
        packages.append(described(name, version, licence, url))
        relate(main_package["SPDXID"], "STATIC_LINK", identifier(name))
    for package, version in sorted(linked_packages(options.binary).items()):
        packages.append(described(package, version, "NOASSERTION", debian_url(package, version)))
        relate(main_package["SPDXID"], "DYNAMIC_LINK", identifier(package))
    made = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", 0)),
                                           datetime.timezone.utc)
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{options.name}-{options.version}",
        "creationInfo": {"created": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: bill_of_materials.py"]},
        "packages": packages, "relationships": relations}
    if "cudart" in options.contains:
        document["hasExtractedLicensingInfos"] = [
            {"licenseId": CUDA_PARTS["cudart"], "extractedText": eula(options.cuda_root)}]
    # Of the same content, the same name.
    content = json.dumps(document, sort_keys=True)
    document["documentNamespace"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    pathlib.Path(options.spdx).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    text = [f"{options.name} {options.version} is under the Apache License 2.0, which is at the end.\n"]
    if parts:
        text.append("What of others is compiled into it, with its licences:\n")
    for name, version, licence, _, notice in parts:
        shown = name if version == "NOASSERTION" else f"{name} {version}"
        text.append(f"---- {shown}: {licence} ----\n\n{notice.strip()}\n")
    text.append(f"---- {options.name}: Apache-2.0 ----\n\n{own.strip()}\n")
    pathlib.Path(options.notices).write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
