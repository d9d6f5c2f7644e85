"""Graph layers of microexpr against PyTorch and PyTorch Geometric: same numbers, time and memory, in one run.

    cargo bench -p microexpr-benches --bench gnn_side_by_side --no-run     (prints the path of the program)
    pip install torch torch_geometric numpy
    python benches/gnn_vs_torch.py --program target/release/deps/gnn_side_by_side-… [--threads 2] [--growth]
                                   [--results docs/results]

--results writes the tables of docs/performance.md.

First the whole network: PyTorch loads the weights that Rust wrote (safetensors, by name) and must give its class scores.
Then the tasks: the adaptive layer forward and backward against its PyTorch version, GraphSAGE, GINE, GAT, GATv2 and
TransformerConv (all but the first with edge features) against PyTorch Geometric's, a training step of the whole network, inference on one clip, and growth with the
number of nodes. Both sides use the same graphs (51 landmarks, 15 kept frames, 32 clips: 24,480 nodes), the same number
of threads, and take turns; the shortest time of each counts. Memory is the growth of the process's peak over one run.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, GINEConv, SAGEConv, SAGPooling, TransformerConv
from torch_geometric.nn import global_max_pool, global_mean_pool
from torch_geometric.utils import scatter, softmax

import result_files

COMMAND = "python benches/gnn_vs_torch.py --growth --program target/debug/deps/gnn_side_by_side-… --results docs/results"
CLIPS, FRAMES, LANDMARKS = 32, 15, 51
ROUNDS = 3


class AdaptiveAttention(torch.nn.Module):
    """Eqs. 1-8 of the paper; the parameters bear the names of the Rust layer."""

    def __init__(self, width, channels, edge=2):
        super().__init__()
        new = lambda *shape: torch.nn.Parameter(torch.randn(*shape) * 0.2)
        self.weight, self.bias, self.lambda_logit = new(channels, width), new(channels), new(1)
        self.self_attention, self.gaussian = torch.nn.Module(), torch.nn.Module()
        self.self_attention.edge_weight, self.self_attention.attention = new(channels, edge), new(3 * channels)
        self.gaussian.weight, self.gaussian.bias = new(width, 2 * width + edge), new(width)

    def forward(self, x, index, edge):
        source, target = index
        h, c = x @ self.weight.T, self.weight.shape[0]
        a_i, a_j, a_e = self.self_attention.attention.split(c)
        logit = (h @ a_i)[target] + (h @ a_j)[source] + edge @ (self.self_attention.edge_weight.T @ a_e)
        alpha_self = softmax(F.leaky_relu(logit, 0.2), target, num_nodes=len(x))
        z = torch.cat([x[target], x[source], edge], 1) @ self.gaussian.weight.T + self.gaussian.bias
        square = (z - z.mean(1, keepdim=True)) ** 2
        v = square.mean(1, keepdim=True) + 1e-2
        density = torch.exp(-square / (2 * v)) / torch.sqrt(2 * torch.pi * v)
        alpha_gaussian = softmax(F.leaky_relu(density.sum(1), 0.2), target, num_nodes=len(x))
        share = torch.sigmoid(self.lambda_logit)
        alpha = share * alpha_self + (1 - share) * alpha_gaussian
        return F.elu(scatter(alpha[:, None] * h[source], target, 0, len(x), "sum") + self.bias)


class Stream(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = torch.nn.ModuleList(AdaptiveAttention(w, 32) for w in (width, 32, 32))
        self.pool = SAGPooling(32, ratio=0.75, GNN=GCNConv)
        torch.nn.init.ones_(self.pool.select.weight)  # the score is then tanh(GCN(x))

    def forward(self, x, index, edge, batch):
        for layer in self.layers:
            x = layer(x, index, edge)
        x, _, _, batch, _, _ = self.pool(x, index, batch=batch)
        x = F.dropout(x, 0.5, self.training)
        return torch.cat([global_max_pool(x, batch), global_mean_pool(x, batch)], 1)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.location, self.flow, self.classifier = Stream(2), Stream(100), torch.nn.ModuleList([torch.nn.Linear(128, 3)])

    def forward(self, data):
        streams = [s(data[n], data["index"], data["edges"], data["batch"]) for n, s in (("location", self.location), ("flow", self.flow))]
        return self.classifier[0](torch.cat(streams, 1))


def read_safetensors(path):
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.from_numpy(np.frombuffer(raw[first:last], np.float32).reshape(entry["shape"]).copy())
    return tensors


def pytorch_name(name):
    """SAGPooling keeps its convolution's parameters under other names; all others are equal."""
    return name.replace("pool.score.weight", "pool.gnn.lin.weight").replace("pool.score.bias", "pool.gnn.bias")


