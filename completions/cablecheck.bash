# bash completion of cablecheck; source it, or put it in a folder of bash-completion
_cablecheck() {
    local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "lint audit parse declass explain rules baseline query synth lsp completion --help --version" -- "$current")
        return
    fi
    if [ "$previous" = --format ]; then
        mapfile -t COMPREPLY < <(compgen -W "concise csv full github gitlab html json jsonl junit markdown sarif table" -- "$current")
        return
    fi
    case "${COMP_WORDS[1]}" in
        lint) words="--allow-failed --as-of --baseline --cache --color --config --diff --exclude --exit-zero --extend-select --fail-level --files-from --format --help --ignore --isolated --jobs --no-baseline --no-cache --no-suppressions --out --output --per-file-ignores --profile --reader --redact --rules --select --severity --show-files --show-settings --statistics --stdin-filename --suppressions --timeout" ;;
        audit) words="--as-of --batch --cluster --config --exclude --extend-select --files-from --help --ignore --isolated --jobs --keep-parts --memory --no-corpus-rules --out --per-file-ignores --profile --quiet --quotes --reader --redact --resume --rules --sample --scheduler --seed --select --severity --shard --stdin-filename --timeout --where" ;;
        parse) words="--as-of --config --exclude --extend-select --fields --files-from --format --help --ignore --isolated --out --per-file-ignores --profile --reader --redact --rules --select --severity --stdin-filename" ;;
        declass) words="--as-of --by-year --config --exclude --extend-select --files-from --format --help --ignore --isolated --out --per-file-ignores --profile --reader --redact --rules --select --severity --stdin-filename" ;;
        explain) words="--as-of --config --exclude --extend-select --files-from --help --ignore --isolated --per-file-ignores --profile --reader --redact --rules --select --severity --stdin-filename" ;;
        rules) words="--mutate" ;;
        baseline) words="--as-of --baseline --config --exclude --extend-select --files-from --force --help --ignore --isolated --jobs --per-file-ignores --profile --reader --redact --rules --select --severity --stdin-filename" ;;
        query) words="--format --help --tables --timeout" ;;
        synth) words="--count --defects --help --out --seed --templates" ;;
        lsp) words="--as-of --config --extend-select --help --ignore --isolated --per-file-ignores --profile --reader --redact --rules --select --severity" ;;
        completion) words="--help" ;;
    esac
    case "$current" in
        -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
complete -o filenames -F _cablecheck cablecheck
