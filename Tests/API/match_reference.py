#!/usr/bin/env python3
"""The optimum of a batch instance by OR-Tools, one JSON line. usage: match_reference.py DIR

For `vnh bench match --reference "python3 Tests/API/match_reference.py"`, in an environment with the packages of requirements.txt.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
from ortools.graph.python import min_cost_flow


def main(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    orders, groups = meta["orders"], meta["groups"]
    capacity = np.loadtxt(folder / "capacity.csv", delimiter=",", skiprows=1, dtype=np.int64, ndmin=2)
    arcs = np.loadtxt(folder / "arcs.csv", delimiter=",", skiprows=1, dtype=np.int64, ndmin=2)
    # Nodes: orders, groups, then the sink. An order that nobody serves flows straight to the sink, dearer than any detour.
    sink = orders + groups
    unserved = int(arcs[:, 2].max()) * 40 + 1
    everyone = np.arange(orders)
    tails = np.concatenate([arcs[:, 0], everyone, orders + capacity[:, 0]]).astype(np.int32)
    heads = np.concatenate([orders + arcs[:, 1], np.full(orders, sink), np.full(len(capacity), sink)]).astype(np.int32)
    limits = np.concatenate([np.ones(len(arcs) + orders, dtype=np.int64), capacity[:, 1]])
    costs = np.concatenate([arcs[:, 2], np.full(orders, unserved), np.zeros(len(capacity), dtype=np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    index = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, limits, costs)
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), np.append(np.append(np.ones(orders), np.zeros(groups)), -orders).astype(np.int64))
    start = time.perf_counter()
    status = flow.solve()
    seconds = time.perf_counter() - start
    if status != flow.OPTIMAL:
        sys.exit(f"not solved: {status}")
    used = flow.flows(index)[: len(arcs)] > 0
    print(json.dumps({"assigned": int(used.sum()), "cost": int(arcs[used, 2].sum()), "seconds_solve": round(seconds, 4)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
