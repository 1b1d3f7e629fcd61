"""Test files behind URLs: they are read in ranges, hardly more than once, and contain the same documents as the local
file.
"""

from __future__ import annotations

import json
import sys
import zipfile

import pytest

from checker import readers, synth
from checker.errors import ConfigError, InputError, MissingExtra
from checker.readers import Unreadable, object_storage
from checker.readers.partitions import BatchMeter, batches, read_batch

fsspec = pytest.importorskip("fsspec")
TARGET = 60_000


@pytest.fixture(autouse=True)
def memory():
    """Yield an empty file system in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.fixture
def asked(memory, monkeypatch):
    """Return the list to which each range that is read from the file system in memory is added."""
    plain, ranges = type(memory).cat_file, []

    def counting(self, path, start=None, end=None, **rest):
        ranges.append((path, start, end))
        return plain(self, path, start, end, **rest)

    monkeypatch.setattr(type(memory), "cat_file", counting)
    return ranges


def told(path):
    """Return the documents in every batch of a corpus, without the name of the file. Lines count from the start of the
    file.
    """
    found, before = [], {}
    for number, batch in enumerate(batches(path, TARGET)):
        meter = BatchMeter()
        items = list(read_batch(batch, meter=meter))
        assert "" == meter.error
        name = batch.paths[0]
        more = 0 if batch.first_line else before.get(name, 0)
        before[name] = more + meter.newlines
        for item in items:
            if isinstance(item, Unreadable):
                found.append((number, item.cable, item.why))
            else:
                found.append((number, item.cable, item.view.text, item.view.source.first_line + more, item.facts))
    return found


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".zip"])
def test_a_remote_file_gives_the_batches_of_the_local_one(tmp_path, memory, asked, ending):
    local = tmp_path / f"cables{ending}"
    synth.write(200, 3, 0.2, str(local))
    data = local.read_bytes()
    memory.pipe_file(f"/corpus/cables{ending}", data)
    wanted = told(str(local))
    assert len({row[0] for row in wanted}) > (1 if ending == ".zip" else 4)
    assert wanted == told(f"memory://corpus/cables{ending}")
    assert asked
    if ending != ".zip":
        borders = 2 * 64 * 1024 * (len(data) // TARGET + 2)  # heads, and a look at the end of each range
        assert sum(end - start for _, start, end in asked) <= len(data) + borders


def test_to_plan_no_more_is_read_than_the_head(memory, asked):
    rows = "".join(json.dumps({"id": f"{n}", "body": "x" * 900}) + "\n" for n in range(3000))
    memory.pipe_file("/corpus/rows.jsonl", rows.encode())
    made = batches("memory://corpus/rows.jsonl", TARGET)
    assert len(rows) // TARGET + 1 == len(made)
    assert [("memory://corpus/rows.jsonl", 0, 64 * 1024)] == asked
    assert {0} == {batch.first_line for batch in made}


def test_a_row_longer_than_a_batch_belongs_to_the_batch_in_which_it_begins(tmp_path, memory):
    rows = [json.dumps({"id": f"A{n}", "body": "x " * size}) for n, size in enumerate((5, 150_000, 5, 40_000, 5))]
    data = ("\n".join(rows) + "\n").encode()
    (tmp_path / "rows.jsonl").write_bytes(data)
    memory.pipe_file("/rows.jsonl", data)
    found = told("memory://rows.jsonl")
    assert told(str(tmp_path / "rows.jsonl")) == found
    assert ["A0", "A1", "A2", "A3", "A4"] == [row[1] for row in found]
    assert [1, 2, 3, 4, 5] == [row[3] for row in found]


@pytest.mark.parametrize("size", range(1, 60))
def test_no_row_is_lost_or_read_twice_wherever_the_borders_fall(tmp_path, memory, size):
    data = b"".join(b'{"id":"A%d","body":"%s"}\n' % (n, b"y" * (n % 7 + 1)) for n in range(12))
    memory.pipe_file("/rows.jsonl", data)
    (tmp_path / "rows.jsonl").write_bytes(data)
    for path in (str(tmp_path / "rows.jsonl"), "memory://rows.jsonl"):
        names = [item.cable for batch in batches(path, size) for item in read_batch(batch)]
        assert [f"A{n}" for n in range(12)] == names


def test_a_folder_and_a_pattern_behind_a_url(memory):
    for name in ("a/1.txt", "a/2.txt", "a/.hidden", "a/b/3.txt", "c.txt"):
        memory.pipe_file(f"/corpus/{name}", b"C O N F I D E N T I A L STRELSAU 000123\n\n1. TEXT\n")

    def paths(url):
        return [item.path for batch in batches(url, 1 << 20) for item in read_batch(batch)]

    assert [f"memory:///corpus/{name}" for name in ("a/1.txt", "a/2.txt", "a/b/3.txt", "c.txt")] == paths(
        "memory://corpus/"
    )
    assert ["memory:///corpus/a/1.txt", "memory:///corpus/a/2.txt"] == paths("memory://corpus/a/*.txt")
    assert 1 == len(batches("memory://corpus/", 1 << 20)), "small files share a batch"


def test_a_file_url(tmp_path):
    path = tmp_path / "cables.jsonl"
    synth.write(40, 3, 0.2, str(path))
    assert told(str(path)) == told(path.as_uri())


def test_a_store_that_fails_ends_the_batch_and_says_so(memory, monkeypatch):
    memory.pipe_file("/rows.jsonl", b'{"id":"1","body":"y"}\n' * 9000)
    made = batches("memory://rows.jsonl", TARGET)

    def fails(self, path, start=None, end=None, **rest):
        raise OSError("the line is dead\nand more words for the makers of the store")

    monkeypatch.setattr(type(memory), "cat_file", fails)
    meter = BatchMeter()
    assert [] == list(read_batch(made[1], meter=meter))
    assert "memory://rows.jsonl: the line is dead" == meter.error


def test_a_store_that_gives_less_than_it_was_asked_for_is_not_believed(memory, monkeypatch):
    memory.pipe_file("/rows.jsonl", b'{"id":"1","body":"y"}\n' * 9000)
    made = batches("memory://rows.jsonl", TARGET)
    plain = type(memory).cat_file
    monkeypatch.setattr(
        type(memory), "cat_file", lambda self, path, start=None, end=None: plain(self, path, start, end)[1:]
    )
    meter = BatchMeter()
    assert [] == list(read_batch(made[1], meter=meter))
    assert "bytes, received" in meter.error


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("memory://nothing.jsonl", InputError, "does not exist"),
        ("memory://nothing/", InputError, "contains no file"),
        ("nonsense://bucket/x.jsonl", ConfigError, "unknown store nonsense://"),
        ("https://name:word@example.org/x.jsonl", ConfigError, "credentials in the environment"),
        ("https://example.org/x.jsonl?signature=1", ConfigError, "credentials in the environment"),
    ],
)
def test_what_cannot_be_had_is_refused_in_words(url, kind, words):
    with pytest.raises(kind, match=words):
        batches(url, TARGET)


@pytest.mark.parametrize(("module", "url"), [("fsspec", "memory://x"), ("obstore", "s3://bucket/x")])
def test_without_the_extra_it_says_which_one(module, url, monkeypatch):
    object_storage._store.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"pip install 'cablecheck\[remote\]'"):
        batches(url, TARGET)


def test_only_an_audit_opens_urls(memory):
    memory.pipe_file("/one.txt", b"text")
    assert [Unreadable("memory://one.txt", "", "is a URL, which only `audit` reads")] == list(
        readers.read("memory://one.txt")
    )


def test_an_archive_is_read_by_its_directory_and_the_members_asked_for(memory, asked, tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(40):
            archive.writestr(
                f"{number:02d}.txt", f"C O N F I D E N T I A L STRELSAU 0001{number}\n\n" + "X\n" * 100_000
            )
    memory.pipe_file("/many.zip", path.read_bytes())
    made = batches("memory://many.zip", TARGET)
    assert 40 <= len(made) * len(made[0].members)
    asked.clear()
    assert len(made[0].members) == len(list(read_batch(made[0])))
    assert sum(end - start for _, start, end in asked) < path.stat().st_size or path.stat().st_size < 2 << 20
