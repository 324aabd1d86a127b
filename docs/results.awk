# A page with its placeholders filled in from result files.
# awk -v spikebench=PROGRAM -v results=FOLDER [-v header=LINE] -f docs/results.awk PAGE
#
#   @table COMMAND...                      a line: the table that 'PROGRAM COMMAND... --results FOLDER' prints, without columns that are
#                                          mostly '-'
#   <!-- @table COMMAND... -->             the same in a page that is its own source: what stands from here to the line '<!-- end -->'
#                                          is replaced
#   @csv EXPERIMENT/FILE ROW CELL...       a table of all such rows; CELL is COLUMN, COLUMN:FORMAT or COLUMN:FORMAT:TITLE, a title's
#                                          spaces written as _; FORMAT may be empty; an empty cell stays empty, and
#                                          nan is one
#   @{EXPERIMENT[/FILE] ROW COLUMN FORMAT} one number of FOLDER/EXPERIMENT/FILE.csv (summary.csv where no FILE is named)
#       ROW     a label; 'last', the last row; '*', any row; COLUMN=VALUE; several joined by ';'
#       COLUMN  a column of exactly one such row; or min(COLUMN), max(COLUMN), median(COLUMN), count(COLUMN) of all such rows
#               that have a number; or all(COLUMN), the numbers one after the other
#       FORMAT  .N: N decimals;  gN: N digits;  %: times 100, one decimal;  %N: N decimals;  MN: millions, N
#               decimals;  a '+' before it shows the sign of positive numbers
#
# Whatever is not found, or found twice, is an error: no text is written with a hole in it.

