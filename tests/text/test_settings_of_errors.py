"""What got 14.6.6 keeps in an error of how it asked is no evidence; as pino 10.4.0 wrote it, cut."""

from __future__ import annotations

import json

from kb.text.evidence.evidence import pick_evidence

RECORD = json.dumps(
    {
        "level": 50,
        "time": 1796086624794,
        "err": {
            "type": "RequestError",
            "message": "connect ECONNREFUSED 10.0.3.7:8099",
            "stack": "RequestError: connect ECONNREFUSED 10.0.3.7:8099\n    at ask (/srv/shop/ask.js:12:7)",
            "code": "ECONNREFUSED",
            "options": {
                "retry": {
                    "limit": 0,
                    "methods": ["GET", "PUT"],
                    "errorCodes": ["ETIMEDOUT", "EADDRINUSE", "EPIPE"],
                },
                "hooks": {"beforeError": []},
            },
        },
        "msg": "job failed",
    }
)


def test_codes_that_a_client_would_ask_again_for_are_no_evidence() -> None:
    said = [line.message for line in pick_evidence(RECORD)]

    assert not {"ETIMEDOUT", "EADDRINUSE", "EPIPE"} & set(said)
    assert any("connect ECONNREFUSED" in line for line in said)


def test_what_a_program_says_of_its_settings_itself_is_a_message() -> None:
    record = '{"level":"error","config":{"error":"port 8443 is set twice in listeners.toml"}}'

    assert "port 8443 is set twice in listeners.toml" in [line.message for line in pick_evidence(record)]
