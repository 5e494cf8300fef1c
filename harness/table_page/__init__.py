"""Pages of one table of results: one file without script or address, light or dark as the reader has it.

A page of a command is a template of the command's own package that fills the blocks of `table_page.html`.
"""

from datetime import UTC, datetime

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def table_page(package: str, template: str, **values: object) -> str:
    """Return the page that `template`, a file of `package`, makes of the values.

    All values are escaped; secrets have to be taken out of them already. `moment`
    is the time of writing, UTC.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, ""), PackageLoader(__name__, "")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values, moment=datetime.now(UTC))
