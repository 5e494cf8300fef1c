"""What the bundle is made of: the npm packages of the lock file, their licences, and both as documents.

The build writes `dist/THIRD-PARTY-NOTICES.txt` into the wheel, since the bundle carries these packages' code.
Run as a program it prints their part of a software bill of materials (CycloneDX 1.6, JSON).
"""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LOCK: Final = Path(__file__).with_name("deno.lock")
NOTICES: Final = "THIRD-PARTY-NOTICES.txt"
_LICENCE_FILE: Final = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)
_KEY: Final = re.compile(r"(?P<name>@?[^@]+)@(?P<version>[^_]+)")
"""A package in the lock file: `name@version`, and after `_` the peers it was resolved with."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Package:
    """An npm package of the lock file. `integrity` is npm's: the digest's name, a dash, base64."""

    name: str
    version: str
    integrity: str

    @property
    def url(self) -> str:
        """Its package URL (https://github.com/package-url/purl-spec), in which the scope's `@` is coded."""
        return f"pkg:npm/{self.name.replace('@', '%40')}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What a package says of its licence: the identifier in its package.json, and the texts beside it."""

    identifier: str
    texts: tuple[str, ...]


def locked(lock: Path = LOCK) -> list[Package]:
    """Return the packages of the lock file, by name and version."""
    entries = json.loads(lock.read_text("utf-8"))["npm"]
    return sorted({_package(key, entry["integrity"]) for key, entry in entries.items()})


def _package(key: str, integrity: str) -> Package:
    found = _KEY.match(key)
    if found is None:
        message = f"{LOCK.name}: not a package: {key!r}"
        raise ValueError(message)
    return Package(name=found["name"], version=found["version"], integrity=integrity)


def npm_cache(deno: str) -> Path:
    """Return the folder in which Deno keeps the npm packages that it has fetched."""
    answer = subprocess.run([deno, "info", "--json"], capture_output=True, check=True, cwd=LOCK.parent)
    return Path(json.loads(answer.stdout)["npmCache"])


def licence(package: Package, cache: Path) -> Licence:
    """Read a package's licence where Deno keeps it. Raises `ValueError` when the package is not there."""
    folder = next(cache.glob(f"*/{package.name}/{package.version}"), None)
    if folder is None:
        message = f"{package.name}@{package.version} is locked, but was not fetched"
        raise ValueError(message)
    files = sorted(file for file in folder.iterdir() if file.is_file() and _LICENCE_FILE.match(file.name))
    return Licence(
        identifier=_identifier(json.loads((folder / "package.json").read_text("utf-8"))),
        texts=tuple(file.read_text("utf-8", errors="replace").strip() for file in files),
    )


def _identifier(manifest: dict[str, Any]) -> str:
    """Older packages say `{"type": ...}`, or list several, in place of an SPDX identifier."""
    declared = manifest.get("license") or manifest.get("licenses") or "not stated in its package.json"
    options = declared if isinstance(declared, list) else [declared]
    return " OR ".join(one["type"] if isinstance(one, dict) else str(one) for one in options)


def notices(cache: Path) -> str:
    """Write the notices of all packages of the lock file; a text that several share stands once."""
    packages = locked()
    licences = {package: licence(package, cache) for package in packages}
    holders: dict[str, list[Package]] = {}
    for package, its in licences.items():
        for text in its.texts:
            holders.setdefault(text, []).append(package)
    return "\n".join(_lines(licences, holders)) + "\n"


def _lines(licences: dict[Package, Licence], holders: dict[str, list[Package]]) -> Iterator[str]:
    yield "The script engine of this package contains code of the npm packages below."
    yield ""
    for package, its in licences.items():
        told = "" if its.texts else "  (the package carries no text of it)"
        yield f"{package.name} {package.version}: {its.identifier}{told}"
    for text, packages in holders.items():
        yield "\n" + "-" * 100
        yield ", ".join(f"{package.name} {package.version}" for package in packages) + "\n"
        yield text


def components() -> list[dict[str, Any]]:
    """Return the packages as CycloneDX components (https://cyclonedx.org/docs/1.6/json/)."""
    return [
        {
            "type": "library",
            "name": package.name,
            "version": package.version,
            "purl": package.url,
            "hashes": [_hash(package.integrity)],
        }
        for package in locked()
    ]


def _hash(integrity: str) -> dict[str, str]:
    algorithm, _, digest = integrity.partition("-")
    return {"alg": f"SHA-{algorithm.removeprefix('sha')}", "content": base64.b64decode(digest).hex()}


if __name__ == "__main__":
    json.dump(
        {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components()},
        sys.stdout,
        indent=2,
    )
