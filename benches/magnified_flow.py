"""What magnification does to the optical flow of rendered clips: how far the measured pattern agrees with the true one.

    cargo build --release --examples
    python benches/magnified_flow.py --clips CLIPS --out OUT [--every 3] [--only NAME,...] [--results docs/results]

Every clip in SMIC's layout becomes a graph of the preset `paper` (program `graph`), with the mean flow of every patch, in pixels, and frames
selected by DIS throughout, so that nothing but magnification and the patches' flow differs. The mean over the graph's frames is compared
with the motion of the same 37 landmarks at the apex, as the renderer knows it: the cosine between both, each without its
quadratic trend over the face; 1 is the same pattern, whatever its strength. Stream 1, which is followed in frames that are not magnified,
is compared likewise. Started again it goes on where it stopped. Needs numpy.
"""
import argparse, json, os, pathlib, subprocess
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import result_files
from explanations import OF_68

FPS = 100
COMMON = ["pipeline.graph.patch_feature=mean", "pipeline.graph.axes=image", "pipeline.graph.patch_scale=as-measured", "pipeline.graph.position_scale=as-measured",
          'pipeline.selection_flow={"algorithm":"dis","finest_scale":2,"patch_stride":4,"gradient_descent_iterations":12,"variational_refinement_iterations":0}']
NOT_MAGNIFIED = ["pipeline.magnification.alpha=0"]
LOW_PASS = ['pipeline.magnification.temporal={"onset-low-pass":{"cutoff_hz":10.0}}']
CLG = ['pipeline.flow={"algorithm":"clg"}']
SMOOTHER = ['pipeline.flow={"algorithm":"clg","finest_level":1,"smoothness":0.03}']
# name: (what is magnified how, and the flow; settings that differ from those of `paper`)
VARIANTS = {
    "none-clg": ("not magnified; flow by CLG", NOT_MAGNIFIED + CLG),
    "none-dis": ("not magnified; flow by DIS", NOT_MAGNIFIED),
    "low-pass-clg-1": ("magnified by 1, low-pass since the onset; CLG", ["pipeline.magnification.alpha=1"] + LOW_PASS + CLG),
    "low-pass-clg": ("magnified by 4, low-pass since the onset; CLG", LOW_PASS + CLG),
    "low-pass-smoother": ("... CLG on halved frames, ten times as smooth", LOW_PASS + SMOOTHER),
    "low-pass-tvl1": ("... TV-L1", LOW_PASS + ['pipeline.flow={"algorithm":"tvl1"}']),
    "low-pass-farneback": ("... Farnebäck's method", LOW_PASS + ['pipeline.flow={"algorithm":"farneback"}']),
    "low-pass-dis": ("... DIS", LOW_PASS),
    "riesz-clg": ("magnified by 4 by Riesz pyramids; CLG", ['pipeline.phase_magnification={"alpha":4}'] + CLG),
    "band-clg": ("magnified by 4, band of 0.5 to 10 Hz; CLG", CLG),
    "band-dis": ("... DIS: **`paper`**", []),
}


def graph(program, clip, settings, out):
    if not out.exists():
        options = [word for setting in COMMON + settings for word in ("--set", setting)]
        command = [program, "--input", str(clip), "--fps", str(FPS), "--preset", "paper", "--no-cache", "--threads", "1", "--out", str(out), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text())["graph"]


def without_trend(places, motion):
    x, y = (places - places.mean(0)).T / places.std()
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    return motion - terms @ np.linalg.lstsq(terms, motion, rcond=None)[0]


def agreement(graph, stream, true):
    """Cosine between measured and true motion."""
    frames = len(graph["kept_frames"])
    by_frame = lambda rows: np.reshape(np.asarray(rows, float), (frames, -1, 2))
    places, motion = by_frame(graph["positions_px"])[0], by_frame(graph[stream]["nodes"]).mean(0)
    a, b = (without_trend(places[:len(OF_68)], m) for m in (motion[:len(OF_68)], true))
    length = np.linalg.norm(a) * np.linalg.norm(b)
    return (a * b).sum() / length if length > 0 else 0.0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--clips", required=True, type=pathlib.Path, help="rendered clips, SMIC's layout"); p.add_argument("--out", required=True, type=pathlib.Path)
    p.add_argument("--every", type=int, default=1, help="take every N-th clip"); p.add_argument("--only", help="rows, with commas between")
    p.add_argument("--graph", default="target/release/examples/graph", help="the program"); p.add_argument("--results", help="folder for magnified_flow.tsv")
    a = p.parse_args()
    truth = json.loads((a.clips / "truth.json").read_text())
    clips = sorted(a.clips.glob("SMIC_all_raw/HS/s*/micro/*/*"))[::a.every]
    heading, rows = ["", "flow of the patches: mean", "median", "places: mean", "median"], []
    for name in a.only.split(",") if a.only else VARIANTS:
        what, settings = VARIANTS[name]
        folder = a.out / name
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            graphs = list(pool.map(lambda clip: graph(a.graph, clip, settings, folder / f"{clip.name}.json"), clips))
        figures = []
        for stream in ("patch", "position"):
            found = [agreement(g, stream, np.array(truth[c.name]["motion_at_apex"]["action_units"])[OF_68]) for g, c in zip(graphs, clips)]
            figures += [result_files.decimals(np.mean(found)), result_files.decimals(np.median(found))]
        rows.append([what, *figures])
        print("\t".join(rows[-1]), flush=True)
    if a.results:
        part = (f" --every {a.every}" if a.every > 1 else "") + (f" --only {a.only}" if a.only else "")
        result_files.write(a.results, "magnified_flow", f"python benches/magnified_flow.py --clips CLIPS --out OUT{part} --results docs/results", heading, rows)


if __name__ == "__main__":
    main()
