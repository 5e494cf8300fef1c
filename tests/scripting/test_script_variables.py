"""`pm.environment` and its kin: what scripts read, change and leave behind."""

from harness.collection.model import Variable


def test_a_script_reads_and_changes_the_scopes_of_the_run(bench):
    bench.fill("environment", host="h", gone=1)
    bench.run(
        """
        pm.environment.set("seen", pm.environment.get("host") + "!");
        pm.environment.unset("gone");
        pm.globals.set("g", 1);
        pm.collectionVariables.set("c", true);
        pm.variables.set("local", "l");
        """
    )
    assert {v.key: v.value for v in bench.scopes.environment} == {"host": "h", "seen": "h!"}
    assert bench.scopes.globals.get("g") == 1
    assert bench.scopes.collection.get("c") is True
    assert bench.scopes.local.get("local") == "l"


def test_values_keep_their_types_from_script_to_script(bench):
    bench.run(
        """
        pm.environment.set("list", [1, {a: null}]);
        pm.environment.set("date", new Date(0));
        pm.environment.set("none", undefined);
        pm.environment.set("nan", NaN);
        """
    )
    assert {v.key: v.value for v in bench.scopes.environment} == {
        "list": [1, {"a": None}],
        "date": "1970-01-01T00:00:00.000Z",
        "none": None,
        "nan": None,
    }
    assert bench.said("console.log(pm.environment.get('list')[1], typeof pm.environment.get('date'))") == [
        "{ a: null } string"
    ]


def test_an_object_that_was_read_is_a_copy(bench):
    bench.fill("environment", box={"n": 1})
    said = bench.said("pm.environment.get('box').n = 2; console.log(pm.environment.get('box').n)")
    assert said == ["2"]
    assert bench.scopes.environment.get("box") == {"n": 1}
    assert bench.said("console.log(pm.environment.get('box').n)") == ["1"]


def test_an_object_with_a_circle_is_kept_without_it(bench):
    bench.run("const a = {n: 1}; a.self = a; pm.environment.set('a', a);")
    assert bench.scopes.environment.get("a") == {"n": 1}


def test_precedence_is_local_data_environment_collection_globals(bench):
    for scope in ("globals", "collection", "environment", "data", "local"):
        bench.fill(scope, name=scope)
    shown = "console.log(pm.variables.get('name'))"
    for scope in ("local", "data", "environment", "collection", "globals"):
        assert bench.said(shown) == [scope]
        bench.fill(scope)
    assert bench.said(shown) == ["undefined"]


def test_a_typed_variable_gives_and_takes_its_type(bench):
    bench.fill(
        "collection",
        Variable(key="count", value="5", type="number"),
        Variable(key="name", value="x", type="string"),
    )
    said = bench.said(
        """
        pm.collectionVariables.set("name", 7);
        console.log(typeof pm.collectionVariables.get("count"), typeof pm.collectionVariables.get("name"));
        """
    )
    assert said == ["number string"]
    assert bench.scopes.collection.get("name") == "7"


def test_a_disabled_variable_is_not_seen(bench):
    bench.fill("environment", Variable(key="off", value="x", disabled=True))
    assert bench.said("console.log(pm.environment.has('off'), pm.environment.get('off'))") == [
        "false undefined"
    ]


def test_clear_empties_one_scope(bench):
    bench.fill("environment", a=1, b=2)
    bench.fill("globals", a=3)
    bench.run("pm.environment.clear(); pm.environment.set('c', 1);")
    assert [v.key for v in bench.scopes.environment] == ["c"]
    assert bench.scopes.globals.get("a") == 3


def test_to_object_lists_what_was_set_and_what_was_there(bench):
    bench.fill("environment", a=1, b=2)
    said = bench.said(
        """
        pm.environment.set("c", 3);
        pm.environment.unset("a");
        console.log(JSON.stringify(pm.environment.toObject()));
        """
    )
    assert said == ['{"b":2,"c":3}']


def test_variables_to_object_merges_the_scopes(bench):
    bench.fill("environment", a="environment", b="environment")
    bench.fill("globals", a="globals", c="globals")
    assert bench.said("console.log(JSON.stringify(pm.variables.toObject()))") == [
        '{"a":"environment","c":"globals","b":"environment"}'
    ]


def test_values_is_postmans_list_and_sees_earlier_changes(bench):
    bench.fill("environment", a=1)
    said = bench.said(
        """
        const {VariableScope, VariableList} = require("postman-collection");
        pm.environment.set("b", 2);
        console.log(VariableScope.isVariableScope(pm.environment));
        console.log(VariableList.isVariableList(pm.environment.values));
        console.log(pm.environment.values.map(v => v.key).join());
        pm.environment.set("c", 3);
        console.log(pm.environment.values.count(), pm.environment.get("c"));
        """
    )
    assert said == ["true", "true", "a,b", "3 3"]
    assert bench.scopes.environment.get("c") == 3


