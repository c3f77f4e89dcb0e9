"""Every way to install kb, from an empty environment to its first answer; and `make demo`, beside an earlier commit.

`python -m benchmarks.fresh_install [WAY …]` (pip, uv, pipx, uvx; all unless told) installs this checkout into a
temporary folder, then makes a home, fills it and asks it.  It prints packages, megabytes, what of them is CUDA's, the
seconds of the installation (downloads as far as no cache has them), the seconds of `kb init`, `kb ingest` (with the
export of the model) and `kb check`, and the processor's of these.  What a way takes by itself before kb begins (uvx
looks at each call whether what it has is still right) stands apart: `kb --version` by the way, less that of the `kb`
that it installed, three times.  uv and pipx are fetched with pip where they are not installed.

`python -m benchmarks.fresh_install --demo COMMIT` clones the checkout twice, at that commit and as it is now, and runs
`make demo` in each, from nothing: without `.venv`, without exported models, without pip's cache.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [str(ROOT / "examples" / name) for name in ("postmortems", "runbooks", "memory")]
QUESTION = "Error acquiring the state lock"
NOT_OURS = (
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "KB_HOME",
    "KB_MODEL",
    "KB_PRECISION",
)


@dataclass(frozen=True)
class Place:
    """A temporary folder that installations go into."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a user who has nothing of kb yet."""
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        own = {
            "KB_CACHE": "cache",
            "UV_TOOL_DIR": "uv",
            "UV_TOOL_BIN_DIR": "bin",
            "UV_CACHE_DIR": "uv-cache",
            "PIPX_HOME": "pipx",
            "PIPX_BIN_DIR": "bin",
        }
        return {**kept, **{name: str(self.root / folder) for name, folder in own.items()}}

    def run(self, *words: str, home: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end; its output is shown when it fails."""
        environment = {**self.environment, **({"KB_HOME": home} if home else {})}
        done = subprocess.run(
            words, cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done

    def tool(self, name: str) -> str:
        """uv or pipx: what is installed, else fetched."""
        if found := shutil.which(name):
            return found
        tools = self.root / "tools"
        if not tools.exists():
            self.run(sys.executable, "-m", "venv", str(tools))
        self.run(str(tools / "bin/python"), "-m", "pip", "install", "--quiet", name)
        return str(tools / "bin" / name)


def by_pip(place: Place) -> list[str]:
    """A wheel of this checkout, into an empty environment."""
    python = place.root / "venv/bin/python"
    place.run(sys.executable, "-m", "venv", str(python.parents[1]))
    place.run(str(python), "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "wheels", str(ROOT))
    wheel = next((place.root / "wheels").glob("incident_kb-*.whl"))
    place.run(str(python), "-m", "pip", "install", "--quiet", str(wheel))
    return [str(python.with_name("kb"))]


def by_uv(place: Place) -> list[str]:
    """`uv tool install .`."""
    place.run(place.tool("uv"), "tool", "install", "--quiet", str(ROOT))
    return [str(place.root / "bin/kb")]


def by_pipx(place: Place) -> list[str]:
    """`pipx install .`."""
    place.run(place.tool("pipx"), "install", "--quiet", str(ROOT))
    return [str(place.root / "bin/kb")]


def by_uvx(place: Place) -> list[str]:
    """`uvx --from . kb`: nothing is installed for good."""
    uvx = [str(Path(place.tool("uv")).with_name("uvx")), "--quiet", "--from", str(ROOT), "kb"]
    place.run(*uvx, "--version")
    return uvx


WAYS: dict[str, Callable[[Place], list[str]]] = {"pip": by_pip, "uv": by_uv, "pipx": by_pipx, "uvx": by_uvx}


def tried(name: str) -> str:
    """A row of the table: a way from nothing to an answer."""
    with tempfile.TemporaryDirectory(prefix=f"kb-{name}-") as folder:
        place = Place(Path(folder).resolve())
        if name in ("uv", "pipx", "uvx"):
            place.tool("uv" if name == "uvx" else name)
        began = time.perf_counter()
        kb = WAYS[name](place)
        installed, before = time.perf_counter(), _processor_seconds()
        home = str(place.root / "home")
        commands = (("init", home), ("ingest", *DOCUMENTS), ("check", QUESTION))
        seconds = [_seconds(place, [*kb, *words], home) for words in commands]
        busy = _processor_seconds() - before
        starts = max(0.0, 3 * (_started(place, kb) - _started(place, _installed(place.root))))
        packages = _packages(place.root)
        strange = [one for one in packages if one.startswith(("nvidia", "cuda", "torch"))]
        size = sum(_megabytes(one) for one in _environments(place.root))
        counted = f"{len(packages)} | {size:.0f} | {', '.join(strange) or 'none'} | {installed - began:.0f}"
        told = " | ".join(f"{one:.1f}" for one in (*seconds, starts, sum(seconds) - starts, busy))
        return f"| {name} | {counted} | {told} |"


def _seconds(place: Place, words: Sequence[str], home: str) -> float:
    """How long a command takes."""
    began = time.perf_counter()
    done = place.run(*words, home="" if home in words else home)
    if "check" in words:
        assert done.stdout.startswith("KNOWN"), done.stdout
    return time.perf_counter() - began


def _started(place: Place, kb: Sequence[str]) -> float:
    """How long it takes until kb is there and has nothing to do."""
    return statistics.median(_seconds(place, [*kb, "--version"], "") for _ in range(5))


def _installed(root: Path) -> list[str]:
    """The `kb` of the environment that was made, without what leads to it."""
    return [str(one.parents[2] / "bin/kb") for one in _environments(root)]


def _environments(root: Path) -> list[Path]:
    """The folders below a place that hold kb's packages."""
    found = (path.parent for path in root.rglob("incident_kb-*.dist-info") if path.is_dir())
    return [path for path in found if (path / "numpy").is_dir()][:1]


def _packages(root: Path) -> set[str]:
    """The names of the packages beside kb, and beside those that an environment begins with."""
    found = {
        path.name.split("-")[0].lower() for one in _environments(root) for path in one.glob("*.dist-info")
    }
    return found - {"incident_kb", "pip", "setuptools"}


def _processor_seconds() -> float:
    """What the processes that have ended took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def demo(commit: str) -> str:
    """A row of the table: `make demo` of a commit, from nothing."""
    with tempfile.TemporaryDirectory(prefix="kb-demo-") as folder:
        place = Place(Path(folder).resolve())
        clone = place.root / "clone"
        place.run("git", "clone", "--quiet", "--no-checkout", str(ROOT), str(clone))
        place.run("git", "-C", str(clone), "checkout", "--quiet", commit)
        before, began = _processor_seconds(), time.perf_counter()
        environment = {**place.environment, "PIP_NO_CACHE_DIR": "1"}
        done = subprocess.run(
            ["make", "demo"], cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        wall, busy = time.perf_counter() - began, _processor_seconds() - before
        if done.returncode:
            sys.exit(f"make demo of {commit} failed:\n{done.stdout}{done.stderr}")
        return f"| {commit} | {wall:.0f} | {busy:.0f} | {_megabytes(clone / '.venv'):.0f} |"


def main() -> None:
    """Print the table that was asked for."""
    if sys.argv[1:2] == ["--demo"]:
        print("| make demo of | s | processor, s | .venv, MB |\n|---|---|---|---|")
        for commit in (sys.argv[2], "HEAD"):
            print(demo(commit), flush=True)
        return
    wanted = sys.argv[1:] or list(WAYS)
    if unknown := [name for name in wanted if name not in WAYS]:
        sys.exit(f"no such way: {', '.join(unknown)}; there are: {', '.join(WAYS)}")
    columns = (
        *("way", "packages", "MB", "CUDA, torch", "installed, s", "init, s", "ingest, s", "check, s"),
        *("of them the way's own, s", "kb's, s", "processor, s"),
    )
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name in wanted:
        print(tried(name), flush=True)


if __name__ == "__main__":
    main()
