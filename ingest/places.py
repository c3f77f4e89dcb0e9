"""Which service and environment a path of a repository speaks of: `apps/auth-service/overlays/prod/…`.

Only the layouts that everybody uses are read; what is not clear from the path stays empty.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import PurePosixPath

from kb.expression import expression
from kb.text.environments import is_environment, split_name

_SERVICES = frozenset(
    (
        "apps",
        "app",
        "applications",
        "services",
        "service",
        "svc",
        "svcs",
        "charts",
        "chart",
        "helm",
        "releases",
        "workloads",
        "manifests",
        "k8s",
        "kubernetes",
        "kustomize",
        "deploy",
        "deployments",
        "components",
        "microservices",
    )
)
_ENVIRONMENTS = frozenset(
    (
        "overlays",
        "overlay",
        "environments",
        "environment",
        "envs",
        "env",
        "clusters",
        "stages",
    )
)
_NO_SERVICE = frozenset(
    (
        "base",
        "bases",
        "common",
        "shared",
        "lib",
        "libs",
        "templates",
        "src",
        "tests",
        "test",
        "docs",
        "overlays",
        "files",
    )
)
_APPLICATIONS = frozenset(
    (
        "argocd",
        "argo-cd",
        "argo",
        "applications",
        "flux",
    )
)
_MIGRATION = expression(
    r"(?:^|/)(?:db[/_-]?)?migrat(?:e|ions?)/|(?:^|/)alembic/versions/|(?:^|/)[VU]\d[\d_.]*__\w+\.sql$"
    r"|(?:^|/)(?:changelog|liquibase)/.*\.(?:sql|xml|ya?ml)$",
    re.I,
)
_DOWN = expression(r"[._/-]down[._/-]|(?:^|/)U\d[\d_.]*__|rollback", re.I)


def place_of_path(path: str) -> tuple[str, str]:
    """Service and environment that a path speaks of; each is empty where the path does not say."""
    parts = PurePosixPath(path).parts
    service = environment = ""
    for folder, below in pairwise(parts):
        is_file = below == parts[-1] and "." in below
        if folder.lower() in _ENVIRONMENTS and not is_file:
            environment = environment or below
        elif folder.lower() in _APPLICATIONS and is_file:
            service, environment = (
                found or known
                for found, known in zip(
                    split_name(below.rpartition(".")[0]), (service, environment), strict=True
                )
            )
        elif folder.lower() in _SERVICES and not is_file and not service and below.lower() not in _NO_SERVICE:
            service, environment = (
                ("", environment or below) if is_environment(below) else (below, environment)
            )
        elif is_environment(below) and not is_file and not environment:
            environment = below
    name, said = split_name(service)
    return (name, environment or said) if said else (service, environment)


def places_of(paths: list[str]) -> list[tuple[str, str]]:
    """Each service and environment that the paths speak of, once.

    A service's own folder says nothing more where another path of it names an environment.
    """
    found = dict.fromkeys(place for path in paths if (place := place_of_path(path))[0])
    placed = {service for service, environment in found if environment}
    return [place for place in found if place[1] or place[0] not in placed]


def is_migration(path: str) -> bool:
    """Whether a path is that of a migration of schema or data."""
    return bool(_MIGRATION.search(path))


def can_be_undone(paths: list[str]) -> bool | None:
    """True where the migrations among the paths come with their way back; None where none is to be seen."""
    return True if any(is_migration(path) and _DOWN.search(path) for path in paths) else None
