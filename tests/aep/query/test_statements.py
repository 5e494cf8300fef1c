from __future__ import annotations

import pytest

from harness.aep.query.statements import read_statement


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1", ()),
        ("select * from people limit 10", ("people",)),
        ('SELECT a FROM "People" p, other AS o JOIN third t ON t.a = p.a', ("People", "other", "third")),
        (
            "SELECT * FROM (SELECT * FROM inner_one) x LEFT JOIN outer_one USING (id)",
            ("inner_one", "outer_one"),
        ),
        ("WITH a AS (SELECT * FROM b) SELECT * FROM a JOIN c ON true", ("b", "c")),
        ("SELECT extract(year FROM timestamp) FROM events", ("events",)),
        ("SELECT trim(both from x), a IS DISTINCT FROM b FROM t", ("t",)),
        ("SELECT 'from nowhere' -- from comment\n FROM t /* from more */", ("t",)),
        ("SELECT * FROM prod.public.t", ("t",)),
        ("SELECT * FROM information_schema.tables", ()),
        ("SELECT * FROM generate_series(1, 3)", ()),
        ("SELECT * FROM t WHERE x IN (SELECT y FROM u)", ("t", "u")),
        ("SELECT * FROM", ()),
    ],
)
def test_the_tables_that_a_statement_reads_are_known(sql: str, tables: tuple[str, ...]) -> None:
    assert read_statement(sql).reads == tables


@pytest.mark.parametrize(
    ("sql", "mistake"),
    [
        ("SELECT * FROM People", None),
        ("SHOW TABLES", None),
        ("SELECT * FROM nobody", 'relation "nobody" does not exist'),
        ("SELEC 1", 'syntax error at or near "selec"'),
        ("DROP TABLE people", "the local platform carries out no statement that writes"),
        ("$$ BEGIN SELECT 1; END $$", "the local platform carries out no statement that writes"),
    ],
)
def test_a_statement_fails_over_what_it_is_and_what_it_reads(sql: str, mistake: str | None) -> None:
    assert read_statement(sql).mistake(["people"]) == mistake


def test_what_a_statement_makes_is_known() -> None:
    assert read_statement("CREATE TABLE a AS SELECT 1").makes_table
    assert read_statement("INSERT INTO a SELECT 1").inserts
    assert not read_statement("CREATE TABLE a (b int)").makes_table
