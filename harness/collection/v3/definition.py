"""`.resources/definition.yaml`: what a collection or a folder says of itself."""

from dataclasses import dataclass, field
from typing import Any

from harness.collection.model import Auth, Script, Variable
from harness.collection.v3.entries import auth_json, read_auth, read_scripts, script_json
from harness.collection.v3.fields import Fields, Notes
from harness.collection.yaml_document import YamlNode
from harness.errors import InputError

KIND = "collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a definition says; the default is what a directory without one says.

    `json` is what v2.1 would write of it, besides name and children.
    """

    name: str | None = None
    id: str | None = None
    order: int | float = 0
    description: str | None = None
    auth: Auth | None = None
    scripts: tuple[Script, ...] = ()
    variables: tuple[Variable, ...] = ()
    json: dict[str, Any] = field(default_factory=dict)


def read_definition(root: YamlNode, notes: Notes, *, of_collection: bool) -> Definition:
    """Read a definition; one of another kind is left out with a notice.

    Raises `InputError` for one that is no map: nothing is known of what holds below it.
    """
    if root.value is None:
        notes.leave_out(root, "$kind", "the file is empty; it is left out")
        return Definition()
    if not isinstance(root.value, dict):
        raise InputError(f"a definition is a map, and this file holds {root.kind}", where=root.place())
    fields = Fields(root, notes)
    kind = fields.text("$kind")
    if kind != KIND:
        what = (
            "the file does not say its $kind"
            if kind is None
            else f"the kind {kind!r} is none of a definition"
        )
        notes.leave_out(
            fields.values.get("$kind", root), "$kind", f"{what} (valid: {KIND}); the file is left out"
        )
        return Definition()
    name, order = fields.text("name"), fields.number("order")
    given_id, description = fields.text("id"), fields.text("description")
    scripts = read_scripts(fields, None)
    auth = auth_json(fields)
    variables = fields.pairs("variables", ("type",))
    if not of_collection and fields.values.get("variables") is not None and variables:
        notes.leave_out(
            fields.values["variables"], "variables", "variables of a folder are not used, as in Postman"
        )
        variables = None
    fields.done()
    json: dict[str, Any] = {}
    if description is not None:
        json["description"] = description
    if auth is not None:
        json["auth"] = auth
    if scripts:
        json["event"] = [script_json(script) for script in scripts]
    if variables:
        json["variable"] = [{**one, "type": "string", "value": one["value"] or ""} for one in variables]
    return Definition(
        name=name,
        id=given_id,
        order=order or 0,
        description=description,
        auth=read_auth(auth),
        scripts=scripts,
        variables=tuple(
            Variable(
                key=one["key"], value=one["value"] or "", type="string", disabled=bool(one.get("disabled"))
            )
            for one in variables or ()
        ),
        json=json,
    )
