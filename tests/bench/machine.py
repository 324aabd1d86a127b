#!/usr/bin/python3
"""The machine and the versions of a speed report. usage: machine.py --build DIR --out FILE"""
import argparse
import importlib
import os
import subprocess

from workload import write_rows


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def version(module):
    try:
        return importlib.import_module(module).__version__
    except ImportError:
        return "none"


def cpu():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return (names or ["unknown"])[0]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--build", default="build")
    p.add_argument("--out", required=True)
    o = p.parse_args()
    facts = {"cpu": cpu(), "cores": len(os.sched_getaffinity(0)), "load_before": "%.2f" % os.getloadavg()[0],
             "commit": output("git", "rev-parse", "--short=12", "HEAD"), "compiler": output("gcc", "--version"),
             "pytorch": version("torch"), "numpy": version("numpy")}
    write_rows(o.out, ["cpu"], [facts])
    print(", ".join("%s %s" % fact for fact in facts.items()), flush=True)


if __name__ == "__main__":
    main()