def load(network, path):
    weights = {pytorch_name(name): value for name, value in read_safetensors(path).items()}
    missing, unexpected = network.load_state_dict(weights, strict=False)
    assert not unexpected and all(name.endswith("pool.select.weight") for name in missing), (missing, unexpected)


def export(program, clips, frames, folder):
    subprocess.run([program, "export", str(clips), str(frames), folder], check=True)
    folder = pathlib.Path(folder)
    read = lambda name, kind, width: torch.from_numpy(np.fromfile(folder / name, kind).reshape(-1, width).astype(kind))
    ends = [np.fromfile(folder / f"{end}.u32", np.uint32).astype(np.int64) for end in ("source", "target")]
    nodes = clips * frames * LANDMARKS
    return {
        "index": torch.from_numpy(np.stack(ends)), "edges": read("edges.f32", np.float32, 2),
        "location": read("location.f32", np.float32, 2), "flow": read("flow.f32", np.float32, 100),
        "scores": read("scores.f32", np.float32, 3), "batch": torch.arange(nodes) // (frames * LANDMARKS), "clips": clips,
    }  # fmt: skip


def adaptive(data):
    layer, x = AdaptiveAttention(100, 32), data["flow"].clone().requires_grad_()

    def work():
        layer.zero_grad(), setattr(x, "grad", None)
        (layer(x, data["index"], data["edges"]) ** 2).sum().backward()

    return work


def both_ways(layer, data):
    """Forward and backward of one of PyTorch Geometric's layers on the 100 values of a node and, if it takes them, the two of an edge."""
    x = data["flow"].clone().requires_grad_()
    edges = [] if isinstance(layer, SAGEConv) else [data["edges"]]

    def work():
        layer.zero_grad(), setattr(x, "grad", None)
        (layer(x, data["index"], *edges) ** 2).sum().backward()

    return work


def gine_mlp():
    return torch.nn.Sequential(torch.nn.Linear(100, 32), torch.nn.ReLU(), torch.nn.Linear(32, 32))


CONVOLUTIONS = {
    "sage": ("GraphSAGE, mean", lambda: SAGEConv(100, 32)),
    "gine": ("GINE, MLP 100-32-32", lambda: GINEConv(gine_mlp(), edge_dim=2)),
    "gat": ("GAT", lambda: GATConv(100, 32, edge_dim=2, add_self_loops=False)),
    "gatv2": ("GATv2", lambda: GATv2Conv(100, 32, edge_dim=2, add_self_loops=False)),
    "transformer": ("TransformerConv", lambda: TransformerConv(100, 32, edge_dim=2)),
}


def step(data):
    network, labels = Network().train(), torch.arange(data["clips"]) % 3
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)

    def work():
        optimizer.zero_grad()
        F.cross_entropy(network(data), labels).backward()
        optimizer.step()

    return work


def inference(data):
    network = Network().eval()

    def work():
        with torch.no_grad():
            network(data).softmax(1)

    return work


# The last two: the same work, which ours does graph by graph.
TASKS = {"layer": adaptive, "step": step, "inference": inference, "graphwise_step": step, "graphwise_inference": inference}
TASKS.update((task, lambda data, new=new: both_ways(new(), data)) for task, (_, new) in CONVOLUTIONS.items())


def status_mb(key):
    line = next(line for line in open("/proc/self/status") if line.startswith(key))
    return int(line.split()[1]) / 1024


