#!/usr/bin/env python3
"""Compares `ecr` with AWS CLI v1 on generated files, environments and command lines.

    compare.py --ecr PATH --v1-python PATH [--count N] [--first N] [--seed TEXT] [--jobs N] [--show N]

The Python must have AWS CLI v1. Each case is determined by the seed and its number: `--first 42 --count 1 --show 1` repeats one.
Compared are the exit code, stdout, stderr and the requests: their order, the keys that signed them, session tokens and parameters.
deviations.toml lists the intended differences. The exit code is 1 if there is another one.
"""
import argparse
import concurrent.futures
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import uuid

from generator import Case
from stub import Stub

HERE = os.path.dirname(os.path.abspath(__file__))


class Comparison:
    def __init__(self, options):
        self.options, self.stub = options, Stub()
        self.work = tempfile.mkdtemp(prefix="compare-")
        self.links = os.path.join(self.work, "bin")
        os.mkdir(self.links)
        os.symlink(os.path.abspath(options.ecr), os.path.join(self.links, "aws"))
        self.drivers = queue.Queue()
        for _ in range(options.jobs):
            command = [options.v1_python, os.path.join(HERE, "v1.py")]
            self.drivers.put(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        with open(os.path.join(HERE, "deviations.toml"), "rb") as file:
            described = tomllib.load(file)
        self.deviations, self.omitted = described["deviation"], described["omitted"]

    def case(self, number):
        case = Case(f"{self.options.seed}/{number}")
        return number, case, self.run(case, self.v1), self.run(case, self.ecr)

    def run(self, case, program):
        """Runs a program in a home of its own and returns what can be compared."""
        run = uuid.uuid4().hex
        home = os.path.join(self.work, run)
        stub = f"http://127.0.0.1:{self.stub.port}/{run}"
        fill = lambda text: text.replace("{HOME}", home).replace("{STUB}", stub)
        for path, content in case.files.items():
            path = os.path.join(home, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", newline="") as file:
                file.write(fill(content))
        os.makedirs(home, exist_ok=True)
        for name in case.executable:
            os.chmod(os.path.join(home, name), 0o755)
        env = {"HOME": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
        env |= {name: fill(value) for name, value in case.env.items()}
        self.stub.begin(run, case.answers)
        result = program([fill(word) for word in case.argv], env, home, case.stdin)
        result["requests"] = self.stub.end(run)
        words = os.path.join(home, "words")
        result["words"] = open(words).read() if os.path.exists(words) else ""
        shutil.rmtree(home, ignore_errors=True)
        text = json.dumps(result).replace(run, "RUN").replace(self.work, "WORK").replace(str(self.stub.port), "PORT")
        result = json.loads(text)
        for part in self.omitted:
            result["stderr"] = re.sub(part["v1"], "", result["stderr"])
        return result

    def v1(self, argv, env, home, stdin):
        driver = self.drivers.get()
        try:
            driver.stdin.write(json.dumps({"argv": argv, "env": env, "cwd": home, "stdin": stdin}) + "\n")
            driver.stdin.flush()
            return json.loads(driver.stdout.readline())
        finally:
            self.drivers.put(driver)

    def ecr(self, argv, env, home, stdin):
        command = [os.path.join(self.links, "aws"), *argv]
        done = subprocess.run(command, env=env, cwd=home, input=(stdin or "").encode(), capture_output=True, start_new_session=True, timeout=120)
        read = lambda output: output.decode("utf-8", "backslashreplace")
        return {"exit": done.returncode, "stdout": read(done.stdout), "stderr": read(done.stderr)}

    def deviation(self, v1, ecr):
        """Returns the index of the first deviation that describes the difference."""
        for index, deviation in enumerate(self.deviations):
            if not re.search(deviation["v1"], v1["stderr"], re.S):
                continue
            if "ecr" in deviation and not re.search(deviation["ecr"], ecr["stderr"], re.S):
                continue
            ignored = deviation.get("ignored", ["stderr"])
            if all(v1[part] == ecr[part] for part in v1 if part not in ignored):
                return index
        return None

    def close(self):
        while not self.drivers.empty():
            driver = self.drivers.get()
            driver.stdin.close()
            driver.wait()
        shutil.rmtree(self.work, ignore_errors=True)


def describe(number, case, v1, ecr):
    print(f"--- case {number}: aws {' '.join(case.argv)}")
    print("    environment", case.env)
    print("    answers", case.answers, "stdin", repr(case.stdin))
    for path, content in case.files.items():
        print(f"    {path}:")
        for line in content.splitlines():
            print("        |", line)
    for part in v1:
        if v1[part] != ecr[part]:
            print(f"    {part}:\n        v1  {v1[part]!r}\n        ecr {ecr[part]!r}")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ecr", required=True)
    parser.add_argument("--v1-python", required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=10, help="how many differences to print")
    options = parser.parse_args()
    comparison = Comparison(options)
    equal, different, deviations = 0, [], {}
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            numbers = range(options.first, options.first + options.count)
            for number, case, v1, ecr in pool.map(comparison.case, numbers):
                deviation = None if v1 == ecr else comparison.deviation(v1, ecr)
                if v1 == ecr:
                    equal += 1
                elif deviation is not None:
                    deviations[deviation] = deviations.get(deviation, 0) + 1
                else:
                    different.append(number)
                    if len(different) <= options.show:
                        describe(number, case, v1, ecr)
    finally:
        comparison.close()
    for index, count in sorted(deviations.items()):
        print(f"{count:5} intended: {comparison.deviations[index]['because']}")
    print(f"{equal} equal, {sum(deviations.values())} with intended differences, {len(different)} different {different[:50]}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
