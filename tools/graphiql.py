"""Bring GraphiQL into the gateway's package: `python -m tools.graphiql`. It needs npm.

The files are those of the packages below, compressed, without the fonts that the styles embed:
browsers have their own. Raise a version here, and run it again.
"""

import gzip
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path("gateway/src/gateway/graphiql")
FILES = {
    "react@18.3.1": {"umd/react.production.min.js": "react.js"},
    "react-dom@18.3.1": {"umd/react-dom.production.min.js": "react-dom.js"},
    "graphiql@3.9.0": {"graphiql.min.js": "graphiql.js", "graphiql.min.css": "graphiql.css"},
}
FONT = re.compile(r"@font-face\s*\{[^}]*\}")


def main() -> None:
    for package, files in FILES.items():
        name = package.partition("@")[0]
        with tempfile.TemporaryDirectory() as folder, tarfile.open(_packed(package, folder)) as tar:
            for path, kept in files.items():
                text = FONT.sub("", _read(tar, path))
                compressed = gzip.compress(text.encode(), mtime=0)
                (FOLDER / f"{kept}.gz").write_bytes(compressed)
            (FOLDER / f"LICENSE.{name}").write_text(_read(tar, "LICENSE"))


def _packed(package: str, folder: str) -> Path:
    command = ["npm", "pack", package, "--silent", "--pack-destination", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    [file] = Path(folder).iterdir()
    return file


def _read(tar: tarfile.TarFile, path: str) -> str:
    file = tar.extractfile(f"package/{path}")
    assert file is not None
    return file.read().decode()


if __name__ == "__main__":
    main()
