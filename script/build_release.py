"""Build dist/soulspot.zip, what HACS and the Marketplace install.

Run it with the version to stamp: `python3 script/build_release.py 1.2.3`. It needs
nothing but Python.
"""

import json
from pathlib import Path
import re
import sys
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

REPOSITORY = Path(__file__).parent.parent
INTEGRATION = REPOSITORY / "custom_components" / "soulspot"
TARGET = REPOSITORY / "dist" / "soulspot.zip"
VERSION = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")
# Zip files know no earlier date; a fixed one makes equal sources give equal archives.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)


def stamped_manifest(version: str) -> bytes:
    """Return the manifest with the version of the release in it."""
    manifest = json.loads((INTEGRATION / "manifest.json").read_text("utf-8"))
    manifest["version"] = version
    return (json.dumps(manifest, indent=2) + "\n").encode()


def build(version: str, target: Path) -> int:
    """Write the archive and return how many files are in it."""
    files = sorted(
        path
        for path in INTEGRATION.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in files:
            name = path.relative_to(INTEGRATION).as_posix()
            content = stamped_manifest(version) if name == "manifest.json" else path.read_bytes()
            entry = ZipInfo(name, TIMESTAMP)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return len(files)


def main() -> None:
    """Build the archive named by the command line."""
    if len(sys.argv) != 2 or not VERSION.fullmatch(sys.argv[1]):
        sys.exit("usage: build_release.py VERSION, for example 1.2.3 or 1.2.3b1")
    count = build(sys.argv[1], TARGET)
    size = TARGET.stat().st_size
    print(f"{TARGET.relative_to(REPOSITORY)}: {count} files, {size} bytes")


if __name__ == "__main__":
    main()
