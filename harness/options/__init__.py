"""All options, each declared once; everything that shows, reads or completes an option is made from here.

To add an option of a run:

1. Write its row. An option that changes the run itself is a field of a group:

        max_redirects: int | None = setting(
            None,
            Option(name="max-redirects", heading=NETWORK, on=BOTH, metavar="N", read=positive, help="..."),
        )

   One that only the command line has (a reporter, an export) is an `Option` in `harness.options.commands`,
   below the command that has it.
2. Run `python -m harness.options`: it writes `docs/reference/options.md` and `harness/options/keywords.py`.
3. Write the code that acts on it: `config.network.max_redirects`, or `options.max_redirects` in a command.

Command line, help, `.newmanrc`, `--postman-*` options and ini values (`on=BOTH`), shell completion and the
typed keywords of `run()` then know it. A command is added the same way, as a row of `COMMANDS`.

To remove an option of a run, first say in its row what takes its place (`setting(..., instead="--shard")`).
For one minor version at least it works as before, and a run that is given it warns of `deprecated-option`.

| module | holds |
|---|---|
| `option` | what a row can say: `Option`, `Argument`, `setting` |
| `inputs`, `network`, `cassette`, `contract`, `limits`, `output` | the fields of a run's configuration |
| `config` | `RunConfig`, the configuration in these groups |
| `commands` | all commands; `command` is what a row of one says |
| `only_run` | the options of `run` that only the command line has |
| `authoring`, `cassette_tools`, `loading`, `serving` | further commands, with options of their own |
| `adopting`, `comparing`, `contracting` | and more of them |
| `pytest_only` | the options that only pytest has |
| `derived` | fields that are made of several options |
| `values` | the kinds of values, as readers of a text |
| `keywords` | the keywords of `run()`, written by `python -m harness.options` |
| `reference`, `completion` | the reference page and the completion scripts |
| `newman_page` | the tables of the page "Coming from newman" |
"""
