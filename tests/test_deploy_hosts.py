"""Kubernetes manifests, systemd units and the image: valid by the tools of those who read them, and hardened."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from workers.adapters.store.works import QUEUES

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
WORST_EXPOSURE = 4.5


def run(*argv: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True)


def manifests(name: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all((ROOT / "deploy/kubernetes" / name).read_text()))


ROLES = manifests("roles.yml")
DEPLOYMENTS = {one["metadata"]["name"]: one["spec"] for one in ROLES if one["kind"] == "Deployment"}
JOBS = [one["spec"] for one in manifests("migrate.yml") if one["kind"] == "Job"]


@pytest.mark.parametrize("name", ["migrate.yml", "roles.yml"])
def test_manifests_follow_the_schemas_of_kubernetes(name: str) -> None:
    done = run(str(BIN / "kubernetes-validate"), "--strict", "--no-warn", f"deploy/kubernetes/{name}")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("spec", [*DEPLOYMENTS.values(), *JOBS])
def test_pods_run_without_privileges_and_in_bounds(spec: dict[str, Any]) -> None:
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert container["resources"]["limits"]["memory"]


def test_every_role_of_compose_runs_on_kubernetes_and_is_watched() -> None:
    roles = {"beat", "api", "exporter", *QUEUES}
    assert set(DEPLOYMENTS) == {f"clashwatch-{role}" for role in roles}
    for spec in DEPLOYMENTS.values():
        (container,) = spec["template"]["spec"]["containers"]
        assert "clashwatch health" in container["livenessProbe"]["exec"]["command"][-1]


def test_every_queue_scales_by_its_length_and_never_to_nothing() -> None:
    scaled = [one["spec"] for one in manifests("scaling.yml") if one["kind"] == "ScaledObject"]
    assert {spec["triggers"][0]["metadata"]["listName"] for spec in scaled} == set(QUEUES)
    for spec in scaled:
        assert spec["scaleTargetRef"]["name"] in DEPLOYMENTS
        assert 1 <= spec["minReplicaCount"] < spec["maxReplicaCount"]


def test_pods_have_longer_to_end_than_a_lease_lasts() -> None:
    assert all(spec["template"]["spec"]["terminationGracePeriodSeconds"] >= 45 for spec in DEPLOYMENTS.values())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_hardened(unit: Path) -> None:
    told = run("systemd-analyze", "security", "--offline=true", str(unit))
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)
    assert exposure, told.stderr
    assert float(exposure[1]) <= WORST_EXPOSURE


def test_the_target_starts_every_role() -> None:
    target = (ROOT / "deploy/systemd/clashwatch.target").read_text()
    wanted = set(re.findall(r"clashwatch-([\w@]+)\.service", target))
    assert wanted == {"beat", "api", "exporter", *(f"worker@{queue}" for queue in QUEUES)}


def test_the_image_copies_all_that_its_build_needs(tmp_path: Path) -> None:
    """No container engine is at hand: what the Dockerfile copies is copied, and the wheel built from it."""
    dockerfile = (ROOT / "deploy/Dockerfile").read_text().split("\nFROM ")[1]
    for *sources, target in (line.split()[1:] for line in dockerfile.splitlines() if line.startswith("COPY")):
        for source in sources:
            place = tmp_path / target / (source if target == "./" else "")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("build", "__pycache__"))
            else:
                shutil.copy(ROOT / source, place)
    built = run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", "out", ".",
        cwd=tmp_path,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    assert list((tmp_path / "out").glob("clashwatch-*.whl"))
