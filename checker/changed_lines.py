"""Find the lines of files that differ from a revision of their git repository, for `lint --diff-base`.

Git is run without the features that a repository could use to execute a program: external diffs, text conversions, file
system monitors, filters in its own configuration, and transports.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from .errors import ConfigError
from .results import Finding

_GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_DIFF = (
    "diff", "--unified=0", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=all",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C"}
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_LETTERS = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))

Lines = list[tuple[int, int]]


class ChangedLines:
    """The changed lines in each file of a repository.

    `lines` maps the path of a changed file to the first and last line of each change. `tracked` contains the files that
    git tracks. Any other file, and any binary file, counts as changed in full.
    """

    def __init__(self, tracked: frozenset[str], lines: dict[str, Lines]) -> None:
        self.tracked = tracked
        self.lines = lines

    def keep(self, finding: Finding, missing: bool) -> bool:
        """Return whether a finding is on a changed line or, if it is about a missing part (`missing`), whether its file
        has any change.
        """
        path = _absolute(finding.path)
        if path not in self.tracked or os.path.islink(finding.path):
            return True
        changes = self.lines.get(path, [])
        first, last = finding.start.line, max(finding.start.line, finding.end.line)
        return bool(changes) if missing else any(start <= last and first <= end for start, end in changes)


def changed_lines(revision: str) -> ChangedLines:
    """Return the changes since a revision to files in the repository that contains the working folder.

    The files are compared with the commit at which the current branch left `revision`. Raises `ConfigError` if git is
    not installed, outside a repository, for an unknown revision, and for a revision without a common commit.
    """
    top = os.fsdecode(_git(["rev-parse", "--show-toplevel"], "the working folder is not in a git repository"))
    named = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    commit = os.fsdecode(_git(named, f"unknown revision {revision!r}"))
    base = os.fsdecode(_git(["merge-base", commit, "HEAD"], f"{revision} and HEAD have no common commit"))
    names = _git(["-C", top, "ls-files", "-z"], "git ls-files failed").split(b"\0")
    tracked = frozenset(_absolute(os.path.join(top, os.fsdecode(name))) for name in names if name)
    found: dict[str, Lines] = {}
    for path, first, last in _changes(_git_lines([*_no_filters(), "-C", top, *_DIFF, base, "--"])):
        found.setdefault(_absolute(os.path.join(top, os.fsdecode(path))), []).append((first, last))
    return ChangedLines(tracked, found)


def _git(words: list[str], why: str) -> bytes:
    """Return the output of a git command. If the command fails, raises `ConfigError` with `why` and git's message,
    unless `why` is empty.
    """
    import subprocess  # 4 ms, and only for --diff-base

    try:
        done = subprocess.run(
            [*_GIT, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False, env=os.environ | _ENVIRONMENT
        )
    except FileNotFoundError as error:
        raise ConfigError("--diff-base: git is not installed") from error
    if done.returncode and why:
        said = done.stderr.decode("utf-8", "replace").partition("\n")[0]
        raise ConfigError(f"--diff-base: {why}{f' (git: {said})' if said else ''}")
    return done.stdout.removesuffix(b"\n")


def _git_lines(words: list[str]) -> Iterator[bytes]:
    """Yield the output of a git command line by line. Raises `ConfigError` if it fails."""
    import subprocess  # as above

    with subprocess.Popen(
        [*_GIT, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | _ENVIRONMENT,
    ) as process:  # fmt: skip
        yield from process.stdout or ()
    if process.returncode:
        raise ConfigError("--diff-base: git diff failed")


def _no_filters() -> Sequence[str]:
    """Return options that turn off the filters in the repository's own configuration, because filters run programs."""
    pattern = r"^filter\..*\.(clean|process|required)$"
    words = ["config", "--show-scope", "--name-only", "-z", "--get-regexp", pattern]
    listed = _git(words, "").split(b"\0")
    found: list[str] = []
    for scope, name in zip(listed[::2], listed[1::2], strict=False):
        if scope in (b"local", b"worktree"):
            found += ["-c", f"{os.fsdecode(name)}={'false' if name.endswith(b'required') else ''}"]
    return found


def _changes(stream: Iterable[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Yield (path, first line, last line) for each change in a diff without context; a binary file is one change."""
    path, skip = b"", 0
    for line in stream:
        if line.startswith(b"\\"):
            continue  # no newline at the end of the file
        if skip:
            skip -= 1
            continue
        hunk = _HUNK.match(line)
        if line.startswith(b"+++ "):
            path = _path(line[4:].rstrip(b"\n").removesuffix(b"\t"))
        elif line.startswith(b"Binary files ") and line.endswith(b" differ\n"):
            name = line[len("Binary files ") : -len(" differ\n")].rpartition(b" and ")[2]
            yield _path(name), 1, 1 << 60
        elif hunk and path:
            removed, first, added = (1 if number is None else int(number) for number in hunk.groups())
            skip = removed + added
            yield path, first, first + max(added, 1) - 1


def _path(written: bytes) -> bytes:
    """Return the path given in a diff line, without prefix and quotes, or b"" for a deleted file."""
    if written.startswith(b'"'):
        written = _ESCAPE.sub(lambda found: bytes([_letter(found[1])]), written[1:-1])
    return written[2:] if written.startswith(b"b/") else b""


def _letter(escape: bytes) -> int:
    return int(escape, 8) if len(escape) == 3 else _LETTERS[escape[0]]


def _absolute(path: str) -> str:
    """Return a path with its folders' links resolved; a link at the end of the path is not resolved."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)
