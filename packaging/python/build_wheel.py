"""Builds the wheel of the package from a compiled program.

The program is the one of the archives of a release, byte for byte; maturin would compile it again. The metadata is that of the sdist, which
maturin builds from pyproject.toml. Two builds have the same bytes: the order, the times and the modes of the files do not depend on the system.
"""

import argparse
import base64
import hashlib
import struct
import tarfile
import tomllib
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parent
# The machine of an ELF file, and the name of the architecture in the tags of wheels.
ARCHITECTURES = {62: "x86_64", 183: "aarch64"}
# A static program runs with every libc, so the oldest versions that pip knows are correct.
PLATFORMS = ("manylinux_2_17", "manylinux2014", "musllinux_1_1")
SEGMENT_INTERPRETER = 3


def main() -> None:
    """Writes the wheel and prints its path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True, help="the program mock-ecr for Linux, static for a release")
    parser.add_argument("--sdist", type=Path, required=True, help="the sdist of the same version")
    parser.add_argument("--out", type=Path, required=True, help="the directory for the wheel")
    arguments = parser.parse_args()
    print(build(arguments.program.read_bytes(), metadata(arguments.sdist), arguments.out))


def metadata(sdist: Path) -> bytes:
    """Returns the metadata of an sdist."""
    with tarfile.open(sdist) as archive:
        name = next(name for name in archive.getnames() if name.count("/") == 1 and name.endswith("/PKG-INFO"))
        file = archive.extractfile(name)
        assert file is not None
        return file.read()


def build(program: bytes, metadata: bytes, out: Path) -> Path:
    """Builds the wheel in the directory ``out``."""
    tags = [f"py3-none-{platform}" for platform in platforms(program)]
    stem = f"mock_ecr-{version(metadata)}"
    info = f"{stem}.dist-info"
    files = {
        **{f"mock_ecr/{path.name}": path.read_bytes() for path in sorted((PACKAGE / "src/mock_ecr").iterdir()) if path.is_file()},
        f"{stem}.data/scripts/mock-ecr": program,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": wheel(tags).encode(),
        f"{info}/entry_points.txt": entry_points().encode(),
        **{f"{info}/licenses/{path.name}": path.read_bytes() for path in sorted(PACKAGE.glob("LICENSE-*"))},
    }
    files[f"{info}/RECORD"] = record(files, f"{info}/RECORD").encode()
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{stem}-py3-none-{'.'.join(tag.split('-')[-1] for tag in tags)}.whl"
    write(path, files)
    return path


def platforms(program: bytes) -> list[str]:
    """Returns the platforms on which a program runs. A program with shared libraries gets a tag that PyPI rejects: it is for tests."""
    if program[:6] != b"\x7fELF\x02\x01":
        raise SystemExit("error: the program is not a 64-bit ELF file: expected a program for Linux")
    (machine,) = struct.unpack_from("<H", program, 18)
    if machine not in ARCHITECTURES:
        raise SystemExit(f"error: the architecture {machine} of the program is unknown: expected one of {ARCHITECTURES}")
    names = PLATFORMS if is_static(program) else ("linux",)
    return [f"{name}_{ARCHITECTURES[machine]}" for name in names]


def is_static(program: bytes) -> bool:
    """Returns whether no segment names a program that loads shared libraries."""
    (table,) = struct.unpack_from("<Q", program, 32)
    size, count = struct.unpack_from("<HH", program, 54)
    kinds = [struct.unpack_from("<I", program, table + size * number)[0] for number in range(count)]
    return SEGMENT_INTERPRETER not in kinds


def version(metadata: bytes) -> str:
    """Returns the version in the metadata."""
    line = next(line for line in metadata.decode().splitlines() if line.startswith("Version: "))
    return line.removeprefix("Version: ")


def wheel(tags: list[str]) -> str:
    """Returns the file WHEEL. `Root-Is-Purelib` is false, because the wheel depends on the platform."""
    lines = ["Wheel-Version: 1.0", "Generator: mock-ecr build_wheel.py", "Root-Is-Purelib: false", *(f"Tag: {tag}" for tag in tags)]
    return "\n".join(lines) + "\n"


def entry_points() -> str:
    """Returns the entry points of pyproject.toml."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    groups = project["entry-points"].items()
    return "".join(f"[{group}]\n" + "".join(f"{name}={value}\n" for name, value in entries.items()) for group, entries in groups)


def record(files: dict[str, bytes], name: str) -> str:
    """Returns the file RECORD."""
    lines = [f"{path},sha256={digest(content)},{len(content)}\n" for path, content in files.items()]
    return "".join(lines) + f"{name},,\n"


def digest(content: bytes) -> str:
    """Returns the hash of a file in the form of RECORD."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def write(path: Path, files: dict[str, bytes]) -> None:
    """Writes a zip file. The time of all files is the first that zip files can contain."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


if __name__ == "__main__":
    main()
