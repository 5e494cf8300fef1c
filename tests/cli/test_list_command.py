from harness.errors import ExitCode


def test_list_shows_folders_and_calls_with_method_and_url(command, workspace):
    folder = {
        "name": "Orders",
        "item": [{"name": "New", "request": {"method": "POST", "url": "http://h/{{x}}"}}],
    }
    said = command("list", workspace.collection(("Home", "http://h/"), folder))
    assert said.code is ExitCode.PASSED
    assert said.out.splitlines() == [
        "Shop",
        "├─ Home · GET http://h/",
        "└─ Orders",
        "   └─ New · POST http://h/{{x}}",
        "",
        "2 requests",
    ]


def test_list_of_a_file_that_is_no_collection_is_an_error(command, workspace):
    said = command("list", workspace.text("x.json", "[1]"))
    assert said.code is ExitCode.USAGE
    assert "x.json" in said.err