def test_replace_in_takes_a_variable_set_to_undefined_for_empty(bench):
    said = bench.said(
        """
        pm.environment.set("gone", undefined);
        console.log(pm.variables.replaceIn("<{{gone}}{{never}}>"), pm.environment.replaceIn("<{{gone}}>"));
        """
    )
    assert said == ["<{{never}}> <>"]


def test_replace_in_resolves_nested_names_and_dynamic_ones(bench):
    bench.fill("environment", inner="world", outer="{{inner}}", number=5, list=[1])
    said = bench.said(
        """
        console.log(pm.variables.replaceIn("hello {{outer}} {{number}} {{list}} {{unknown}}"));
        console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(pm.variables.replaceIn("{{$guid}}")));
        console.log(JSON.stringify(pm.environment.replaceIn({a: ["{{inner}}"]})));
        const {replaceIn} = pm.variables;
        console.log(replaceIn("{{$randomInt}}").length > 0, replaceIn("{{inner}}"));
        """
    )
    assert said == ["hello world 5 1 {{unknown}}", "true", '{"a":["world"]}', "true {{inner}}"]


def test_iteration_data_is_the_row_and_changes_of_it_stay_in_the_script(bench):
    bench.fill("data", user="ada")
    assert bench.said("console.log(pm.iterationData.get('user')); pm.iterationData.set('user', 'x')") == [
        "ada"
    ]
    assert bench.scopes.data.get("user") == "ada"


def test_scripts_of_one_event_see_each_others_changes(bench):
    result = bench.result("pm.environment.set('n', [1])", "console.log(pm.environment.get('n')[0] + 1)")
    assert result.runs[1].console[0].text == "2"


def test_a_change_made_between_jobs_is_seen(bench):
    bench.fill("environment", a=1)
    bench.run("pm.environment.set('b', 1)")
    bench.scopes.environment.set("a", 2)
    assert bench.said("console.log(pm.environment.get('a'), pm.environment.get('b'))") == ["2 1"]


def test_a_scope_kept_beyond_its_script_changes_nothing(bench):
    bench.run("kept = pm.environment")
    bench.run("kept.set('late', 1)")
    assert "late" not in bench.scopes.environment


def test_names_and_ids_of_scopes_are_told(bench):
    bench.scopes.environment.label = "Staging"
    bench.scopes.environment.id = "env-1"
    assert bench.said("console.log(pm.environment.name, pm.environment.id)") == ["Staging env-1"]


def test_a_run_tells_what_each_script_made_of_the_variables(bench):
    bench.fill("environment", token="old", same="x", gone=1)
    first = "let e = pm.environment; e.set('token', 'a'); e.set('token', 'b'); e.set('same', 'x')"
    second = "pm.environment.unset('gone'); pm.globals.set('list', [1, 'é'])"
    runs = bench.result(first, second, "1").runs
    told = [[(one.scope, one.name, one.before, one.after) for one in run.changes] for run in runs]
    assert told == [
        [("environment", "token", "old", "b")],
        [("environment", "gone", "1", None), ("globals", "list", None, '[1, "é"]')],
        [],
    ]


def test_what_a_script_changed_before_it_failed_is_told_too(bench):
    run = bench.run("pm.environment.set('a', '1'); throw new Error('no')")
    assert run.error is not None
    assert [(one.name, one.after) for one in run.changes] == [("a", "1")]


def test_a_scope_has_an_id_that_stays(bench):
    run = bench.run(
        "const { id } = pm.environment;"
        "pm.test('drawn', () => pm.expect(id).to.match(/^[0-9a-f-]{36}$/));"
        "pm.test('again', () => pm.expect(pm.environment.id).to.equal(id));"
        "pm.test('listed', () => pm.expect(Object.keys(pm.environment)).to.include('id'));"
        "pm.test('told', () => pm.expect(pm.environment.toJSON().id).to.equal(id));"
        "pm.test('inherited', () => pm.expect(Object.create(pm.environment).id).to.equal(id));"
        "pm.test('other', () => pm.expect(pm.globals.id).to.not.equal(id));"
    )
    assert [assertion.error for assertion in run.assertions] == [None] * 6


def test_a_scopes_id_may_be_replaced_for_the_script(bench):
    run = bench.run(
        "pm.environment.id = 'a'; pm.test('own', () => pm.expect(pm.environment.id).to.equal('a'))"
    )
    assert [assertion.error for assertion in run.assertions] == [None]