def torch_side(task, clips, frames, repeats, program):
    """Run in a process of its own: prints the shortest time in ms and the growth of the peak in MB."""
    with tempfile.TemporaryDirectory() as folder:
        TASKS[task](export(program, 1, 2, folder))()  # loads what PyTorch loads late
        work = TASKS[task](export(program, clips, frames, folder))
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = status_mb("VmRSS")
    work()
    peak = status_mb("VmHWM") - before
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    print(f"{min(times):.4f} {peak:.2f}")


def measured(command, threads):
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return np.array([float(value) for value in run.stdout.split()[-2:]])


def compare(name, task, clips, frames, repeats, options):
    ours, theirs = [], []
    for _ in range(ROUNDS):
        arguments = [task, str(clips), str(frames), str(repeats)]
        theirs.append(measured([sys.executable, __file__, "--program", options.program, "--torch", *arguments], options.threads))
        ours.append(measured([options.program, *arguments], options.threads))
    (our_ms, our_mb), (torch_ms, torch_mb) = np.min(ours, 0), np.min(theirs, 0)
    print(
        f"{name:42s} {torch_ms:9.2f} {our_ms:9.2f} {torch_ms / our_ms:7.2f} x {torch_mb:9.1f} {our_mb:9.1f} {our_mb / torch_mb:7.3f}",
        flush=True,
    )
    shown = map(result_files.significant, (torch_ms, our_ms, torch_ms / our_ms, torch_mb, our_mb))
    return [name, *shown, result_files.significant(our_mb / torch_mb, 2)]


def growth(options):
    print("adaptive layer, forward + backward: nodes, ms, µs per node")
    for clips in (1, 7, 13, 65, 131, 261):
        nodes = clips * FRAMES * LANDMARKS
        ms = min(measured([options.program, "layer", str(clips), str(FRAMES), "5"], options.threads)[0] for _ in range(3))
        print(f"{nodes:8d} {ms:9.2f} {1e3 * ms / nodes:7.3f}", flush=True)
        yield [f"{nodes:,}", result_files.significant(ms), result_files.significant(1e3 * ms / nodes, 2)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--tasks", nargs="+", choices=list(TASKS), help="these rows alone")
    arguments.add_argument("--growth", action="store_true", help="time one adaptive layer on 1,000 to 200,000 nodes as well")
    arguments.add_argument("--results", type=pathlib.Path, help="folder for the tables as files")
    arguments.add_argument("--torch", nargs=4, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    torch.manual_seed(0)
    if options.torch:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        task, clips, frames, repeats = options.torch
        return torch_side(task, int(clips), int(frames), int(repeats), options.program)

    with tempfile.TemporaryDirectory() as folder:
        data = export(options.program, 3, 4, folder)
        network = Network().eval()
        load(network, pathlib.Path(folder) / "weights.safetensors")
    with torch.no_grad():
        difference = (network(data) - data["scores"]).abs().max().item()
    print(f"class scores of the same weights differ by at most {difference:.1e}")
    assert difference < 1e-4

    print(f"PyTorch {torch.__version__}, {options.threads} threads; ms: PyTorch, ours, ratio; peak MB: PyTorch, ours, ratio")
    rows = [("adaptive layer, forward + backward", "layer", CLIPS, 5)]
    rows += [(f"{name}, forward + backward", task, CLIPS, 5) for task, (name, _) in CONVOLUTIONS.items()]
    rows += [("training step of the network", "step", CLIPS, 3), ("the same, graph by graph", "graphwise_step", CLIPS, 3)]
    rows += [("inference, one clip", "inference", 1, 30), ("the same, graph by graph", "graphwise_inference", 1, 30)]
    rows = [row for row in rows if not options.tasks or row[1] in options.tasks]
    cells = [compare(name, task, clips, FRAMES, repeats, options) for name, task, clips, repeats in rows]
    if options.results and not options.tasks:
        heading = [f"PyTorch {torch.__version__}, {options.threads} threads", "PyTorch ms", "ours ms", "ratio"]
        heading += ["PyTorch peak MB", "ours MB", "ratio of memory"]
        result_files.write(options.results, "gnn_layers", COMMAND, heading, cells)
    if options.growth:
        nodes = list(growth(options))
        if options.results:
            heading = ["nodes of the adaptive layer, forward + backward", "ms", "µs per node"]
            result_files.write(options.results, "gnn_growth", COMMAND, heading, nodes)


main()
