"""Media types by file name, as npm's mime-types tells them."""

from functools import cache


@cache
def _types() -> dict[str, str]:
    # It takes long to load, and few requests send files.
    from importlib.resources import files

    table = {}
    text = files("harness.client").joinpath("media_types.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            media_type, *extensions = line.split(" ")
            table.update(dict.fromkeys(extensions, media_type))
    return table


def media_type(path: str) -> str | None:
    """Return the media type of a file by the extension of its name; a bare name is its own extension."""
    folder, _, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not dot and not folder:
        extension = name
    elif not stem and folder:
        return None
    return _types().get(extension.lower()) if extension else None
