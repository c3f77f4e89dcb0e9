"""The sources that ingest knows, and which of them a file belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.convert.conversion import MOST_PROSE
from ingest.deployments.deployments import Deployments
from ingest.helm_table import HelmTable
from ingest.nagios_objects import NagiosObjects
from ingest.postmortem.postmortem import Postmortem
from ingest.rollout_table import RolloutTable
from ingest.source import SourceFile, SourceType
from ingest.sources.alert_rules import AlertRules
from ingest.sources.bicep import Bicep
from ingest.sources.bug_signatures import BugSignatures
from ingest.sources.changelog import Changelog
from ingest.sources.document import AnyDocument
from ingest.sources.git_log import GitLog
from ingest.sources.known_error import KnownErrorArticles
from ingest.sources.known_table import KnownErrorTable
from ingest.sources.memory_yaml import MemoryYaml
from ingest.sources.monitor_rules import MonitorRules
from ingest.sources.runbook import RunbookMarkdown
from ingest.sources.status_page import StatusPage
from ingest.sources.terraform import Terraform
from ingest.sources.tracker_export import TrackerExport
from ingest.sources.upptime import Upptime

FALLBACK: SourceType = AnyDocument()
"""The source that keeps what no other understands."""

SOURCES: tuple[SourceType, ...] = (
    StatusPage(),
    Changelog(),
    Postmortem(),
    RunbookMarkdown(),
    KnownErrorArticles(),
    KnownErrorTable(),
    AlertRules(),
    MonitorRules(),
    Terraform(),
    Bicep(),
    NagiosObjects(),
    BugSignatures(),
    MemoryYaml(),
    TrackerExport(),
    Upptime(),
    Deployments(),
    GitLog(),
    HelmTable(),
    RolloutTable(),
    FALLBACK,
)
"""Every source, in the order that decides a tie."""

SURE_ENOUGH = 0.4
"""Below this a source does not get a file: it is kept as a document."""


_OF_PROSE = (StatusPage, Postmortem, RunbookMarkdown, KnownErrorArticles, KnownErrorTable)
"""They read a document by its sections, which is not done for what is too long to be one."""


def choose(file: SourceFile, sources: Sequence[SourceType] = SOURCES) -> SourceType:
    """The source that recognises `file` most surely, or the fallback."""
    if file.is_prose and len(file.text) > MOST_PROSE:
        sources = [source for source in sources if not isinstance(source, _OF_PROSE)]
    scores = [(source.recognises(file), source) for source in sources]
    best, source = max(scores, key=lambda scored: scored[0])
    return source if best >= SURE_ENOUGH else FALLBACK
