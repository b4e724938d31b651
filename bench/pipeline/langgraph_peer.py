"""LangGraph for Python on the graphs of shapes.ts. Prints a JSON object with CPU milliseconds of each run."""
import json
import sys
import time
from importlib.metadata import version
from typing import TypedDict

from langgraph.graph import END, START, StateGraph

KEYS, READS = 1_000, 10
State = TypedDict("State", {f"k{key}": int for key in range(KEYS)})
executed = 0


def work(index):
    reads = [f"k{(index * 7 + read * 13) % KEYS}" for read in range(READS)]
    written = f"k{index % KEYS}"

    def step(state):
        global executed
        executed += 1
        return {written: sum(state[key] for key in reads) % KEYS}

    return step


def chain(steps):
    graph = StateGraph(State)
    for index in range(steps):
        graph.add_node(f"s{index}", work(index))
        graph.add_edge(START if index == 0 else f"s{index - 1}", f"s{index}")
    graph.add_edge(f"s{steps - 1}", END)
    return graph.compile(), steps


def fan(width):
    graph = StateGraph(State)
    branches = [f"s{index + 1}" for index in range(width)]
    for index in range(width + 2):
        graph.add_node(f"s{index}", work(index))
    graph.add_edge(START, "s0")
    for name in branches:
        graph.add_edge("s0", name)
    graph.add_edge(branches, f"s{width + 1}")
    graph.add_edge(f"s{width + 1}", END)
    return graph.compile(), width + 2


def measure(graph, steps, runs):
    global executed
    state = {f"k{key}": key for key in range(KEYS)}
    times = []
    for run in range(runs + 1):
        executed = 0
        began = time.process_time()
        graph.invoke(state, {"recursion_limit": 10 * steps})
        if run > 0:
            times.append((time.process_time() - began) * 1_000)
        if executed != steps:
            sys.exit(f"{executed} of {steps} steps were executed")
    return times


runs = int(sys.argv[1])
print(json.dumps({"version": version("langgraph"), "chain": measure(*chain(501), runs), "fan": measure(*fan(500), runs)}))
