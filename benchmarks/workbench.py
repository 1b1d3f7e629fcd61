"""Measure the workbench on a large audit: startup, pages, queries, and the time from a key press to "saved".

    python -m benchmarks.workbench [--documents 250000] [--folder DIR]

The audit is generated in the folder once and reused: 2,000 synthetic telegrams are audited, and their rows are repeated
with their own numbers, byte ranges, and fingerprints, over a corpus file that contains every row. Figures are medians
of wall-clock time and of processor time; ratios are to a floor measured in the same run, so that machines can be
compared. On a busy machine, wall-clock time includes other programs: compare processor time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb
from starlette.testclient import TestClient

from checker import audit, synth
from checker.config import Options
from checker.workbench.application import ViewOptions, Workbench
from checker.workbench.criteria import parse
from checker.workbench.guard import CSRF
from checker.workbench.queries import AuditTables
from checker.workbench.server import application, bind, server_of

BASE = 2000
ROUNDS = 7
PORT = 8437
FILTERED = [("severity", "error"), ("year", "1980..1999")]
DEFAULT = "severity=error&severity=warning&decision=none"


# ---- The audit -------------------------------------------------------------------------------------------------------


def generate(folder: Path, documents: int) -> Path:
    """Return the folder of a finished audit of that many documents. It is generated unless `folder` already contains
    it.
    """
    out = folder / f"audit-{documents}"
    if (out / "findings.parquet").exists():
        return out
    folder.mkdir(parents=True, exist_ok=True)
    small, corpus = folder / "small.jsonl", folder / f"corpus-{documents}.jsonl"
    synth.write(BASE, 11, 0.9, str(small))
    audit.run([str(small)], str(folder / "small"), Options(jobs=2))
    copies = documents // BASE
    digest = hashlib.sha256()
    data = small.read_bytes()
    with corpus.open("wb") as file:
        for _ in range(copies):
            file.write(data)
            digest.update(data)
    out.mkdir(exist_ok=True)
    _repeat(folder / "small", out, copies, len(data), str(small), str(corpus))
    con = duckdb.connect()
    con.execute(
        f"copy (select '{corpus}' as path, {corpus.stat().st_size} as size, '{digest.hexdigest()}' as sha256) "
        f"to '{out}/files.parquet' (format parquet)"
    )
    described = json.loads((folder / "small" / "audit.json").read_text())
    (out / "audit.json").write_text(json.dumps({**described, "corpus": [str(corpus)], "folder": str(folder)}))
    return out


def _repeat(small: Path, out: Path, copies: int, size: int, path: str, corpus: str) -> None:
    """Write the tables of the small audit `copies` times, with new numbers, byte ranges, and fingerprints."""
    con = duckdb.connect()
    last = con.execute(f"select max(document) from read_parquet('{small}/ledger.parquet')").fetchone()
    assert last is not None
    for table in (path.stem for path in sorted(small.glob("*.parquet")) if path.stem != "files"):
        source = f"read_parquet('{small}/{table}.parquet')"
        names = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
        changed = {
            "document": f"document + copy * {last[0] + 1}",
            "path": f"replace(path, '{path}', '{corpus}')",
            "line": f"line + copy * {BASE}",
            "end_line": f"end_line + copy * {BASE}",
            "start": f"start + copy * {size}",
            "fingerprint": "substr(md5(fingerprint || copy), 1, 20)",
            "mrn": "mrn || copy",
        }
        columns = ", ".join(f"{changed[name]} as {name}" for name in names if name in changed)
        replaced = f"* exclude (copy) replace ({columns})" if columns else "* exclude (copy)"
        number = copies if "document" in names else 1
        con.execute(
            f"copy (select {replaced} from {source}, range({number}) copies(copy) order by copy) "
            f"to '{out}/{table}.parquet' (format parquet, compression zstd, row_group_size 16384)"
        )


# ---- Measuring -------------------------------------------------------------------------------------------------------


class Time(NamedTuple):
    """Milliseconds of wall-clock and of processor time; on a busy machine, only the second can be compared."""

    clock: float
    processor: float


def spent(work: Callable[[], object]) -> Time:
    """Return the time of one call."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Time(1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor))


