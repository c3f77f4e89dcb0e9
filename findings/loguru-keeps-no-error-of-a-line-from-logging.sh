#!/bin/sh
# loguru 0.7.3 takes the lines that log an error with logging, writes them, and leaves the error out, without a word of it.
#
# Seen, of a RuntimeError("job 7 failed") raised from ConnectionError("ledger has no leader"):
#   the line                                          logging                     loguru
#   log.error("request failed: %s", error)            request failed: job 7 failed  request failed: %s
#   log.error("request failed", exc_info=True)        and the whole traceback     request failed
#   log.error("request failed", exc_info=error)       and the whole traceback     request failed
# loguru fills in {} and not %s, drops arguments that it has no place for, and takes exc_info for a field of its own that
# its usual format does not show; opt(exception=True) is what it wants.  So a program whose
# `log = logging.getLogger()` became `from loguru import logger as log` tells in production that something failed,
# and neither what nor why.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site loguru==0.7.3 2> /dev/null
cat > ask.py << 'P'
import io, logging

from loguru import logger


def fail():
    try:
        raise ConnectionError("ledger has no leader")
    except ConnectionError as error:
        raise RuntimeError("job 7 failed") from error


LINES = [
    lambda log, error: log.error("request failed: %s", error),
    lambda log, error: log.error("request failed", exc_info=True),
    lambda log, error: log.error("request failed", exc_info=error),
]
by_logging, by_loguru = io.StringIO(), io.StringIO()
plain = logging.Logger("orders")
plain.addHandler(logging.StreamHandler(by_logging))
logger.remove()
logger.add(by_loguru)
for line in LINES:
    for log, out in ((plain, by_logging), (logger, by_loguru)):
        out.seek(0)
        out.truncate()
        try:
            fail()
        except RuntimeError as error:
            line(log, error)
        print(type(log).__module__, repr(out.getvalue())[:150])
    assert "job 7 failed" in by_logging.getvalue()
    assert "failed" in by_loguru.getvalue(), "changed: nothing is written"
    assert "job 7" not in by_loguru.getvalue() and "ledger" not in by_loguru.getvalue(), "changed: the error is there"
try:
    fail()
except RuntimeError:
    logger.opt(exception=True).error("request failed")
assert "ConnectionError: ledger has no leader" in by_loguru.getvalue()
print("as stated")
P
PYTHONPATH=site python3 ask.py
