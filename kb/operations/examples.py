"""An example of every operation's arguments: shown by the API's description, and made by its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "check_known_issues": {
        "error_text": "FATAL: remaining connection slots are reserved",
        "service": "orders-api",
    },
    "search_incidents": {"query": "how did we fail over the database", "kinds": ["incident", "runbook"]},
    "search_counts": {"service": "orders-api"},
    "get_entry": {"entry_id": "pattern-3f9c1a2b"},
    "entry_record": {"entry_id": "pattern-3f9c1a2b"},
    "triage": {"alert": "KubePodCrashLooping: pod orders-api-7d9f in production restarts"},
    "investigate_alert": {
        "alert": "KubePodCrashLooping: pod orders-api-7d9f in production restarts",
        "evidence": {"kubectl describe": "Last State: Terminated, Reason: OOMKilled"},
    },
    "learn_tool_fix": {
        "tool_name": "kubectl_exec",
        "error_pattern": "error: unable to upgrade connection: container not found",
        "root_cause": "the container restarted meanwhile",
        "fix_description": "ask for the pod's name again, then exec",
    },
    "learn_pattern": {
        "pattern": "FATAL: remaining connection slots are reserved",
        "meaning": "the pool of the API is larger than the database allows",
        "fix": "lower the pool's size, then restart the API",
        "commands": ["kubectl rollout restart deploy/orders-api"],
        "services": ["orders-api"],
    },
    "record_outcome": {
        "entry_id": "pattern-3f9c1a2b",
        "result": "resolved",
        "verified_by": "error rate is flat",
    },
    "rehearse_pattern": {"pattern": "remaining connection slots are reserved"},
    "memory_read": {"key": "state/environments"},
    "memory_append": {
        "key": "learned/runbooks",
        "list_path": "procedures",
        "item": {
            "name": "Fail over the orders database",
            "steps": ["Stop the writers", "Promote the replica"],
        },
    },
    "memory_update": {"key": "state/environments", "path": "environments.stage.status", "value": "healthy"},
    "memory_session_log": {"action": "Lowered the pool of orders-api to 20"},
    "healthy_list": {},
    "healthy_add": {"log": ["pool: active=20 idle=6", "pool: active=21 idle=5"], "source": "a quiet Sunday"},
    "healthy_remove": {"source": "a quiet Sunday"},
    "overview": {},
    "doctor": {},
    "messages": {"state": ["failed"]},
    "message_send": {"message_id": "kb-4f0c2d19a7be83516c20"},
    "hook_deliveries": {"state": ["failed"]},
    "hook_retry": {},
    "entry_status": {"entry_id": "pattern-3f9c1a2b", "status": "active", "reason": "read and tried"},
    "entry_undo": {"entry_id": "pattern-3f9c1a2b", "reason": "the wrong one"},
    "weekly_summary": {"days": 7},
    "proposals_list": {},
    "proposal_accept": {
        "proposal_id": "proposal-1c2d3e4f",
        "edits": {"meaning": "the queue's broker was full"},
    },
    "proposal_reject": {"proposal_id": "proposal-1c2d3e4f", "reason": "it was a drill"},
    "incident_open": {"title": "orders-api answers 503", "service": ["orders-api"], "severity": "SEV2"},
    "incident_acknowledge": {"by": "ana"},
    "incident_severity": {"severity": "SEV1", "reason": "all customers are affected"},
    "incident_hypothesise": {"text": "the pool is exhausted", "evidence": ["200 idle connections"]},
    "incident_mitigate": {"action": "restarted orders-api", "worked": True},
    "incident_resolve": {"resolution": "lowered the pool's size", "cause": "the pool was raised on Friday"},
    "incident_verify": {"checks": "all", "by": "ana"},
    "incident_close": {},
    "incident_reopen": {"reason": "503s are back"},
    "incident_merge": {
        "incident_id": "incident-20260520-orders-api-is-slow-1f2e3d",
        "into": "incident-20260520-orders-api-answers-503-4c5b6a",
    },
    "incident_split": {"title": "the disk of db-2 is full", "alerts": ["DiskFull"]},
    "incident_action_item": {"text": "alert on idle connections", "owner": "ana", "due": "2027-01-15"},
    "incident_review": {"went_well": ["the rollback took two minutes"], "lessons": ["limit the pool"]},
    "incident_status_update": {"style": "chat", "focus": "the connection pool"},
    "incident_show": {"incident_id": "current"},
    "incident_list": {"open_only": True},
    "incident_postmortem": {"save": False},
    "record_change": {
        "kind": "deployment",
        "service": "orders-api",
        "version": "v2.4.1",
        "previous": "v2.4.0",
    },
    "changes": {"service": "orders-api", "hours": 24},
    "rollback_target": {"service": "orders-api"},
    "skill_run": {"name": "weekly_summary", "inputs": {"days": 1}},
}
