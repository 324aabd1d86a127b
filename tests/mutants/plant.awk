# Plants one mutant: prints SOURCE with the mutant's old text, which must stand in it exactly once, replaced by the new.
# usage: awk -f plant.awk -v name=MUTANT FILE_OF_MUTANTS SOURCE
# exit: 0 planted; 3 the old text is not in SOURCE; 4 it is there more than once
FNR == NR {
    if ($1 == "mutant") wanted = $2 == name
    else if (wanted && /^-/) old = old (n_old++ ? "\n" : "") substr($0, 2)
    else if (wanted && /^\+/) new = new (n_new++ ? "\n" : "") substr($0, 2)
    next
}
{ text = text $0 "\n" }
END {
    at = index(text, old)
    if (!n_old || !at) exit 3
    after = substr(text, at + length(old))
    if (index(after, old)) exit 4
    printf "%s%s%s", substr(text, 1, at - 1), new, after
}
