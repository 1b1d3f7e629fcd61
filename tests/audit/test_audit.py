"""Test the command `audit`: the output is byte for byte the same however it is run or interrupted,
and nothing is lost.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict

import pytest

from checker import audit, synth
from checker.audit import checkpoint, filters
from checker.audit.tables import BATCH
from checker.cli import main
from checker.errors import ConfigError, InputError
from checker.readers import paths

from .conftest import SIZE

REPORTS = ["report.html", "report.md", "report.txt", "summary.json"]
TABLES = [f"{name}.parquet" for name in ("cables", "files", "findings", "ledger", "portions", "rules", "undetermined")]


def digests(out, names=(*REPORTS, *TABLES)):
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}


def rows(out, sql):
    return list(audit.query(str(out), sql).rows)


def test_the_same_bytes_for_any_number_of_jobs(corpus, options, finished, tmp_path):
    audit.run([str(corpus)], str(tmp_path / "one"), options(jobs=1))
    assert digests(finished) == digests(tmp_path / "one")


def test_every_document_is_accounted_for(corpus, finished):
    documents = corpus.read_bytes().count(b"\n")
    assert [("checked", documents)] == rows(finished, "select state, count(*) from ledger group by state")
    assert [(documents,)] == rows(finished, "select count(distinct document) from cables")
    summary = json.loads((finished / "summary.json").read_text())
    assert {"checked": documents, "excluded": 0, "failed": 0} == summary["account"]


def test_no_file_of_a_finished_audit_is_a_document(finished):
    assert {("excluded", "a file of an audit")} == {(found.status, found.why) for found in paths.find([str(finished)])}


def test_the_rules_are_described_without_their_files(finished):
    query = "select cite, titles, because, help, url, corpus, rule from rules"
    described = rows(finished, query)
    assert {True, False} == {row[5] for row in described}
    for cite, titles, because, _, url, _, rule in described:
        assert len(cite) == len(titles) and all(titles) and because and url is None, rule


def test_every_planted_defect_is_found_by_its_rule(corpus, finished):
    found = defaultdict(set)
    for cable, rule in rows(finished, "select cable, rule from findings"):
        found[cable].add(rule)
    with open(f"{corpus}.truth.jsonl", encoding="utf-8") as file:
        truth = [json.loads(line) for line in file]
    assert truth
    assert [] == [
        (planted["cable"], planted["defect"]) for planted in truth if planted["rule"] not in found[planted["cable"]]
    ]


def test_killed_at_random_moments_and_resumed_it_gives_identical_bytes(corpus, finished, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "checker", "audit", str(corpus), "--out", str(out), "--jobs", "2"]
    command += ["--batch", str(SIZE / (1 << 20)), "--quiet", "--isolated"]
    chance = random.Random(6)
    for _ in range(10):
        process = subprocess.Popen([*command, "--resume"], stdout=subprocess.PIPE, start_new_session=True)
        time.sleep(0.4 + chance.random() * 1.6)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    subprocess.run([*command, "--resume"], check=False, stdout=subprocess.DEVNULL)
    assert digests(finished) == digests(out)


def test_another_corpus_is_not_resumed(corpus, options, finished, tmp_path):
    out = shutil.copytree(finished, tmp_path / "out")
    with pytest.raises(ConfigError, match="already contains an audit"):
        audit.run([str(corpus)], str(out), options())
    other = tmp_path / "other.jsonl"
    shutil.copy(corpus, other)
    with pytest.raises(
        ConfigError, match=r"cannot resume: corpus, modification times changed since[^;]+; to start anew"
    ):
        audit.run([str(other)], str(out), options(resume=True))
    with pytest.raises(
        ConfigError, match=r"cannot resume: choice of documents changed .*; sample was 0; to start anew"
    ):
        audit.run([str(corpus)], str(out), options(resume=True, sample=5))


def test_a_worker_that_is_killed_loses_nothing(corpus, options, finished, tmp_path):
    import multiprocessing

    def kill(progress):
        if progress.batches == 1:
            for child in multiprocessing.active_children()[:1]:
                os.kill(child.pid, signal.SIGKILL)

    audit.run([str(corpus)], str(tmp_path / "out"), options(), kill)
    assert digests(finished) == digests(tmp_path / "out")


POISON = "KALEIDOSCOPE"


@pytest.fixture
def poisoned(tmp_path, monkeypatch):
    """Return a corpus of 30 telegrams; the 7th kills the process that parses it, and the 20th makes it hang."""
    path = tmp_path / "poisoned.jsonl"
    synth.write(30, 8, 0, str(path))
    lines = path.read_text().splitlines()
    for place, word in ((6, "die"), (19, "hang")):
        row = json.loads(lines[place])
        row["body"] = row["body"] + f"\n{POISON} {word}\n"
        lines[place] = json.dumps(row)
    path.write_text("\n".join(lines) + "\n")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(TRAP)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.getcwd()]))
    return path


TRAP = f'''
import os, sys, time
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "checker.document_linter" and not getattr(self, "busy", False):
            self.busy = True
            import checker.parser
            plain = checker.parser.parse
            def parse(view, *rest):
                if "{POISON} die" in view.text:
                    os._exit(9)
                if "{POISON} hang" in view.text:
                    time.sleep(600)
                hoard = []
                while "{POISON} grow" in view.text:
                    hoard.append(bytearray(8 << 20))
                    time.sleep(0.01)
                return plain(view, *rest)
            checker.parser.parse = parse
            from checker.readers import partitions
            whole = partitions.read_batch
            def read_batch(*given, **named):
                for item in whole(*given, **named):
                    if "{POISON} unread" in item.view.text:
                        os._exit(9)
                    yield item
            partitions.read_batch = read_batch
sys.meta_path.insert(0, Finder())
'''


def test_poisonous_documents_are_named_and_the_others_checked(poisoned, options, tmp_path):
    out = tmp_path / "out"
    result = audit.run([str(poisoned)], str(out), options(document_seconds=1.0))
    assert {"checked": 28, "excluded": 0, "failed": 2} == result.summary["account"]
    assert 2 == result.code
    failed = rows(out, "select document, cable, why from ledger where state = 'failed' order by document")
    assert [7, 20] == [document for document, _, _ in failed]
    assert ["ended its worker with exit code 9", "took longer than 1 s; its worker was stopped"] == [
        w for _, _, w in failed
    ]
    assert all(cable for _, cable, _ in failed)


def test_a_worker_that_grows_is_stopped_and_the_document_named(poisoned, options, tmp_path):
    poisoned.write_text(poisoned.read_text().replace(f"{POISON} hang", f"{POISON} grow").replace(f"{POISON} die", ""))
    out = tmp_path / "out"
    result = audit.run([str(poisoned)], str(out), options(document_seconds=0.0, worker_memory=250 << 20))
    assert {"checked": 29, "excluded": 0, "failed": 1} == result.summary["account"]
    failed = rows(out, "select document, why from ledger where state = 'failed'")
    assert [(20, "used more than 250 MB of memory; its worker was stopped")] == failed


def test_a_document_that_cannot_even_be_passed_over_stops_the_audit_and_is_named(poisoned, options, tmp_path):
    poisoned.write_text(poisoned.read_text().replace(f"{POISON} hang", f"{POISON} unread").replace(f"{POISON} die", ""))
    told = r"can be resumed: document 20 of batch 0 of .*poisoned.jsonl cannot be skipped: it ended its worker"
    with pytest.raises(InputError, match=told):
        audit.run([str(poisoned)], str(tmp_path / "out"), options())


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_pipe_loses_nothing(corpus, finished, tmp_path, stream):
    """Test an audit whose summary or progress nobody reads, because the other end of the pipe is closed."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "checker", "audit", str(corpus), "--out", str(out), "--jobs", "2"]
    command += ["--batch", str(SIZE / (1 << 20)), "--isolated"]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: subprocess.PIPE}
    process = subprocess.Popen(command, **streams)
    getattr(process, stream).close()
    process.wait(timeout=120)
    if process.returncode not in (0, 1):  # the pipe broke in the middle: nothing is lost, and it goes on
        subprocess.run([*command, "--resume", "--quiet"], check=False, stdout=subprocess.DEVNULL)
    assert digests(finished) == digests(out)


