#!/bin/sh
# Fetches datasets from their public homes (sources.csv) into the layout that the loaders read. It is started by
# 'spikebench dataset fetch', which describes the arguments (--help).
set -u
LC_ALL=C
export LC_ALL
here=$(dirname "$0")
sources=$here/sources.csv
header=dataset,folder,file,gives,size,checksum,checksum_from,url,licence,page
name='' to=${SPIKEBENCH_DATA:-} from='' mode=fetch failed=0

say() { printf '%s\n' "$*"; }
complain() { printf 'spikebench dataset fetch: %s\n' "$*" >&2; }
refuse_usage() {
    complain "$*"
    exit 2
}
# Says what is wrong with a file; the others are still fetched.
fail() {
    complain "$*"
    return 1
}

need() {
    command -v "$1" >/dev/null 2>&1 && return 0
    complain "$1 is missing; install it first (Debian: apt-get install ${2:-$1})"
    exit 1
}

size_of() { echo $(($(wc -c <"$1"))); }
sum_of() { "$1sum" <"$2" | cut -d ' ' -f 1; } # algorithm, file

# Compares a file with $size and $checksum, where they are known; $why then says what differs.
verify() {
    got_size=$(size_of "$1") || return 1
    if [ -z "$checksum" ]; then
        why="$got_size bytes, expected $size"
        [ -z "$size" ] || [ "$got_size" -eq "$size" ] || return 1
        complain "NOT VERIFIED: no checksum of $file is published; its SHA-256 is $(sum_of sha256 "$1")"
        return 0
    fi
    got=${checksum%%:*}:$(sum_of "${checksum%%:*}" "$1")
    why="checksum $got, expected $checksum; $got_size bytes${size:+, expected $size}"
    [ "$got" = "$checksum" ] && { [ -z "$size" ] || [ "$got_size" -eq "$size" ]; }
}

# Number of files and bytes of what unpacking gave.
extent() { find "$1" -type f -exec ls -ln {} + | awk '{ n++; bytes += $5 } END { printf "%d files, %.0f bytes\n", n, bytes }'; }

# curl into $part, from where it ends.
transfer() {
    bar=--progress-bar
    [ -t 2 ] || bar='--silent --show-error'
    # shellcheck disable=SC2086 # two options
    curl $bar --fail --location --retry 3 --connect-timeout 30 --speed-limit 100 --speed-time 60 \
        --proto '=https,http,file' --proto-redir '=https,http' --continue-at - --output "$part" --url "$url" </dev/null
}

# Downloads $url to $part and moves it to $target if it is what is published.
download() {
    part=$target.part
    if [ -f "$part" ] && [ -n "$size" ] && [ "$(size_of "$part")" -ge "$size" ]; then
        say "$file: all of it is in $part already"
    elif [ -f "$part" ] && [ -n "$checksum" ] && verify "$part"; then
        say "$file: all of it is in $part already"
    else
        [ -f "$part" ] && say "$file: going on after $(size_of "$part") bytes"
        say "$file: from $url"
        transfer
        code=$?
        # 33, 36: the other side cannot go on in the middle, or has nothing more
        if { [ $code -eq 33 ] || [ $code -eq 36 ]; } && [ -f "$part" ]; then
            say "$file: from the beginning"
            rm -f "$part" && transfer
            code=$?
        fi
        advice=''
        case $code in
        6 | 7 | 18 | 28 | 52 | 55 | 56) [ ! -f "$part" ] || advice='; run the command again to go on' ;;
        esac
        [ $code -eq 0 ] || fail "$file: curl failed with exit code $code$advice" || return 1
        [ -f "$part" ] || : >"$part" # curl writes no file for an empty one
    fi
    if verify "$part"; then
        mv -f "$part" "$target"
        return
    fi
    if [ -n "$size" ] && [ "$got_size" -lt "$size" ]; then
        fail "$file is cut short: $why; kept as $part: run the command again to go on"
    else
        rm -f "$part"
        fail "$file is not what is published: $why; removed"
    fi
}

# An archive that holds $gives.zip, or $gives further down.
unzip_inner() {
    [ ! -e "$room/$gives" ] || return 0
    inner=$(find "$room" -name "$gives.zip" ! -path '*__MACOSX*' | head -n 1)
    [ -z "$inner" ] || unzip -q "$inner" -d "$room" || return 1
    deeper=$(find "$room" -mindepth 2 -name "$gives" ! -path '*__MACOSX*' | head -n 1)
    [ -e "$room/$gives" ] || [ -z "$deeper" ] || mv "$deeper" "$room/$gives"
}

# Unpacks $target in a folder of its own, moves $gives into place and removes $target.
unpack() {
    room=$folder/.$file.unpacking
    rm -rf "$room" && mkdir "$room" || return 1
    case $file in
    *.zip) unzip -q "$target" -d "$room" && unzip_inner ;;
    *.tar.gz) tar -xzf "$target" -C "$room" ;;
    *.gz) gzip -dc "$target" >"$room/$gives" ;;
    *) fail "$sources: $file is to be unpacked, but is no .zip, .tar.gz or .gz" ;;
    esac
    code=$?
    if [ $code -ne 0 ] || [ ! -e "$room/$gives" ]; then
        rm -rf "$room"
        fail "$target could not be unpacked to $folder/$gives"
        return
    fi
    extent=$(extent "$room/$gives")
    mv "$room/$gives" "$folder/$gives" && rm -rf "$room" "$target" || return 1
    printf '%s %s\n' "${checksum:-none}" "$extent" >"$stamp"
    say "$file: unpacked to $folder/$gives ($extent)"
}

