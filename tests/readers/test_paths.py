"""Test that every path is read, excluded with a reason, or failed with a reason."""

from __future__ import annotations

import os

from checker.readers import FoundPath, find


def told(paths: list[str], root: str, **words: bool) -> list[tuple[str, str, str]]:
    return [(os.path.relpath(each.path, root), each.status, each.why) for each in find(paths, **words)]


def test_folders_are_walked_in_the_order_of_their_names(tmp_path):
    for name in ("b.txt", "a/z.txt", "a/.git/x", ".hidden", "c/d/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    os.symlink(tmp_path / "b.txt", tmp_path / "link.txt")
    os.symlink(tmp_path, tmp_path / "c" / "loop")
    os.symlink(tmp_path / "none", tmp_path / "c" / "torn")
    os.mkfifo(tmp_path / "c" / "pipe")
    assert told([str(tmp_path)], str(tmp_path)) == [
        (".hidden", "excluded", "hidden"),
        ("a/.git", "excluded", "hidden"),
        ("a/z.txt", "file", ""),
        ("b.txt", "file", ""),
        ("c/d/e.txt", "file", ""),
        ("c/loop", "excluded", "a symbolic link, not followed"),
        ("c/pipe", "failed", "is a named pipe, not a file"),
        ("c/torn", "excluded", "a symbolic link, not followed"),
        ("link.txt", "excluded", "a symbolic link, not followed"),
    ]
    followed = told([str(tmp_path)], str(tmp_path), follow_links=True)
    assert ("c/loop", "excluded", "a link back to a folder above it") in followed
    assert ("c/torn", "failed", "does not exist") in followed
    assert ("link.txt", "file", "") in followed


def test_the_rule_files_of_a_pack_in_a_folder_are_excluded(tmp_path):
    for name in ("p/pack.yaml", "p/rules.yaml", "p/paper.txt", "q/rules.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert told([str(tmp_path)], str(tmp_path)) == [
        ("p/pack.yaml", "excluded", "a file of a rule pack"),
        ("p/paper.txt", "file", ""),
        ("p/rules.yaml", "excluded", "a file of a rule pack"),
        ("q/rules.yaml", "file", ""),
    ]
    assert [each.status for each in find([str(tmp_path / "p" / "rules.yaml")])] == ["file"]


def test_the_files_of_an_audit_in_a_folder_are_excluded(tmp_path):
    for name in (
        "a/audit.json",
        "a/plan.json",
        "a/cables.parquet",
        "a/report.md",
        "a/x.txt",
        "a/parts/1",
        "b/plan.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = told([str(tmp_path)], str(tmp_path))
    assert [("a/x.txt", "file", ""), ("b/plan.json", "file", "")] == [each for each in found if each[1] != "excluded"]
    assert {"a file of an audit"} == {why for _, status, why in found if status == "excluded"}
    assert ("a/parts", "excluded", "a file of an audit") in found and 7 == len(found)


def test_a_named_path_is_read_whatever_it_is_called(tmp_path):
    (tmp_path / ".hidden").write_text("x")
    os.symlink(tmp_path / ".hidden", tmp_path / "link")
    paths = [str(tmp_path / ".hidden"), str(tmp_path / "link"), str(tmp_path / "link"), "-"]
    assert [each.status for each in find(paths)] == ["file", "file", "file"]
    assert [each.path for each in find(paths)] == [*paths[:2], "-"]


def test_patterns_are_expanded_and_one_without_matches_fails(tmp_path):
    for name in ("b.txt", "a.txt", "[x].txt"):
        (tmp_path / name).write_text("x")
    assert told([str(tmp_path / "?.txt")], str(tmp_path)) == [("a.txt", "file", ""), ("b.txt", "file", "")]
    assert told([str(tmp_path / "[x].txt")], str(tmp_path)) == [("[x].txt", "file", "")]
    pattern = str(tmp_path / "*.csv")
    assert list(find([pattern])) == [FoundPath(pattern, "failed", "the pattern matches no file")]
    assert list(find(["/nowhere/at/all"])) == [FoundPath("/nowhere/at/all", "failed", "does not exist")]
    assert list(find(["/dev/null"])) == [FoundPath("/dev/null", "failed", "is a device, not a file")]


def test_a_named_folder_without_files_fails(tmp_path):
    (tmp_path / "empty" / "below").mkdir(parents=True)
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / ".keep").write_text("")
    (tmp_path / "one.txt").write_text("1. (U) A.\n")
    empty, hidden = str(tmp_path / "empty"), str(tmp_path / "hidden")
    assert [("failed", empty)] == [(found.status, found.path) for found in find([empty])]
    assert ["excluded"] == [found.status for found in find([hidden])]
    assert ["file"] == [found.status for found in find([str(tmp_path / "one.txt")])]
    assert all(found.status == "file" for found in find([str(tmp_path)]) if found.path.endswith(".txt"))
