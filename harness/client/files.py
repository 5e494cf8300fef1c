"""Which files a request may upload, and where they are."""

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from harness.lazy_dataclass import dataclass

INSECURE = "PPERM: insecure file access outside working directory"


class FileRefused(Exception):
    """A file that cannot be read or must not be; the message says why, in newman's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePolicy:
    """Reads the files that requests name, relative to `working_dir`.

    Outside of it and of the folders in `also`, a file is read only with `allow_outside`. `none` refuses every
    file: what scripts send may not upload anything. What a path is after links are followed decides, unless
    `links_kept`, as newman keeps them. `instead` are files chosen by the user, by the name that
    requests have for them or the last part of it: they are read wherever they are.
    """

    working_dir: Path
    allow_outside: bool = True
    also: tuple[Path, ...] = ()
    none: bool = False
    links_kept: bool = False
    instead: Mapping[str, Path] = field(default_factory=dict)

    def locate(self, source: str) -> Path:
        """Return the absolute path of a file that may be read. Raises `FileRefused`."""
        if self.none or not source:
            raise FileRefused("invalid or missing file source")
        last = source.replace("\\", "/").rpartition("/")[2]
        chosen = self.instead.get(source) or self.instead.get(last)
        if chosen is not None:
            return Path(os.path.abspath(chosen))  # noqa: PTH100 - links are kept
        root = os.path.abspath(self.working_dir)  # noqa: PTH100 - links are kept, as newman keeps them
        path = os.path.normpath(os.path.join(root, source))  # noqa: PTH118
        if not self.allow_outside:
            follow = os.path.abspath if self.links_kept else os.path.realpath
            real = Path(follow(path))
            if not any(real.is_relative_to(follow(folder)) for folder in (self.working_dir, *self.also)):
                raise FileRefused(INSECURE)
        return Path(path)

    def read(self, source: str) -> tuple[Path, bytes]:
        """Return where a file is and what it holds. Raises `FileRefused` when it may not be read."""
        path = self.locate(source)
        try:
            if not path.is_file():
                if path.exists():
                    raise FileRefused(f'"{source}", is not a file')
                raise FileRefused(f'"{source}", no such file')
            return path, path.read_bytes()
        except PermissionError:
            raise FileRefused(f'"{source}", read permission denied') from None
        except (OSError, ValueError) as error:
            raise FileRefused(f'"{source}", {error}') from None
