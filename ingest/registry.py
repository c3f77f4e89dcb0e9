"""The sources that ingest knows, and which of them a file belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.alert_rules import AlertRules
from ingest.bug_signatures import BugSignatures
from ingest.deployments import Deployments
from ingest.document import Document
from ingest.git_log import GitLog
from ingest.helm_table import HelmTable
from ingest.known_error import KnownErrorArticles
from ingest.known_table import KnownErrorTable
from ingest.memory_yaml import MemoryYaml
from ingest.monitor_rules import MonitorRules
from ingest.nagios_objects import NagiosObjects
from ingest.postmortem import Postmortem
from ingest.runbook import RunbookMarkdown
from ingest.source import SourceFile, SourceType
from ingest.status_page import StatusPage
from ingest.tracker_export import TrackerExport

FALLBACK: SourceType = Document()
"""The source that keeps what no other understands."""

SOURCES: tuple[SourceType, ...] = (
    StatusPage(),
    Postmortem(),
    RunbookMarkdown(),
    KnownErrorArticles(),
    KnownErrorTable(),
    AlertRules(),
    MonitorRules(),
    NagiosObjects(),
    BugSignatures(),
    MemoryYaml(),
    TrackerExport(),
    Deployments(),
    GitLog(),
    HelmTable(),
    FALLBACK,
)
"""Every source, in the order that decides a tie."""

SURE_ENOUGH = 0.4
"""Below this a source does not get a file: it is kept as a document."""


def choose(file: SourceFile, sources: Sequence[SourceType] = SOURCES) -> SourceType:
    """The source that recognises `file` most surely, or the fallback."""
    scores = [(source.recognises(file), source) for source in sources]
    best, source = max(scores, key=lambda scored: scored[0])
    return source if best >= SURE_ENOUGH else FALLBACK