@pytest.fixture
def small_disk(tmp_path):
    """Yield the folder of a file system of 300 kB, or skip the test if none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(made, check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full_stops_the_audit_and_it_can_go_on(corpus, finished, small_disk, tmp_path):
    out = small_disk / "out"
    command = [sys.executable, "-m", "checker", "audit", str(corpus), "--out", str(out), "--jobs", "2"]
    command += ["--batch", str(SIZE / (1 << 20)), "--quiet", "--isolated", "--resume"]
    stopped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (2, "") == (stopped.returncode, stopped.stdout)
    assert "No space left on device" in stopped.stderr and "can be resumed" in stopped.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    assert digests(finished) == digests(out)


def test_a_full_disk_stops_the_audit_and_it_can_go_on(corpus, finished, tmp_path):
    import resource

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    out = tmp_path / "out"
    command = [sys.executable, "-m", "checker", "audit", str(corpus), "--out", str(out), "--jobs", "2"]
    command += ["--batch", str(SIZE / (1 << 20)), "--quiet", "--isolated", "--resume"]
    stopped = subprocess.run(command, capture_output=True, text=True, preexec_fn=small_disk, check=False)
    assert (2, "") == (stopped.returncode, stopped.stdout)
    assert "the audit stopped, and can be resumed" in stopped.stderr and "File too large" in stopped.stderr
    assert [] == [name for name in os.listdir(out / "parts") if name.endswith(".done.json")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    assert digests(finished) == digests(out)


def test_shards_merge_to_the_bytes_of_an_undivided_audit(corpus, options, finished, tmp_path):
    shards = []
    for part in (1, 2, 3):
        shards.append(str(tmp_path / f"shard{part}"))
        audit.run([str(corpus)], shards[-1], options(shard=part, shards=3))
    audit.merge(shards, str(tmp_path / "out"), options())
    names = ["plan.json", "audit.json", *REPORTS, *TABLES]
    assert digests(finished, names) == digests(tmp_path / "out", names)
    with pytest.raises(ConfigError, match="missing shards: 3/3"):
        audit.merge(shards[:2], str(tmp_path / "less"), options())
    with pytest.raises(ConfigError, match="expected 3 shards, but 4 folders were given"):
        audit.merge([*shards, shards[0]], str(tmp_path / "more"), options())


def test_merged_shards_list_the_files_that_were_excluded_unread(tmp_path, options):
    synth.write(4, 3, 0.2, str(tmp_path / "cables"))
    (tmp_path / "cables" / "pack.yaml").write_text("format: 1\nname: ours\n", encoding="utf-8")
    shards = [str(tmp_path / number) for number in "12"]
    for place, shard in enumerate(shards, 1):
        audit.run([str(tmp_path / "cables")], shard, options(shard=place, shards=2))
    merged = audit.merge(shards, str(tmp_path / "out"), options())
    assert {"checked": 4, "excluded": 1, "failed": 0} == merged.summary["account"]
    os.unlink(os.path.join(shards[0], "parts", "excluded.ledger.jsonl"))
    with pytest.raises(InputError, match="the shard is not finished"):
        audit.merge(shards, str(tmp_path / "again"), options())


def test_an_audit_records_what_it_read(tmp_path, options, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "cables"
    synth.write(60, 3, 0.2, str(folder))
    synth.write(200, 4, 0.2, "more.jsonl")
    audit.run(["cables", "./more.jsonl"], "out", options(redact=True))
    found = rows(tmp_path / "out", "select path, size, sha256 from files")
    assert sorted(path for path, _, _ in found) == sorted(
        [*(str(path.relative_to(tmp_path)) for path in folder.rglob("*.txt")), "./more.jsonl"]
    )
    for path, size, digest in found:
        data = (tmp_path / path).read_bytes()
        assert (size, digest) == (len(data), hashlib.sha256(data).hexdigest())
    described = checkpoint.read_description("out")
    assert ["cables", "./more.jsonl"] == described["corpus"] and str(tmp_path) == described["folder"]
    assert described["redacted"] is True and "redact" in described["options"]


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 0}'])
def test_a_description_that_cannot_be_used_is_named(content, tmp_path):
    (tmp_path / "audit.json").write_text(content)
    with pytest.raises(InputError, match=r"audit\.json"):
        checkpoint.read_description(str(tmp_path))


def test_a_sample_has_its_size_and_depends_on_the_seed(corpus, options, tmp_path):
    def places(seed):
        plan = checkpoint.make_plan([str(corpus)], str(tmp_path), options(sample=50, seed=seed), "")
        return [(task.number, task.only) for task in plan.tasks]

    assert places(1) == places(1) != places(2)
    audit.run([str(corpus)], str(tmp_path / "out"), options(sample=50))
    drawn = [number * BATCH + place for number, only in places(1) for place in only]
    assert 50 == len(drawn)
    assert drawn == [row[0] for row in rows(tmp_path / "out", "select document from ledger order by document")]


def test_where_excludes_and_says_so(corpus, options, tmp_path):
    query = filters.terms(["year>=2005", "classification~SECRET"])
    audit.run([str(corpus)], str(tmp_path / "out"), options(where=query))
    years = rows(tmp_path / "out", "select min(year), bool_and(outside_level = 'S') from cables")
    assert years[0][0] >= 2005 and years[0][1]
    states = dict(rows(tmp_path / "out", "select state, count(*) from ledger group by state"))
    assert 220 == sum(states.values()) and states["excluded"] > states["checked"]


def test_an_audit_inside_its_corpus_folder_is_not_part_of_it(options, tmp_path):
    (tmp_path / "cable.txt").write_text("UNCLAS STRELSAU 000123\n\nSUBJECT: TEXT\n\n1. TEXT.\n")
    out = tmp_path / "audit"
    audit.run([str(tmp_path)], str(out), options(keep_parts=True))
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    audit.run([str(tmp_path)], str(out), options(resume=True))
    assert before == {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert [("checked", 1)] == rows(out, "select state, count(*) from ledger group by state")
    audit.run([str(tmp_path)], str(tmp_path / "second"), options())
    states = dict(rows(tmp_path / "second", "select state, count(*) from ledger group by state"))
    assert {"checked": 1, "excluded": len(list(out.iterdir()))} == states


def test_a_condition_that_no_document_meets_is_named(corpus, tmp_path, capsys):
    command = [
        "audit",
        str(corpus),
        "--jobs",
        "1",
        "--quiet",
        "--isolated",
        "--no-corpus-rules",
        "--where",
        "yaer=2005",
    ]
    assert 2 == main([*command, "--out", str(tmp_path / "out")])
    assert "excluded  220 documents: --where: the document has no yaer\n" in capsys.readouterr().out


def test_hostile_documents_and_names_pass_through(options, tmp_path):
    folder = tmp_path / "hostile"
    folder.mkdir()
    banner = "C O N F I D E N T I A L STRELSAU 000123\n\nE.O. 12958: DECL: 01/01/2018\nSUBJECT: "
    bodies = {
        b"nul.txt": banner + "A\0B\0\n\n1. (C) TEXT\0TEXT.\n",
        b"bidi.txt": banner + "\u202e\x1b[31m<script>alert(1)</script>|`'\";--\n\n1. X\n",
        b"long.txt": banner + "A" * 3_000_000,
        b"tags.txt": banner + "X\nTAGS: " + "PREL, " * 50_000,
        b"\xff\xfe name.txt": banner + "THE NAME OF THIS FILE IS NO UTF-8\n\n1. X\n",
        b"quote'\"; drop.txt": banner + "SQL\n\n1. X\n",
    }
    for name, body in bodies.items():
        with open(os.path.join(os.fsencode(folder), name), "w", encoding="utf-8") as file:
            file.write(body)
    result = audit.run([str(folder)], str(tmp_path / "out"), options())
    assert {"checked": len(bodies), "excluded": 0, "failed": 0} == result.summary["account"]
    assert [(6,)] == rows(tmp_path / "out", "select count(*) from cables")
    assert 1 == (tmp_path / "out" / "report.html").read_text().count("<script>")  # our own, which filters
    assert "\x1b" not in (tmp_path / "out" / "report.txt").read_text()


@pytest.mark.parametrize("text", ["", "year", "year>", "YEAR=2005", "a b=c"])
def test_a_condition_that_cannot_be_read_is_refused(text):
    with pytest.raises(ConfigError):
        filters.terms([text])


def test_diff_tells_what_changed(finished, corpus, options, tmp_path):
    assert audit.diff(str(finished), str(finished)).same
    changed = options(severities=(("FMT-002", "info"),), corpus_rules=False)
    audit.run([str(corpus)], str(tmp_path / "out"), changed)
    found = audit.diff(str(finished), str(tmp_path / "out"))
    moved = {rule: (new, gone, moved) for rule, new, gone, moved, _ in found.rules if new or gone or moved}
    assert moved["FMT-002"][2] > 0
    assert all(
        rule.startswith("CRP") and gone and not new for rule, (new, gone, _) in moved.items() if rule != "FMT-002"
    )


def test_a_redacted_audit_holds_no_word_of_the_documents(corpus, options, tmp_path):
    audit.run([str(corpus)], str(tmp_path / "out"), options(redact=True, keep_parts=True))
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        data = path.read_bytes()
        assert b"FERRY" not in data and b"ferry" not in data, path.name
        if path.suffix != ".parquet":
            assert b"RASSENDYLL" not in data and b"Rassendyll" not in data, path.name


def test_a_command_says_nothing_beside_its_answer(finished):
    command = [sys.executable, "-m", "checker", "query", str(finished), "select 7 as n", "--format", "csv"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "n\n7\n", "") == (answer.returncode, answer.stdout, answer.stderr)


def test_the_command_line(corpus, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert 1 == main(["audit", str(corpus), "--out", out, "--jobs", "1", "--quiet", "--isolated"])
    assert "220 documents: 220 checked" in capsys.readouterr().out
    assert 0 == main(["query", out, "select count(*) as n from rules where corpus", "--format", "csv"])
    assert ["n", "14"] == capsys.readouterr().out.split()
    assert 0 == main(["audit", "diff", out, out])
    assert "no differences\n" == capsys.readouterr().out
    assert 2 == main(["query", out, "drop view cables"])
    assert "one read-only SELECT" in capsys.readouterr().err
    assert 2 == main(["audit", str(tmp_path / "nothing"), "--out", out + "2", "--quiet", "--isolated"])