function fail(text) {
    print FILENAME ":" FNR ": " text >"/dev/stderr"
    failed = 1
    exit 1
}
function split_csv(line, cells,    i, n, c, quoted, text) { # fields may be quoted
    if (line !~ /"/) return split(line, cells, ",")
    n = 0; text = ""; quoted = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) { cells[++n] = text; text = "" }
        else text = text c
    }
    cells[++n] = text
    return n
}
# Reads a file once: cell[path, row, column], rows[path], place[path, name].
function read_csv(path,    line, n, i, cells) {
    if (path in rows) return
    rows[path] = 0
    if ((getline line <path) <= 0) fail("cannot read " path)
    n = split_csv(line, cells)
    for (i = 1; i <= n; i++) place[path, cells[i]] = i
    while ((getline line <path) > 0) {
        n = split_csv(line, cells)
        rows[path]++
        for (i = 1; i <= n; i++) cell[path, rows[path], i] = cells[i]
    }
    close(path)
}
function is_number(x) { return x ~ /^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$/ }
function equal(a, b) { return is_number(a) && is_number(b) ? a + 0 == b + 0 : a == b }
function matches(path, row, selector,    n, i, parts, at, name) {
    n = split(selector, parts, ";")
    for (i = 1; i <= n; i++) {
        if (parts[i] == "*") continue
        if (parts[i] == "last") { if (row != rows[path]) return 0; else continue }
        at = index(parts[i], "=")
        name = at ? substr(parts[i], 1, at - 1) : ""
        if (at && ((path, name) in place)) {
            if (!equal(cell[path, row, place[path, name]], substr(parts[i], at + 1))) return 0
        } else if (!((path, "label") in place) || cell[path, row, place[path, "label"]] != parts[i]) return 0
    }
    return 1
}
function show(x, format,    sign, digits) {
    if (!is_number(x)) fail("'" x "' is not a number")
    sign = sub(/^\+/, "", format) ? "+" : ""
    if (format ~ /^%[0-9]?$/) {
        digits = format == "%" ? 1 : substr(format, 2)
        return sprintf("%" sign "." digits "f", 100 * x)
    }
    if (format ~ /^\.[0-9]$/) return sprintf("%" sign format "f", x)
    if (format ~ /^M[0-9]$/) return sprintf("%" sign "." substr(format, 2) "f", x / 1e6)
    if (format ~ /^g[0-9]$/) return sprintf("%" sign "." substr(format, 2) "g", x)
    fail("no such format: " format)
}
function sorted(list, n,    i, k, t) {
    for (i = 2; i <= n; i++)
        for (k = i; k > 1 && list[k] + 0 < list[k - 1] + 0; k--) { t = list[k]; list[k] = list[k - 1]; list[k - 1] = t }
}
function value(text,    parts, path, what, name, row, n, list, x, i, out) {
    if (split(text, parts, " ") != 4) fail("@{" text "} does not have four words")
    path = results "/" parts[1] (index(parts[1], "/") ? "" : "/summary") ".csv"
    read_csv(path)
    name = parts[3]; what = ""
    if (match(name, /^[a-z]+\(/)) {
        what = substr(name, 1, RLENGTH - 1)
        name = substr(name, RLENGTH + 1, length(name) - RLENGTH - 1)
    }
    if (!((path, name) in place)) fail("no column '" name "' in " path)
    for (row = 1; row <= rows[path]; row++) {
        if (!matches(path, row, parts[2])) continue
        x = cell[path, row, place[path, name]]
        if (what == "" || is_number(x)) list[++n] = x
    }
    if (!n) fail("nothing like '" parts[2] "' in " path)
    if (what == "count") return show(n, parts[4])
    if (what == "all") {
        for (i = 1; i <= n; i++) out = out (i > 1 ? ", " : "") show(list[i], parts[4])
        return out
    }
    if (what == "") {
        if (n > 1) fail(n " rows like '" parts[2] "' in " path)
        return show(list[1], parts[4])
    }
    sorted(list, n)
    if (what == "min") return show(list[1], parts[4])
    if (what == "max") return show(list[n], parts[4])
    if (what == "median") return show(n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2, parts[4])
    fail("no such function: " what)
}
function table(command,    line, n, i, k, m, cells, width, filled, out, status) {
    if (command !~ /^[A-Za-z0-9_ .,=-]+$/) fail("a table's command has letters, digits and _ . , = - only")
    command = spikebench " " command " --results " results
    while ((command | getline line) > 0) {
        if (line !~ /^\|/) continue
        n++
        m = split(line, cells, / *\| */)
        if (n == 1) width = m
        for (i = 2; i < m; i++) {
            grid[n, i] = cells[i]
                if (n > 2 && cells[i] != "-") filled[i]++
        }
    }
    status = close(command)
    if (status || n < 3) fail("no table: " command)
    for (k = 1; k <= n; k++) {
        out = "|"
        for (i = 2; i < width; i++) if (2 * filled[i] >= n - 2) out = out (k == 2 ? "---|" : " " grid[k, i] " |")
        print out
    }
}
function csv_table(text,    words, n, i, row, part, column, format, title, path, line, found, x) {
    n = split(text, words, " ")
    if (n < 3) fail("@csv " text " does not have three words")
    path = results "/" words[1] ".csv"
    read_csv(path)
    line = "|"
    for (i = 3; i <= n; i++) {
        split(words[i], part, ":")
        column[i] = part[1]; format[i] = part[2]; title = part[3] == "" ? part[1] : part[3]
        if (!((path, column[i]) in place)) fail("no column '" column[i] "' in " path)
        gsub(/_/, " ", title)
        line = line " " title " |"
    }
    print line
    line = "|"
    for (i = 3; i <= n; i++) line = line (format[i] == "" ? "---|" : "--:|")
    print line
    for (row = 1; row <= rows[path]; row++) {
        if (!matches(path, row, words[2])) continue
        found = 1
        line = "|"
        for (i = 3; i <= n; i++) {
            x = cell[path, row, place[path, column[i]]]
            line = line " " (x == "nan" ? "" : format[i] == "" || x == "" ? x : show(x, format[i])) " |"
        }
        print line
    }
    if (!found) fail("nothing like '" words[2] "' in " path)
}
# Prose is filled anew, to lines of at most WIDTH characters: numbers are shorter than their placeholders.
function flush(    n, i, words, line) {
    n = split(paragraph, words, " ")
    line = words[1]
    for (i = 2; i <= n; i++) {
        # what would begin a list or a heading stays on its line
        if (length(line) + 1 + length(words[i]) <= WIDTH || words[i] ~ /^([-+*]|#+|[0-9]+[.)])$/) line = line " " words[i]
        else { print line; line = indent words[i] }
    }
    if (n) print line
    paragraph = ""
}
function prose(line) {
    if (!header || line ~ /^(#|\||!|<|    |$)/) {
        flush()
        print line
        return
    }
    if (line ~ /^(- |[0-9]+\. )/) {
        flush()
        indent = line ~ /^-/ ? "  " : "   "
    } else if (paragraph == "") indent = ""
    paragraph = paragraph " " line
}
BEGIN { WIDTH = 120 }
/^(<!-- )?@table / || /^@csv / { flush() }
/^@csv / { csv_table(substr($0, 6)); next }
/^@table / { table(substr($0, 8)); next }
/^<!-- @table .* -->$/ { print; table(substr($0, 13, length($0) - 16)); skip = 1; next }
/^<!-- end -->$/ { skip = 0 }
skip { next }
{
    while (match($0, /@\{[^}]*\}/)) {
        at = RSTART; size = RLENGTH # value() matches, too
        $0 = substr($0, 1, at - 1) value(substr($0, at + 2, size - 3)) substr($0, at + size)
    }
    prose($0)
    if (NR == 1 && header) print "\n" header
}
END {
    if (!failed) flush()
    if (!failed && skip) print FILENAME ": a table has no line <!-- end -->" >"/dev/stderr"
    exit failed || skip
}