def median(work: Callable[[], object], rounds: int = ROUNDS) -> Time:
    """Return the median times of `rounds` calls."""
    return quantile([spent(work) for _ in range(rounds)], 0.5)


def quantile(times: list[Time], share: float) -> Time:
    """Return a quantile of the times, computed separately for wall-clock time and processor time."""
    place = min(int(len(times) * share), len(times) - 1)
    return Time(sorted(one.clock for one in times)[place], sorted(one.processor for one in times)[place])


def row(name: str, found: Time, bar: float, floor: Time) -> None:
    """Print one line of the table: the time, its limit (`bar`, in milliseconds), and its ratio to the floor."""
    verdict = "met" if found.clock <= bar else "met by processor time" if found.processor <= bar else "MISSED"
    ratio = found.processor / floor.processor
    print(f"{name:<36} {found.clock:8.1f} {found.processor:10.1f} {bar:6.0f} {ratio:8.1f}  {verdict}", flush=True)


def start_to_first_page(out: Path) -> Time:
    """Return the time from starting the command to the first page, in a new process."""
    import httpx

    words = [sys.executable, "-m", "checker", "view", str(out), "--no-browser", "--port", "0", "--quiet"]
    started, before = time.perf_counter(), os.times()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, "the server did not start"
            with httpx.Client(follow_redirects=True) as client:
                assert client.get(found[0]).status_code == 200
            clock = 1000 * (time.perf_counter() - started)
        finally:
            process.terminate()
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Time(clock, 1000 * processor)


def fresh(tables: AuditTables) -> AuditTables:
    """Discard the cached facet counts of the tables, and return the tables."""
    tables.decide({})
    return tables


