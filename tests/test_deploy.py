"""What ships in deploy/ is valid by the schemas and tools of those who read it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/clashwatch.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
COMPOSE = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.compose-spec", "docker-compose.yml"),
        ("vendor.github-workflows", ".github/workflows/test.yml"),
    ],
)
def test_files_follow_their_public_schema(schema: str, path: str) -> None:
    done = run(str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", schema, path)
    assert done.returncode == 0, done.stdout


def test_prometheus_rules_do_what_their_unit_tests_say() -> None:
    assert run("promtool", "check", "rules", "--lint=all", "deploy/prometheus/rules/clashwatch.yml").returncode == 0
    done = run("promtool", "test", "rules", "deploy/prometheus/tests/clashwatch_test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_and_alertmanager_accept_their_configuration(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy/prometheus", tmp_path / "prometheus")
    assert run("promtool", "check", "config", str(tmp_path / "prometheus/prometheus.yml")).returncode == 0
    assert run("amtool", "check-config", "deploy/alertmanager/alertmanager.yml").returncode == 0


def test_every_alert_has_a_unit_test_and_says_what_to_do() -> None:
    yaml = YAML(typ="safe")
    groups = yaml.load((ROOT / "deploy/prometheus/rules/clashwatch.yml").read_text())["groups"]
    tested = (ROOT / "deploy/prometheus/tests/clashwatch_test.yml").read_text()
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    assert alerts
    assert all(f"alertname: {alert['alert']}" in tested for alert in alerts)
    assert all({"summary", "action"} <= alert["annotations"].keys() for alert in alerts)


def test_dashboard_panels_are_described_have_a_unit_and_no_fixed_data_source() -> None:
    assert not DASHBOARD["editable"]
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
        for target in panel["targets"]:
            assert 'job="$job"' in target["expr"]
            if "_total" in target["expr"] or "_bucket" in target["expr"]:
                assert "rate(" in target["expr"] or "increase(" in target["expr"]


def test_containers_are_hardened_and_bound_to_loopback() -> None:
    for name, service in COMPOSE["services"].items():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert ":latest" not in service["image"]
        assert ":" in service["image"]
        if name != "postgres":  # the image changes user itself
            assert service["user"].split(":")[0] not in {"0", "root"}, name
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name


def test_compose_has_no_default_secret_and_names_the_command_that_makes_one() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = [part.split("}")[0] for part in text.split("${")[1:] if "PASSWORD" in part.split("}")[0]]
    assert secrets
    assert all(":?" in secret and "deploy/secrets.sh" in secret for secret in secrets)


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    script = ["sh", str(ROOT / "deploy/secrets.sh")]
    subprocess.run(script, cwd=tmp_path, check=True, capture_output=True)
    first = (tmp_path / ".env").read_text()
    subprocess.run(script, cwd=tmp_path, check=True, capture_output=True)
    values = [line.split("=")[1] for line in first.splitlines()]
    assert (tmp_path / ".env").read_text() == first
    assert os.stat(tmp_path / ".env").st_mode & 0o077 == 0
    assert len(set(values)) == 3
    assert all(len(value) == 48 for value in values)


def test_shell_scripts_parse() -> None:
    for script in ("deploy/secrets.sh", "tests/system_packages.sh"):
        assert run("sh", "-n", script).returncode == 0
    assert run("bash", "-n", ".ci/run").returncode == 0
