#!/bin/sh
# aiomysql 0.3.2 leaves out why a server cannot be reached, asyncpg 0.32.0 which hosts but the last were tried; their siblings tell it.
#
# Seen, of ports with nothing behind them, one for MySQL and two for PostgreSQL (host one,two: the primary and its standby):
#   PyMySQL 1.2.4   (2003, "Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)")
#   aiomysql 0.3.2  (2003, "Can't connect to MySQL server on '127.0.0.1'")
#   psycopg 3.3.9   … Multiple connection attempts failed. All failures were: - host: '127.0.0.1', port: '1', … Connection refused
#                   … - host: '127.0.0.1', port: '2', … Connection refused …
#   asyncpg 0.32.0  [Errno 111] Connect call failed ('127.0.0.1', 2)
# asyncpg's error has no cause and no context, so the primary, which is what went away, is named nowhere, and what the log
# names is the standby.  aiomysql's has the reason in its __cause__ alone: a log of the error says the same of a refusal and of a
# name that is not found.  Needs pip and python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site "psycopg[binary]==3.3.9" asyncpg==0.32.0 PyMySQL==1.2.4 aiomysql==0.3.2 2> /dev/null
cat > ask.py << 'P'
import asyncio, socket

import aiomysql, asyncpg, psycopg, pymysql

unused = [socket.socket() for _ in range(2)]
for each in unused:
    each.bind(("127.0.0.1", 0))
one, two = (each.getsockname()[1] for each in unused)
for each in unused:
    each.close()


async def mysql(host):
    await aiomysql.connect(host=host, port=one, user="orders")


ASKED = {
    "PyMySQL": lambda: pymysql.connect(host="127.0.0.1", port=one, user="orders"),
    "aiomysql": lambda: asyncio.run(mysql("127.0.0.1")),
    "psycopg": lambda: psycopg.connect(f"host=127.0.0.1,127.0.0.1 port={one},{two} user=orders"),
    "asyncpg": lambda: asyncio.run(asyncpg.connect(host=["127.0.0.1"] * 2, port=[one, two], user="orders")),
}


def error_of(name):
    try:
        ASKED[name]()
    except Exception as error:
        print(f"{name:9}", " ".join(str(error).split()))
        return error
    raise SystemExit(f"{name} is connected?")


assert "Connection refused" in str(error_of("PyMySQL"))
without = error_of("aiomysql")
assert str(without) == """(2003, "Can't connect to MySQL server on '127.0.0.1'")""", "changed: aiomysql"
assert "Errno 111" in str(without.__cause__)
whole = str(error_of("psycopg"))
assert f"'{one}'" in whole and f"'{two}'" in whole and whole.count("Connection refused") > 1
last = error_of("asyncpg")
assert str(two) in str(last) and str(one) not in str(last), "changed: asyncpg tells of both"
assert last.__cause__ is None and last.__context__ is None, "changed: asyncpg's error has a cause"
print("as stated")
P
PYTHONPATH=site python3 ask.py