def queries(workbench: Workbench, floor: Time) -> None:
    """Measure the queries and print their times."""
    tables = workbench.tables
    filtered, plain = parse(FILTERED), parse([("sort", "place")])
    deep = parse([("page", str(max(1, tables.count(plain) // 50 - 10)))])
    document = tables.value("select document from item limit 1 offset 1000")
    for name, work, bar in (
        ("count, rule and year", lambda: tables.count(parse([("rule", "FMT-002"), ("year", "1976")])), 50),
        ("one facet, two filters", lambda: fresh(tables).facets(filtered, ("post",)), 50),
        ("all facets, two filters", lambda: fresh(tables).facets(filtered), 60),
        ("all facets, no filter", lambda: fresh(tables).facets(plain), 150),
        ("first page, filtered", lambda: tables.page(filtered), 60),
        ("last pages by offset", lambda: tables.page(deep), 300),
        ("subject contains, count", lambda: tables.count(parse([("q", "festival")])), 200),
        ("one document, its findings", lambda: tables.items_of(document), 20),
    ):
        row(name, median(work), bar, floor)


def pages(client: TestClient, guard: object, workbench: Workbench, floor: Time) -> None:
    """Measure the responses and print their times: lists with all facets, telegrams, and a decision."""
    tables = workbench.tables
    for name, query in (
        ("HTTP, filtered list and facets", "severity=error&year=1980..1999"),
        ("HTTP, default list and facets", DEFAULT),
    ):
        row(name, median(lambda query=query: fresh(tables) and client.get(f"/findings?{query}")), 150, floor)
    numbers = tables.rows("select id from item where undetermined = '' using sample 60 (reservoir, 5)")
    client.get(f"/pane?item={numbers[0]['id']}")  # compares the digest of the corpus file, once
    times = [spent(lambda one=one: client.get(f"/pane?item={one['id']}")) for one in numbers]
    row("telegram drawn, median", quantile(times, 0.5), 50, floor)
    row("telegram drawn, 95th percentile", quantile(times, 0.95), 150, floor)
    session = next(iter(guard.sessions.values()))  # type: ignore[attr-defined]
    heads = {"origin": f"http://127.0.0.1:{PORT}", CSRF: session.csrf}
    prints = iter(tables.rows("select distinct fingerprint from item where undetermined = '' limit 50"))

    def decide() -> None:
        body = {
            "findings": [next(prints)["fingerprint"]],
            "decision": "confirmed",
            "by": "Bench",
            "query": DEFAULT,
            "confirmed": 1,
        }
        assert client.post("/decisions", json=body, headers=heads).status_code == 200

    row("decision sent and saved", median(decide, 21), 100, floor)


PRESS = """() => new Promise(resolve => {
    const status = document.querySelector('#status'), start = performance.now();
    new MutationObserver((_, observer) => {
        if (status.textContent.startsWith('Saved')) { observer.disconnect(); resolve(performance.now() - start); }
    }).observe(status, {childList: true, characterData: true, subtree: true});
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}));
})"""


def keys(workbench: Workbench, floor: Time) -> None:
    """Measure in a browser the time from pressing a key until "Saved" appears, and print it."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("key to saved: not measured, because Playwright is not installed")
        return
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        print("key to saved: not measured, because there is no Chromium")
        return
    listener = bind(0)
    port = listener.getsockname()[1]
    workbench.options.reviewer = "Bench"
    guard = application(workbench, port, lambda line: None, lambda token: None)
    server = server_of(guard)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/?token={guard.token}")
        page.goto(f"http://127.0.0.1:{port}/findings?{DEFAULT}")
        saved = []
        for _ in range(21):
            before = page.get_attribute("#pane > article", "data-item")
            page.evaluate("document.querySelector('#status').textContent = ''")
            started = time.process_time()
            clock = page.evaluate(PRESS)
            saved.append(Time(clock, 1000 * (time.process_time() - started)))
            page.wait_for_function("was => document.querySelector('#pane > article').dataset.item !== was", arg=before)
        browser.close()
    server.should_exit = True
    thread.join()
    listener.close()
    row("key pressed to saved, in a browser", quantile(saved, 0.5), 100, floor)


def main() -> None:
    """Generate the audit if necessary, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=250_000)
    parser.add_argument("--folder", default=os.path.join(os.path.dirname(__file__), "workbench-audit.tmp"))
    given = parser.parse_args()
    started = time.perf_counter()
    out = generate(Path(given.folder).absolute(), given.documents)
    (out / "decisions.jsonl").unlink(missing_ok=True)
    print(f"audit of {given.documents:,} documents ready after {time.perf_counter() - started:.0f} s", flush=True)
    con = duckdb.connect()
    con.execute("set threads = 1")
    floor = median(
        lambda: con.execute(f"select max(hash(message)) from read_parquet('{out}/findings.parquet')").fetchall()
    )
    findings = con.execute(f"select count(*) from read_parquet('{out}/findings.parquet')").fetchone()
    print(f"{findings[0] if findings else 0:,} findings; floor: reading and hashing one of their columns\n")
    print(f"{'':<36} {'clock ms':>8} {'processor':>10} {'limit':>6} {'x floor':>8}")
    print(f"{'floor':<36} {floor.clock:8.1f} {floor.processor:10.1f}")
    row("start to first page", quantile([start_to_first_page(out) for _ in range(3)], 0.5), 2000, floor)
    workbench = Workbench(ViewOptions(str(out)))
    guard = application(workbench, PORT, lambda line: None, lambda token: None)
    client = TestClient(guard, base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False)
    client.get(f"/?token={guard.token}")
    queries(workbench, floor)
    pages(client, guard, workbench, floor)
    keys(workbench, floor)
    workbench.close()


if __name__ == "__main__":
    main()
