"""`cablecheck completion`: print the completion script of a shell, made from the commands' own help."""

from __future__ import annotations

import contextlib
import io
import re
import sys

from ..reporters import REPORTERS
from . import COMMANDS, exits, words

SHELLS = ("bash", "fish", "zsh")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def main(given: list[str]) -> int:
    """Print the script of one shell."""
    options = words.parser("completion", "Print the completion script of a shell.")
    options.add_argument("shell", choices=SHELLS, help="the shell")
    sys.stdout.write(script(options.parse_args(given).shell))
    return exits.OK


def script(shell: str) -> str:
    """The script of a shell."""
    makers = {"bash": _bash, "fish": _fish, "zsh": _zsh}
    return makers[shell]({name: options_of(name) for name in COMMANDS})


def options_of(command: str) -> list[str]:
    """The long options a command's help names."""
    import importlib

    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        module = importlib.import_module(f".{command}", __package__)
        module.main(["--help"])
    return sorted(set(_OPTION.findall(told.getvalue())))


def _bash(commands: dict[str, list[str]]) -> str:
    cases = "\n".join(f'        {name}) words="{" ".join(found)}" ;;' for name, found in commands.items())
    return f"""# bash completion of cablecheck; source it, or put it in a folder of bash-completion
_cablecheck() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "{" ".join(commands)} --help --version" -- "$current")
        return
    fi
    if [ "$previous" = --format ]; then
        mapfile -t COMPREPLY < <(compgen -W "{" ".join(REPORTERS)}" -- "$current")
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    case "$current" in
        -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}}
complete -o filenames -F _cablecheck cablecheck
"""


def _zsh(commands: dict[str, list[str]]) -> str:
    cases = "\n".join(f"        {name}) compadd -- {' '.join(found)} ;;" for name, found in commands.items())
    listed = "\n".join(f"        '{name}:{what}'" for name, what in COMMANDS.items()).replace("rule's", "rule")
    return f"""#compdef cablecheck
# zsh completion of cablecheck; put it in a folder of $fpath as _cablecheck
_cablecheck() {{
    local -a commands
    commands=(
{listed}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    if [[ $words[CURRENT-1] == --format ]]; then
        compadd -- {" ".join(REPORTERS)}
        return
    fi
    if [[ $PREFIX == -* ]]; then
        case $words[2] in
{cases}
        esac
    else
        _files
    fi
}}
_cablecheck "$@"
"""


def _fish(commands: dict[str, list[str]]) -> str:
    lines = ["# fish completion of cablecheck; put it in ~/.config/fish/completions/cablecheck.fish"]
    for name, what in COMMANDS.items():
        quoted = what.replace("'", "\\'")
        lines.append(f"complete -c cablecheck -n __fish_use_subcommand -a {name} -d '{quoted}'")
    for name, found in commands.items():
        seen = f"'__fish_seen_subcommand_from {name}'"
        lines += [f"complete -c cablecheck -n {seen} -l {option[2:]}" for option in found if option != "--format"]
        if "--format" in found:
            lines.append(f"complete -c cablecheck -n {seen} -l format -x -a '{' '.join(REPORTERS)}'")
    return "\n".join(lines) + "\n"
