"""A git repository that tests may read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def git(folder: Path, *words: str, at: str = "2026-01-18T10:00:00+00:00") -> None:
    """Run git as a person with a name, at a time."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    environment = {
        "GIT_AUTHOR_NAME": "Ana",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_NAME": "Ana",
        "GIT_COMMITTER_EMAIL": "a@x",
        "GIT_AUTHOR_DATE": at,
        "GIT_COMMITTER_DATE": at,
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin:/usr/local/bin",
    }
    subprocess.run(["git", "-C", str(folder), *words], env=environment, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three commits of the service `web`, the last of which reverts the second."""
    folder = tmp_path / "apps"
    (folder / "apps" / "web" / "overlays" / "prod").mkdir(parents=True)
    git(folder.parent, "init", "-q", str(folder))
    for number, message in enumerate(("feat(web): one", "fix(web): password=hunter2secret99 in the log"), 1):
        (folder / "apps" / "web" / "overlays" / "prod" / "kustomization.yaml").write_text(f"tag: {number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", message, at=f"2026-01-1{number}T10:00:00+00:00")
    git(folder, "revert", "--no-edit", "HEAD", at="2026-01-13T10:00:00+00:00")
    return folder
