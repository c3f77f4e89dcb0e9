#!/bin/sh
# log.exception of structlog 26.1.0 and of google-cloud-logging 3.17.0 writes JSON without the exception: no word, no frame.
#
# Seen, of a RuntimeError("job 7 failed"):
#   structlog, processors [add_log_level, JSONRenderer()]:
#     log.exception("request failed")                   {"exc_info": true, "event": "request failed", "level": "error"}
#   google-cloud-logging, StructuredLogHandler:
#     log.exception({"event": "request failed"})        {"event": "request failed","severity": "ERROR", …}
#     log.exception("request failed")                   "message": "request failed\nTraceback (most recent call last): …"
# structlog leaves the exception to a processor (format_exc_info or dict_tracebacks), and where none is in the list its
# renderer writes the flag itself; its usual configuration, on a terminal, shows the traceback, so nobody misses it before
# production.  google-cloud-logging merges a dict into the record and formats exceptions of texts only.
# Neither warns.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site structlog==26.1.0 google-cloud-logging==3.17.0 2> /dev/null
cat > ask.py << 'P'
import io, json, logging

import structlog
from google.cloud.logging_v2.handlers import StructuredLogHandler


def said(log, out, given):
    out.seek(0)
    out.truncate()
    try:
        raise RuntimeError("job 7 failed")
    except RuntimeError:
        log.exception(given)
    last = out.getvalue().strip().splitlines()[-1]  # (google's first record tells of the library itself)
    print(last[:160])
    return last


out = io.StringIO()
flags = [structlog.processors.add_log_level, structlog.processors.JSONRenderer()]
whole = [structlog.processors.format_exc_info, *flags]
for processors, told in ((flags, False), (whole, True)):
    log = structlog.wrap_logger(structlog.PrintLogger(out), processors=processors)
    line = said(log, out, "request failed")
    assert ("job 7 failed" in line) is told, "changed: structlog"
    assert told or json.loads(line) == {"event": "request failed", "exc_info": True, "level": "error"}

cloud = logging.Logger("orders")
cloud.addHandler(StructuredLogHandler(stream=out, project_id="shop"))
assert "RuntimeError: job 7 failed" in said(cloud, out, "request failed")
line = said(cloud, out, {"event": "request failed"})
assert '"event": "request failed"' in line and '"severity": "ERROR"' in line
assert "job 7" not in line and "Traceback" not in line, "changed: the exception of a dict is written"
print("as stated")
P
PYTHONPATH=site python3 ask.py
