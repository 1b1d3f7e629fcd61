"""Test that the examples in docs/scale.md run: the lines of the Slurm and Kubernetes jobs, and the Spark example
without Spark.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import types

import pytest
import yaml

from checker import audit

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
with open(os.path.join(ROOT, "docs", "scale.md"), encoding="utf-8") as page:
    BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", page.read(), re.M | re.S)
NAMES = ["report.html", "report.txt", "summary.json", "cables.parquet", "findings.parquet", "portions.parquet"]


def block(language, sign):
    return next(text for kind, text in BLOCKS if kind == language and sign in text)


def digests(out):
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in NAMES}


@pytest.fixture
def shell(tmp_path, corpus):
    """Return a function that runs lines from the page in a shell, with paths in this test's folder
    and smaller batches.
    """
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "cablecheck"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m checker "$@"\n')
    command.chmod(0o755)

    def run(lines, **variables):
        for old, new in (
            ("/data/corpus", str(corpus)),
            ("/scratch", str(tmp_path)),
            ("/out", str(tmp_path)),
            ("--resume", "--resume --batch 0.0703125 --isolated"),
        ):
            lines = lines.replace(old, new)
        path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
        return subprocess.run(
            ["sh", "-c", lines],
            cwd=ROOT,
            env={**os.environ, "PATH": path, "PYTHONPATH": ROOT, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def merged(shell, lines):
    done = shell(lines)
    assert done.returncode in (0, 1), done.stderr


def test_the_plain_shards(shell, finished, tmp_path):
    each, merge = block("", "--shard $I/16").replace("16", "2").splitlines()
    for number in ("1", "2"):
        done = shell(each, I=number)
        assert 0 == done.returncode, done.stderr
    merged(shell, merge)
    assert digests(finished) == digests(tmp_path / "audit")


def test_the_slurm_array(shell, finished, tmp_path):
    lines = block("bash", "#SBATCH")
    for number in ("1", "2", "3"):
        done = shell(lines, SLURM_ARRAY_TASK_ID=number, SLURM_ARRAY_TASK_COUNT="3")
        assert 0 == done.returncode, done.stderr
    merged(shell, "cablecheck audit merge /scratch/audit/* --out /scratch/report")
    assert digests(finished) == digests(tmp_path / "report")


def test_the_kubernetes_job(shell, finished, tmp_path):
    job = yaml.safe_load(block("yaml", "kind: Job"))
    shell_name, flag, lines = job["spec"]["template"]["spec"]["containers"][0]["command"]
    assert ("sh", "-c", True) == (shell_name, flag, f"/{job['spec']['completions']} " in lines)
    for number in ("0", "1"):
        done = shell(lines.replace(f"/{job['spec']['completions']} ", "/2 "), JOB_COMPLETION_INDEX=number)
        assert 0 == done.returncode, done.stderr
    merged(shell, "cablecheck audit merge /out/0 /out/1 --out /out/report")
    assert digests(finished) == digests(tmp_path / "report")


class Context:
    """A substitute for a Spark context, as far as the example needs one: it applies the function in this process."""

    def __init__(self, appName):
        self.name = appName

    def parallelize(self, elements, slices):
        assert len(elements) == slices
        self.elements = elements
        return self

    def map(self, function):
        self.elements = [function(element) for element in self.elements]
        return self

    def collect(self):
        return self.elements


def test_the_example_for_spark(corpus, options, tmp_path, monkeypatch, capsys):
    code = block("python", "pyspark")
    assert 30 >= len(code.splitlines())
    spark = types.ModuleType("pyspark")
    spark.SparkContext = Context
    monkeypatch.setitem(sys.modules, "pyspark", spark)
    code = code.replace("/shared/corpus", str(corpus)).replace("/shared", str(tmp_path)).replace("64 << 20", "72 << 10")
    exec(compile(code, "docs/scale.md", "exec"), {"__name__": "example"})
    told = capsys.readouterr().out.split("\n")[:-1]
    assert 4 < len(told)
    assert [] == [line for line in told if not re.fullmatch(r"[0-9]+ [0-9]+ ", line)], "number, documents, no error"
    monkeypatch.setattr("checker.audit.pipeline._work", lambda tasks, options: [].__iter__() if not tasks else 1 / 0)
    audit.run([str(corpus)], str(tmp_path / "audit"), options(resume=True))
    monkeypatch.undo()
    audit.run([str(corpus)], str(tmp_path / "direct"), options())
    assert digests(tmp_path / "direct") == digests(tmp_path / "audit")
