"""Test what other programs depend on: the hook, the action, the CI snippets, the completions, and the configuration
schema.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import yaml

import completions
from checker import cli, config
from checker.cli import COMMANDS
from checker.errors import ConfigError

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "tests" / "runs" / "documents"
PACK = ROOT / "tests" / "runs" / "pack"
RULES = ["--isolated", "--rules", str(PACK), "--select", "TST"]


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """Return the folder of a `cablecheck` command that runs this checkout."""
    place = tmp_path / "cablecheck" / "bin"
    place.mkdir(parents=True)
    script = place / "cablecheck"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m checker "$@"\n')
    script.chmod(0o755)
    return place


def test_the_hooks_name_commands_that_run(command: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert ["cablecheck", "cablecheck-rules"] == [hook["id"] for hook in hooks]
    for hook in hooks:
        re.compile(hook["files"])
        words = shlex.split(hook["entry"])
        assert words[0] == "cablecheck"
        assert words[1] in COMMANDS
    path = os.environ | {"PATH": f"{command}:{os.environ['PATH']}"}
    words = [*shlex.split(hooks[0]["entry"]), *RULES, *hooks[0]["args"], "clean.txt"]
    clean = subprocess.run(words, cwd=DOCUMENTS, env=path, capture_output=True, check=False)
    assert clean.returncode == 0
    words = [*shlex.split(hooks[1]["entry"]), *hooks[1]["args"], str(PACK)]
    assert 0 == subprocess.run(words, env=path, capture_output=True, check=False).returncode


def test_a_file_name_is_never_an_option_of_the_hook(command: Path, tmp_path: Path) -> None:
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
    path = os.environ | {"PATH": f"{command}:{os.environ['PATH']}"}
    shutil.copy(DOCUMENTS / "defects.txt", tmp_path)
    assert 0 == cli.main(["baseline", "create", *RULES, "--baseline", str(tmp_path / "known"), str(tmp_path)])
    (tmp_path / "--baseline=known").write_text("Bread\n")
    (tmp_path / "requirements.txt").write_text("pyyaml\n")
    words = [*shlex.split(hook["entry"]), *RULES, *hook["args"]]

    def code(*files: str) -> int:
        return subprocess.run([*words, *files], cwd=tmp_path, env=path, capture_output=True, check=False).returncode

    assert 1 == code("--baseline=known", "defects.txt")
    assert 0 == code("requirements.txt")


needs_pre_commit = pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed")


@needs_pre_commit
def test_pre_commit_accepts_the_manifest() -> None:
    words = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    assert 0 == subprocess.run(words, check=False).returncode


@needs_pre_commit
@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_pre_commit_accepts_other_files_refuses_a_bad_telegram_and_fixes_it(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        home = os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "home")}
        return subprocess.run(words, cwd=tmp_path, env=home, capture_output=True, text=True, timeout=300, check=False)

    hooks = [
        {"id": "cablecheck", "alias": "check"},
        {"id": "cablecheck", "alias": "fix", "args": ["--fix", "--unsafe-fixes", "--"]},
    ]
    revision = run("git", "-C", str(ROOT), "rev-parse", "HEAD").stdout.strip()
    configuration = {"repos": [{"repo": str(ROOT), "rev": revision, "hooks": hooks}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("pyyaml\n", encoding="utf-8")
    right = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    telegram = tmp_path / "07STRELSAU412.txt"
    telegram.write_text(right.replace("1.4 (b)", "1.5 (b)"), encoding="utf-8")
    run("git", "init", "-q", ".")
    run("git", "add", ".")

    def hook(name: str, file: str) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, "-m", "pre_commit", "run", name, "--files", file)

    other = hook("check", "requirements.txt")
    if "An unexpected error" in other.stdout + other.stderr and "pip" in other.stdout + other.stderr:
        pytest.skip("the package index cannot be reached from here")
    assert 0 == other.returncode, other.stdout + other.stderr
    refused = hook("check", telegram.name)
    assert 1 == refused.returncode
    assert "error RSN-101 the reason cites section 1.5" in refused.stdout
    assert "1 document: 1 checked, 0 excluded, 0 failed" in refused.stdout
    fixed = hook("fix", telegram.name)
    assert 1 == fixed.returncode
    assert "files were modified by this hook" in fixed.stdout
    assert right == telegram.read_text(encoding="utf-8")
    run("git", "add", ".")
    assert 0 == hook("check", telegram.name).returncode


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(("document", "code"), [("clean.txt", "0"), ("defects.txt", "1"), ("nowhere.txt", "2")])
def test_the_action_checks_and_ends_with_the_exit_code(document: str, code: str, command: Path, tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = {step.get("name"): step for step in action["runs"]["steps"]}
    for step in steps.values():
        assert "${{" not in step.get("run", ""), "inputs are variables, never script"
        assert "uses" in step or step["shell"] == "bash"
    environment = os.environ | {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "PATHS": document,
        "WORDS": "\n".join(RULES),
        "SARIF": str(tmp_path / "out.sarif"),
    }
    script = steps["Check"]["run"]
    made = subprocess.run(
        ["bash", "-e", "-c", script], cwd=DOCUMENTS, env=environment, capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "output").read_text() == f"exit-code={code}\n"
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert "1 document:" in (tmp_path / "summary").read_text()
    verdict = subprocess.run(
        ["bash", "-e", "-c", steps["Verdict"]["run"]], env=environment | {"CODE": code}, check=False
    )
    assert verdict.returncode == int(code)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_the_snippets_are_valid_yaml_and_their_scripts_valid_shell() -> None:
    text = (ROOT / "docs" / "ci.md").read_text()
    scripts = []
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        loaded = yaml.safe_load(textwrap.dedent(block))
        scripts += [step["run"] for step in loaded if "run" in step] if isinstance(loaded, list) else []
    assert scripts
    subprocess.run(["bash", "-n", "-c", "\n".join(scripts)], check=True)


def test_the_gitlab_snippet_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "ci.md").read_text()
    snippet = yaml.safe_load(text.partition("## GitLab CI\n\n```yaml\n")[2].partition("```")[0])
    words = shlex.split(snippet["markings"]["script"][1])
    shutil.copytree(DOCUMENTS, tmp_path / "cables")
    for name in ("binary.bin", "empty.txt"):
        (tmp_path / "cables" / name).unlink()
    monkeypatch.chdir(tmp_path)
    assert words[0] == "cablecheck"
    assert 1 == cli.main([words[1], *RULES, *words[2:]])
    for kind in snippet["markings"]["artifacts"]["reports"].values():
        assert (tmp_path / kind).exists()


@pytest.mark.parametrize("shell", completions.FILES)
def test_the_completions_are_what_the_parsers_say(shell: str) -> None:
    path = completions.FOLDER / completions.FILES[shell]
    made = completions.script(shell)
    if os.environ.get("CABLECHECK_REWRITE"):
        path.write_text(made)
    assert path.read_text() == made


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_commands_options_and_formats() -> None:
    script = (
        f"source {shlex.quote(str(ROOT / 'completions' / 'cablecheck.bash'))}\n"
        'try() { COMP_WORDS=(cablecheck "$@"); COMP_CWORD=$#; _shtab_cablecheck; echo ${COMPREPLY[@]}; }\n'
        "try ba\ntry lint --sev\ntry lint --format sa\n"
    )
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    assert ["baseline", "--severity", "sarif"] == told.split()


def test_the_configuration_schema_is_what_the_settings_say() -> None:
    path = ROOT / "schemas" / "config.schema.json"
    made = json.dumps(config.schema(), indent=2) + "\n"
    if os.environ.get("CABLECHECK_REWRITE"):
        path.write_text(made)
    assert path.read_text() == made
    jsonschema.Draft202012Validator.check_schema(config.schema())


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [] == [name for name in config.SETTINGS if f"| `{name}` |" not in text]


def test_the_example_configuration_holds() -> None:
    import tomllib

    text = (ROOT / "docs" / "configuration.md").read_text()
    data = tomllib.loads(text.partition("```toml\n")[2].partition("```")[0])
    jsonschema.Draft202012Validator(config.schema()).validate(data)


@pytest.mark.parametrize("url", ["rules/{rule}", "https://example.com/rules/", "https://example.com/{rule} x"])
def test_a_rule_url_is_a_url_with_the_rule_in_it(url: str) -> None:
    with pytest.raises(ConfigError, match="expected a URL such as"):
        config.settle({"rule-url": url}, isolated=True)
