"""Golden values of OpenCV's flow algorithms on a generated texture.

    python generate.py        # numpy, scipy, opencv-contrib-python

The textures are made from seeded noise; versions.txt names the programs that made the files beside this script.
"""

import pathlib

import cv2
import numpy as np
import scipy
from scipy.ndimage import gaussian_filter, map_coordinates

HERE = pathlib.Path(__file__).parent
HEIGHT, WIDTH = 120, 144
LARGEST_PX = 3.0


def texture(rng):
    """Smooth noise at four scales, with room on every side, 0..255."""
    shape = (HEIGHT + 32, WIDTH + 32)
    layers = [gaussian_filter(rng.standard_normal(shape), s) * s for s in (1.5, 3, 6, 12)]
    image = sum(layers)
    return 127.5 + 45 * (image - image.mean()) / image.std()


def displacement(rng):
    """A smooth field `[row, col, (u, v)]` of at most LARGEST_PX."""
    field = np.stack([gaussian_filter(rng.standard_normal((HEIGHT, WIDTH)), 20) for _ in range(2)], -1)
    return LARGEST_PX * field / np.sqrt((field**2).sum(-1)).max()


def write_thinned(name, flow):
    """Every third pixel of every third row: enough to compare, small to keep."""
    cv2.writeOpticalFlow(str(HERE / name), np.ascontiguousarray(flow[::3, ::3]))


def main():
    cv2.setNumThreads(1)
    rng = np.random.default_rng(4)
    scene, flow = texture(rng), displacement(rng)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    look = lambda y, x: map_coordinates(scene, [y + 16, x + 16], order=5, mode="mirror")
    quantised = lambda image: np.clip(np.rint(image), 0, 255).astype(np.uint8)
    from_, to = quantised(look(y + flow[..., 1], x + flow[..., 0])), quantised(look(y, x))
    cv2.imwrite(str(HERE / "from.png"), from_)
    cv2.imwrite(str(HERE / "to.png"), to)

    points = rng.uniform([14, 14], [WIDTH - 15, HEIGHT - 15], (60, 2)).astype(np.float32)
    found, status, _ = cv2.calcOpticalFlowPyrLK(from_, to, points[:, None], None)
    rows = np.column_stack([points, found[:, 0]])[status[:, 0] == 1]
    header = "x,y,found_x,found_y"
    np.savetxt(HERE / "lucas_kanade.csv", rows, "%.4f", ",", header=header, comments="")

    farneback = cv2.calcOpticalFlowFarneback(from_, to, None, 0.5, 3, 15, 3, 5, 1.2, 0)
    write_thinned("farneback.flo", farneback)
    gaussian = cv2.calcOpticalFlowFarneback(
        from_, to, None, 0.7, 2, 11, 2, 7, 1.5, cv2.OPTFLOW_FARNEBACK_GAUSSIAN
    )
    write_thinned("farneback_gaussian.flo", gaussian)

    row, col = np.mgrid[0:5, 0:7].astype(np.float32)
    cv2.writeOpticalFlow(str(HERE / "field.flo"), np.stack([col + row / 4, row - col / 8], -1))

    # KITTI's channels are u, v, valid; OpenCV writes them in the reverse order.
    known = lambda u, v: [1, int(64 * v) + 2**15, int(64 * u) + 2**15]
    kitti = np.array([[known(1, -2), known(-1 / 64, 100.5)], [[0, 0, 0], known(0, 0)]], np.uint16)
    cv2.imwrite(str(HERE / "kitti.png"), kitti)

    versions = f"opencv {cv2.__version__}\nnumpy {np.__version__}\nscipy {scipy.__version__}\n"
    (HERE / "versions.txt").write_text(versions)


if __name__ == "__main__":
    main()
