"""Which kind of incident a text tells of, with the checks and the roles that fit it.  Pure data of seed 002."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kb.text.pieces import every


class Symptom(StrEnum):
    """The kinds of incident that responders are routed by."""

    DATABASE = "database"
    PERFORMANCE = "performance"
    SECURITY = "security"
    NETWORK = "network"
    INFRASTRUCTURE = "infrastructure"
    ERRORS = "5xx or code"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of incident: the words that tell it, the checks that seed 002 names, the roles that fit."""

    symptom: Symptom
    words: re.Pattern[str]
    checks: tuple[str, ...]
    roles: tuple[str, ...]


def words_of(pattern: str) -> re.Pattern[str]:
    """The pattern, whatever the case."""
    return re.compile(pattern, re.IGNORECASE)


KINDS = (
    Kind(Symptom.DATABASE,
         words_of(r"databas|\bdb\b|postgres|mysql|mariadb|oracle|\bsql\b|\bquer(?:y|ies)\b|connection pool"
                r"|pgbouncer|replication"
                r"|deadlock|lock wait|mongo|\bpool\b.{0,20}exhaust|too many connections|connection slots"),
         ("slow query log", "locks and contention", "connection pool exhaustion", "recent schema changes"),
         ("database-admin", "database-optimizer", "sql-pro")),
    Kind(Symptom.PERFORMANCE,
         words_of(r"latenc|slow|\bcpu\b|memory(?! address)|\boom|throttl|p9\d|response time|saturat|\bheap\b|\bgc\b"
                r"|queue (?:depth|length)"),
         ("resource leaks", "hot paths", "runaway queries and loops", "traffic spikes"),
         ("performance-engineer", "devops-troubleshooter", "database-optimizer")),
    Kind(Symptom.SECURITY,
         words_of(r"secur|breach|intrusion|unauthori[sz]ed|attack|ddos|malware|ransom|exfiltrat|compromis"
                r"|brute.?force|\bcve-"
                r"|inject(?:ion|ed)|credential|leaked"),
         ("access logs for unusual patterns", "authentication attempts", "vulnerability exploitation",
          "malware and backdoors"),
         ("security-auditor", "devops-troubleshooter", "network-engineer")),
    Kind(Symptom.NETWORK,
         words_of(r"dns\b|servfail|nxdomain|network|connection (?:refused|reset|timed out)|unreachable"
                r"|load balancer|firewall"
                r"|packet|\btls\b|x509"
                r"|certificate|no route|name resolution|no such host|\bvpn\b|\bproxy\b"),
         ("DNS resolution", "load balancer health", "firewall rules", "service-to-service connectivity"),
         ("network-engineer", "devops-troubleshooter", "cloud-architect")),
    Kind(Symptom.INFRASTRUCTURE,
         words_of(r"\bnodes?\b|\bpods?\b|kube(?!-probe)|crashloop|backoff|\bdisk\b|volume|no space left|storage"
                r"|\bpvc?\b|evict|\bhost\b(?!\W{0,2}[:=])"
                r"|\baws\b|\bgcp\b|azure|cloud|quota|etcd|kafka|broker"),
         ("CPU, memory, disk, network", "service connectivity", "resource exhaustion"),
         ("devops-troubleshooter", "cloud-architect", "kubernetes-architect")),
    Kind(Symptom.ERRORS,
         words_of(r"\b5xx\b|\b50[0-4]\b|error rate|exception|traceback|stack ?trace|nullpointer|segfault"
                r"|segmentation|nil pointer|panic|regression|\bbug\b"
                r"|http 5\d\d|errorrate|failing requests"),
         ("application logs for exceptions", "cascading failures", "service dependencies", "recent deployments"),
         ("error-detective", "debugger", "devops-troubleshooter")),
)  # fmt: skip
"""Seed 002's routing table, with its "common incident patterns"."""


def symptoms(text: str) -> list[Kind]:
    """The kinds of incident that the text tells of, most words first; of equals in seed 002's order.

    A word counts once: a log repeats itself.
    """
    counted = [(len({found[0].lower() for found in every(kind.words, text)}), kind) for kind in KINDS]
    return [kind for count, kind in sorted(counted, key=lambda pair: -pair[0]) if count]
