"""The AEP journey: the numbered collection that is in `collections/` of a checkout, and within a wheel."""

from pathlib import Path

from harness.errors import InputError

JOURNEY = "collections/aep.postman_collection.json"
"""Its name in a checkout, which is how it is told."""

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (
    Path(JOURNEY),  # the reader's own, when the working directory is a checkout
    _PACKAGE / "shipped" / Path(JOURNEY).name,  # put there when a wheel is built
    _PACKAGE.parents[1] / JOURNEY,  # beside the package, when it is installed editable
)


def journey_file(places: tuple[Path, ...] = _PLACES) -> str:
    """Path of the journey's collection, its companion beside it."""
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise InputError(
            "the AEP journey is not installed here; name the collection to run: "
            "harness drift FILE.postman_collection.json --twin ENVIRONMENT "
            "(the journey is in the project's source, as well)",
            where=JOURNEY,
        )
    return str(found)
