"""PostgreSQL's errors, and those of the way to it, in words that say what to do.  A password is in none of them."""

from __future__ import annotations

from kb.errors import HomeBusy, HomeNotWritable, StoreAway, StoreBroken
from kb.store.engines.engine import BUSY_SECONDS

_WORDS = 300


def translated(error: Exception, place: str, waited: float) -> Exception:
    """What to say of an error; `place` is the database, `waited` the seconds that a write may wait for others."""
    from psycopg import Error, errors

    match error:
        case errors.LockNotAvailable() if waited < BUSY_SECONDS:
            return HomeBusy(f"another process is writing into {place}")
        case errors.LockNotAvailable():
            return StoreBroken(f"{place}: another process has been writing for {waited:.0f} s; try again")
        case errors.SerializationFailure():
            return HomeBusy(
                f"{place}: another process wrote while this one read; nothing was changed, try again"
            )
        case errors.ReadOnlySqlTransaction():
            return HomeNotWritable(f"{place} takes no writes just now; nothing was changed")
        case errors.DiskFull():
            return HomeNotWritable(f"{place}: its disk is full; nothing was changed, make room there")
        case errors.InvalidColumnReference():  # (its keys have got a column more)
            return StoreBroken(
                f"{place}: its first tenant was made after this process began; nothing was changed, start it anew"
            )
        case errors.InsufficientPrivilege():
            return HomeNotWritable(f"{place}: {said(error)}; the role of the URL must own its tables")
        case errors.QueryCanceled():
            return StoreAway(
                f"{place} took too long to answer ({said(error)}); nothing was changed, try again"
            )
        case Error() if is_away(error):
            return StoreAway(f"{place} cannot be reached ({said(error)}){_advice(error)}")
    return StoreBroken(f"{place}: {said(error)}; nothing was changed, to look into it run: kb doctor")


def is_away(error: Exception) -> bool:
    """Whether the server, or the way to it, is the trouble, and not what was asked."""
    from psycopg import OperationalError, errors

    return isinstance(error, OperationalError) and not isinstance(
        error, (errors.LockNotAvailable, errors.SerializationFailure, errors.DiskFull, errors.QueryCanceled)
    )


def said(error: Exception) -> str:
    """What an error says, in one line, without the places that it was tried at before."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    first = next(
        (line for line in lines if not line.startswith(("Multiple connection", "- host"))), "no reason given"
    )
    return first.removeprefix("connection failed: ")[:_WORDS]


def _advice(error: Exception) -> str:
    """What to do about it: by the words of the server, which gives no codes before it has let anybody in."""
    words = str(error)
    for sign, advice in _ADVICE.items():
        if sign in words:
            return f"; {advice}"
    return "; what was asked is not done, try again when it is back"


_ADVICE = {
    "password": "look at the password in KB_DATABASE_URL, or in ~/.pgpass",
    "pg_hba.conf": "its pg_hba.conf lets nobody in from here by that name",
    '" does not exist': "make it there: CREATE DATABASE, CREATE ROLE",
    "too many connections": "it takes no more connections: raise its limit there, or run fewer servers",
    "too many clients": "it takes no more connections: raise max_connections there, or run fewer servers",
    "remaining connection slots": "it takes no more connections: raise max_connections there, or run fewer servers",
    "could not translate host name": "look at the name of the host in KB_DATABASE_URL",
    "timeout": "it is too slow, or something on the way drops what is sent",
}