# What there is of the file already: prints "there" or "absent", or says why it is in the way.
look() {
    state=absent
    if [ -n "$gives" ] && [ -e "$folder/$gives" ]; then
        [ -f "$stamp" ] ||
            fail "$folder/$gives is there, but was not put there by this command; move it away to fetch it" || return 1
        [ "$(cat "$stamp")" = "${checksum:-none} $(extent "$folder/$gives")" ] ||
            fail "$folder/$gives has changed since it was fetched ($(cat "$stamp") then, $(extent "$folder/$gives") now); move it away to fetch it again" ||
            return 1
        state=there
    elif [ -e "$target" ]; then
        verify "$target" || fail "$target is there, but is not what is published: $why; move it away to fetch it" || return 1
        state=there
        [ -z "$gives" ] || state=packed
    fi
}

fetch_one() {
    folder=$to/$folder
    target=$folder/$file
    stamp=$folder/.$file.fetched
    [ -z "$from" ] || url=${from%/}/$file
    look || return 1
    if [ $mode = dry-run ]; then
        case $state in
        there) say "$file: already in $folder" ;;
        packed) say "$file: would be unpacked to $folder/$gives" ;;
        *) say "$file: $url -> $folder/${gives:-$file} (${size:-unknown} bytes, ${checksum:-no checksum})" ;;
        esac
        return 0
    fi
    if [ $state = there ]; then
        say "$file: already in $folder"
        return 0
    fi
    mkdir -p "$folder" || return 1
    [ $state = packed ] || download || return 1
    [ -z "$gives" ] || unpack
}

# The target folders, each named once, before anything is fetched.
check_writable() {
    for folder in $(say "$rows" | awk -F , '!seen[$2]++ { print $2 }'); do
        if reason=$(mkdir -p "$to/$folder" 2>&1); then
            [ ! -w "$to/$folder" ] || continue
            reason='Permission denied'
        fi
        complain "$to/$folder cannot be written: ${reason##*: }"
        exit 1
    done
}

while [ $# -gt 0 ]; do
    case $1 in
    --list) mode=list ;;
    --dry-run) mode=dry-run ;;
    --to | --from | --sources)
        [ -n "${2:-}" ] || refuse_usage "$1 needs a value"
        case $1 in
        --to) to=$2 ;;
        --from) from=$2 ;;
        *) sources=$2 ;;
        esac
        shift
        ;;
    -*) refuse_usage "unknown option '$1'; see 'spikebench dataset fetch --help'" ;;
    *)
        [ -z "$name" ] || refuse_usage "'$1': one dataset at a time"
        name=$1
        ;;
    esac
    shift
done

[ -r "$sources" ] || refuse_usage "$sources cannot be read"
[ "$(head -n 1 "$sources")" = "$header" ] || refuse_usage "$sources: line 1: the columns are not $header"
if [ $mode = list ]; then
    awk -F , -v name="$name" 'NR > 1 && (name == "" || $1 == name || $2 == name) {
                       if ($1 != last) printf "%s%s: %s, %s\n", $1, ($2 != $1 ? " (" $2 ")" : ""), $9, $10
                       printf "    %s, %s, %s\n", $3, ($5 == "" ? "size unknown" : $5 " bytes"), ($6 == "" ? "no checksum" : $6)
                       last = $1 }' "$sources"
    exit 0
fi
[ -n "$name" ] || refuse_usage "the name of a dataset is missing; see 'spikebench dataset fetch --help'"
rows=$(awk -F , -v name="$name" 'NR > 1 && ($1 == name || $2 == name)' "$sources")
[ -n "$rows" ] || refuse_usage "'$name' is not in $sources; see 'spikebench dataset fetch --list'"
[ -n "$to" ] || refuse_usage "where to? Set SPIKEBENCH_DATA or give --to DIR"

# Names of files and folders stay below --to, sums are those that there is a program for, and addresses are addresses.
wrong=$(say "$rows" | awk -F , '
    function bad(what, text) { printf "%s \047%s\047", what, text; exit }
    function name(text) { return text ~ /^[A-Za-z0-9_][A-Za-z0-9._-]*$/ }
    NF != 10 { bad("a row of " NF " columns:", $0) }
    !name($2) { bad("folder", $2) }
    !name($3) { bad("file", $3) }
    $4 != "" && !name($4) { bad("gives", $4) }
    $5 !~ /^[0-9]*$/ { bad("size", $5) }
    $6 != "" && $6 !~ /^(md5|sha256):[0-9a-f]+$/ { bad("checksum", $6) }
    $8 !~ /^(https|http|file):\/\// { bad("url", $8) }')
[ -z "$wrong" ] || refuse_usage "$sources: $wrong is not allowed"

case $from in
'' | https://* | http://* | file://*) ;;
*) refuse_usage "--from '$from': an address that begins with https://, http:// or file://" ;;
esac

need sha256sum coreutils
need md5sum coreutils
if [ $mode = fetch ]; then
    need curl
    case $rows in *.zip,*) need unzip ;; esac
fi
say "$rows" | awk -F , -v to="$to" 'NR == 1 { printf "%s to %s/%s\nlicence: %s, see %s\n", $1, to, $2, $9, $10 }'
[ $mode = dry-run ] || check_writable
# shellcheck disable=SC2034 # not all columns are used
while IFS=, read -r dataset folder file gives size checksum checksum_from url licence page <&3; do
    fetch_one || failed=1
done 3<<R
$rows
R
[ $failed -eq 0 ] || exit 1
[ $mode = dry-run ] || [ "$to" = "${SPIKEBENCH_DATA:-}" ] || say "set SPIKEBENCH_DATA=$to for the loaders to find it"
exit 0
