#!/bin/sh
# Installs what SpikeBench needs (Debian, Ubuntu), then runs a make target.
# usage: sh setup.sh [reproduce|test|build|mpi|lint|paper|deps]
set -eu
cd "$(dirname "$0")"
target=${1:-build}

# make bench-peers and bench-admm use python3-torch and python3-numpy where they are installed; nothing else does.
packages="make gcc libc6-dev pkg-config libopenblas-dev libcsv-dev libyaml-dev libpopt-dev libcriterion-dev zlib1g-dev libmd-dev libcjson-dev libhdf5-dev gnuplot-nox curl unzip"
# Runs of several processes (option ranks), and their tests.
mpi="openmpi-bin libopenmpi-dev"
case $target in
reproduce | build | deps) ;;
mpi) packages="$packages $mpi" ;;
# parallel: for one test, the script of docs/cluster.md, which else is skipped
test) packages="$packages $mpi parallel" ;;
paper) packages="$packages texlive-latex-recommended texlive-fonts-recommended lmodern latexmk fonts-dejavu-core" ;;
lint) packages="$packages $mpi clang clang-format cppcheck universal-ctags groff-base help2man" ;;
-h | --help)
    sed -n '2,3p' "$0"
    exit 0
    ;;
*)
    echo "setup.sh: unknown target '$target'; one of reproduce, test, build, mpi, lint, paper, deps" >&2
    exit 2
    ;;
esac

installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

if command -v apt-get >/dev/null 2>&1; then
    missing=
    for package in $packages; do
        installed "$package" || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        sudo=
        if [ "$(id -u)" -ne 0 ]; then
            command -v sudo >/dev/null 2>&1 || {
                echo "setup.sh: not root and there is no sudo; install these packages first:$missing" >&2
                exit 1
            }
            sudo=sudo
        fi
        echo "setup.sh: installing$missing"
        $sudo apt-get update -qq
        # shellcheck disable=SC2086 # a list of packages
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "setup.sh: all packages are there"
    fi
else
    cat >&2 <<'M'
setup.sh: this system has no apt-get. Install by its own means: make, a C17 compiler, pkg-config, OpenBLAS, libcsv, libyaml, popt,
Criterion, zlib, libmd, cJSON (all with headers), gnuplot, for the datasets shd and ssc HDF5, for runs of several processes OpenMPI, and for downloads curl and unzip; then run make. Going on with what is there.
M
fi

[ "$target" = deps ] && exit 0
[ "$target" = mpi ] && target=build
make -j "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)" "$target"
