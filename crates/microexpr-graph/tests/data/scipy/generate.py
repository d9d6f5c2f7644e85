"""Golden values for the graph crate: Delaunay edges (SciPy), Jaccard index (NetworkX), RBF (NumPy).

    pip install numpy scipy networkx
    python generate.py                      # writes golden.json beside this script
    python generate.py --template F.json    # prints TEMPLATE_51 from dlib's sub-pixel points of example faces

F.json is {"images": [{"faces": [{"gray_sub": [[x, y], ... 68 points]}, ...]}, ...]}.
"""
import argparse, json, os, re
import networkx as nx, numpy as np, scipy
from scipy.spatial import Delaunay

HERE = os.path.dirname(os.path.abspath(__file__))


def paper_51(p):
    """The 51 points of a face aligned to the eyes: centres at (-.5, 0) and (.5, 0)."""
    own = [*range(36, 48), *range(17, 27), *range(48, 60), 31, 33, 35]
    forehead = p[17:27] + [0, -.35]
    mouth = [(p[a] + p[b]) / 2 for a, b in [(31, 48), (35, 54), (59, 7), (55, 9)]]
    return np.concatenate([p[own], forehead, mouth])


def template(path):
    faces = []
    for image in json.load(open(path))["images"]:
        for face in image["faces"]:
            z = np.array(face["gray_sub"]) @ [1, 1j]
            left, right = z[36:42].mean(), z[42:48].mean()
            z = (z - (left + right) / 2) / (right - left)
            faces.append(np.stack([z.real, z.imag], 1))
    mean = paper_51(np.mean(faces, 0)).round(3)
    print(f"// mean of {len(faces)} faces")
    for x, y in mean:
        print(f"    [{x:.3f}, {y:.3f}],")


def golden():
    source = open(os.path.join(HERE, "../../../src/template.rs")).read()
    table = source.split("TEMPLATE_51: [Point; 51] = [")[1].split("];")[0]
    points = np.array([[float(x), float(y)] for x, y in re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", table)])
    assert points.shape == (51, 2)
    edges = sorted({(int(min(a, b)), int(max(a, b))) for t in Delaunay(points).simplices for a, b in zip(t, np.roll(t, 1))})

    r = np.random.default_rng(1)
    frames = 4
    graph = nx.Graph()
    for t in range(frames):
        graph.add_edges_from((t * 51 + a, t * 51 + b) for a, b in edges)
        if t:
            graph.add_edges_from(((t - 1) * 51 + a, t * 51 + a) for a in range(51))
    pairs = sorted(tuple(sorted(e)) for e in graph.edges)
    open_index = {(a, b): j for a, b, j in nx.jaccard_coefficient(graph, pairs)}
    closed = {a: {a, *graph[a]} for a in graph}      # jaccard_coefficient leaves a pair's own two nodes out of the shared ones
    closed_index = {(a, b): len(closed[a] & closed[b]) / len(closed[a] | closed[b]) for a, b in pairs}

    features = r.standard_normal((frames * 51, 7)).astype(np.float32)
    distance = np.array([np.linalg.norm(features[a].astype(float) - features[b]) for a, b in pairs])
    sigma = np.median(distance)
    json.dump({
        "programs": f"scipy {scipy.__version__}, networkx {nx.__version__}, numpy {np.__version__}",
        "delaunay": edges, "frames": frames,
        "edges": pairs,
        "jaccard_closed": [round(closed_index[e], 9) for e in pairs],
        "jaccard_open": [round(open_index[e], 9) for e in pairs],
        "features": [[float(f"{v:.9g}") for v in row] for row in features],
        "sigma": sigma, "rbf": [round(v, 9) for v in np.exp(-distance**2 / (2 * sigma**2))],
    }, open(os.path.join(HERE, "golden.json"), "w"), separators=(",", ":"))


p = argparse.ArgumentParser()
p.add_argument("--template")
a = p.parse_args()
template(a.template) if a.template else golden()
