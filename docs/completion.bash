# Completion of spikebench for bash: the program prints the candidates, bash finds the files.
_spikebench() {
    local cur=${COMP_WORDS[COMP_CWORD]} front='' line name flags
    local part=${cur##*=} program=${COMP_WORDS[0]/#\~/$HOME}
    [[ $COMP_WORDBREAKS == *=* ]] || front=${cur%"$part"}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :* ]]; then
            IFS=' ' read -ra flags <<<"${line#:}"
            while IFS= read -r name; do COMPREPLY+=("$front$name"); done < <(compgen "${flags[@]}" -- "$part")
            [[ $front ]] || compopt -o filenames 2>/dev/null
        else
            COMPREPLY+=("$front$line")
            [[ $line == *= ]] && compopt -o nospace 2>/dev/null
        fi
    done < <("$program" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _spikebench spikebench
