import type { AnalysisCase } from './case.js';

const copying: AnalysisCase = {
  name: 'a state that is copied deeply in every step',
  program: {
    'bench.py': `import copy


def advance(state):
    following = copy.deepcopy(state)
    following["step"] += 1
    return following


def main():
    state = {"step": 0, "cells": [[row, [row, row]] for row in range(200)]}
    for _ in range(150):
        state = advance(state)
    print(state["step"])


main()
`,
  },
  profile: { command: 'python3 bench.py', kind: 'cprofile' },
  truth: { category: 'H2', file: 'bench.py', function: 'advance', on: 'def advance(state):' },
};

const expressions: AnalysisCase = {
  name: 'a log that is taken apart by slow expressions',
  program: {
    'report.py': `import re


def level(line):
    return re.search(r"^(\\w+\\s)*?level=(\\w+)$", line).group(2)


def main():
    lines = ["a b c d e f g h i j k l m n " * 4 + "level=info"] * 20000
    print(len({level(line) for line in lines}))


main()
`,
  },
  profile: { command: 'python3 report.py', kind: 'cprofile' },
  truth: { category: 'H3', file: 'report.py', function: 'level', on: 'def level(line):' },
};

const polling: AnalysisCase = {
  name: 'a client that sleeps until its answer is there',
  program: {
    'client.py': `import time


def fetch(jobs):
    for job in jobs:
        while job["left"] > 0:
            job["left"] -= 1
            time.sleep(0.02)


def main():
    fetch([{"left": 5}, {"left": 8}])


main()
`,
  },
  profile: { command: 'python3 client.py', kind: 'cprofile' },
  truth: { category: 'H4', file: 'client.py', function: 'fetch', on: 'def fetch(jobs):' },
};

const locking: AnalysisCase = {
  name: 'threads that hold one lock while they work',
  program: {
    'counter.py': `import threading
import time

lock = threading.Lock()
taken = threading.Event()


def hold(seconds):
    with lock:
        taken.set()
        time.sleep(seconds)


def update(rounds):
    for _ in range(rounds):
        lock.acquire()
        lock.release()


def main():
    for _ in range(6):
        other = threading.Thread(target=hold, args=(0.05,))
        other.start()
        taken.wait()
        taken.clear()
        update(1)
        other.join()


main()
`,
  },
  profile: { command: 'python3 counter.py', kind: 'cprofile' },
  truth: { category: 'H5', file: 'counter.py', function: 'update', on: 'def update(rounds):' },
};

/** Programs of Python, profiled by cProfile. */
export const pythonCases: readonly AnalysisCase[] = [copying, expressions, polling, locking];
