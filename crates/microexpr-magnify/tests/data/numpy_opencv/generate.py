"""Golden values for the linear method: python3 generate.py (written with numpy 2, scipy 1, opencv-python 5.0).

Follows Wu's order: every frame to float64, YIQ, the whole Laplacian pyramid of every frame, the temporal filter on every
level, gains, collapse, chroma, back to RGB. Pictures hold the frames of a video below each other.
"""

import pathlib

import cv2
import numpy as np
from scipy import signal

HERE = pathlib.Path(__file__).parent
FPS, FRAMES, CHROMA = 50.0, 20, 0.1
SAVED = [0, 3, 9, 19]
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


def low_pass(x, hz, fps, order):
    b, a = signal.butter(order, hz / (fps / 2))
    start = signal.lfilter_zi(b, a).reshape((-1,) + (1,) * (x.ndim - 1)) * x[:1]
    return signal.lfilter(b, a, x, axis=0, zi=start)[0]


def zero_phase(x, hz, fps):
    b, a = signal.butter(2, hz / (fps / 2))
    margin = min(max(9, int(np.ceil(fps / hz))), len(x) - 1)
    return signal.filtfilt(b, a, x, axis=0, padtype="odd", padlen=margin)


def ideal(x, low, high, fps, mirrored):
    n = len(x)
    y = np.concatenate([x, x[::-1]]) if mirrored else x
    f = np.fft.rfftfreq(len(y), 1 / fps)
    spectrum = np.fft.rfft(y, axis=0)
    spectrum[~((f > low) & (f < high))] = 0
    return np.fft.irfft(spectrum, len(y), axis=0)[:n]


def average(x, hz, fps):
    r = 1 - np.exp(-2 * np.pi * hz / fps)
    y = [x[0]]
    for v in x[1:]:
        y.append(y[-1] + r * (v - y[-1]))
    return np.array(y)


def filters(low, high, fps):
    return {
        "butterworth_1": lambda x: low_pass(x, high, fps, 1) - low_pass(x, low, fps, 1),
        "butterworth_2": lambda x: low_pass(x, high, fps, 2) - low_pass(x, low, fps, 2),
        "exponential": lambda x: average(x, high, fps) - average(x, low, fps),
        "ideal": lambda x: ideal(x, low, high, fps, False),
        "ideal_mirrored": lambda x: ideal(x, low, high, fps, True),
        "onset": lambda x: zero_phase(x, high, fps) - zero_phase(x, high, fps)[:1],
        "zero_phase_band": lambda x: zero_phase(x, high, fps) - zero_phase(x, low, fps),
    }


def level_count(h, w):
    n, side = 1, min(h, w)
    while side >= 5:
        side //= 2
        n += 1
    return n


def wu_gains(h, w, alpha, lambda_c, boost=2.0):
    n = level_count(h, w)
    delta, wavelength, gains = lambda_c / 8 / (1 + alpha), np.hypot(h, w) / 3, [0.0] * n
    for level in range(n - 1, -1, -1):
        if 0 < level < n - 1:
            gains[level] = min(max(boost * (wavelength / delta / 8 - 1), 0.0), alpha)
        wavelength /= 2
    return gains


def uniform_gains(h, w, alpha):
    n = level_count(h, w)
    return [alpha if 0 < level < n - 1 else 0.0 for level in range(n)]


def laplacian(frame, n):
    levels = []
    for _ in range(n - 1):
        half = cv2.pyrDown(frame)
        levels.append(frame - cv2.pyrUp(half, dstsize=(frame.shape[1], frame.shape[0])))
        frame = half
    return levels + [frame]


def collapse(levels):
    frame = levels[-1]
    for level in levels[-2::-1]:
        frame = cv2.pyrUp(frame, dstsize=(level.shape[1], level.shape[0])) + level
    return frame


def magnify(video, gains, temporal):
    v = video / 255.0
    if v.ndim == 4:
        v = v @ YIQ.T
    pyramids = [laplacian(f, len(gains)) for f in v]
    bands = [temporal(np.stack([p[l] for p in pyramids])) * g for l, g in enumerate(gains)]
    change = np.stack([collapse([b[t] for b in bands]) for t in range(len(v))])
    if v.ndim == 4:
        out = (v + change * [1, CHROMA, CHROMA]) @ np.linalg.inv(YIQ).T
    else:
        out = v + change
    return np.clip(np.rint(out * 255), 0, 255).astype(np.uint8)


def textured_video(h, w, channels, seed):
    """Random textures, one per channel, moving and brightening differently in every frame."""
    random = np.random.default_rng(seed)
    texture = [cv2.GaussianBlur(random.standard_normal((h, w)), (0, 0), s) for s in (1.0, 2.0, 4.0)]
    texture = np.stack([t / t.std() for t in texture[:channels]], -1) * 0.13 + 0.5
    t = np.arange(FRAMES) / FPS
    shift = 0.4 * np.stack([np.sin(2 * np.pi * 4 * t), np.sin(2 * np.pi * 7 * t + 1)], 1)
    frames = []
    for (dx, dy), light in zip(shift, 0.02 * np.sin(2 * np.pi * 6 * t)):
        move = np.float32([[1, 0, dx], [0, 1, dy]])
        moved = cv2.warpAffine(texture, move, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        frames.append(moved.reshape(h, w, channels) + light)
    video = np.clip(np.rint(np.stack(frames) * 255), 0, 255).astype(np.uint8)
    return video[..., 0] if channels == 1 else video


def save(name, video):
    picture = video.reshape((-1,) + video.shape[2:])
    if picture.ndim == 3:
        picture = picture[..., ::-1]
    cv2.imwrite(str(HERE / f"{name}.png"), picture)


def main():
    band = filters(1.0, 15.0, FPS)
    cases = {
        "grey_even": (textured_video(48, 64, 1, 1), ["butterworth_1", "ideal", "onset"]),
        "grey_odd": (textured_video(47, 61, 1, 2), ["butterworth_2", "exponential", "zero_phase_band"]),
        "rgb_even": (textured_video(40, 48, 3, 3), ["butterworth_1"]),
        "rgb_odd": (textured_video(37, 43, 3, 4), ["ideal_mirrored", "butterworth_1"]),
    }
    for name, (video, chosen) in cases.items():
        save(name, video)
        h, w = video.shape[1:3]
        for temporal in chosen:
            for rule, gains in (("uniform", uniform_gains(h, w, 4.0)), ("wu", wu_gains(h, w, 10.0, 16.0))):
                save(f"{name}-{temporal}-{rule}", magnify(video, gains, band[temporal])[SAVED])

    # Courses of one pixel in time: 34 frames at 100 Hz, 0.5 to 10 Hz, no spatial filter.
    t = np.arange(34) / 100.0
    x = 0.5 + 0.2 * np.sin(2 * np.pi * 4 * t + 0.3) + 0.05 * np.random.default_rng(5).standard_normal(34) + 0.3 * t
    x = x.astype(np.float32).astype(np.float64)
    columns = {"input": x} | {k: f(x) for k, f in filters(0.5, 10.0, 100.0).items()}
    rows = [",".join(columns)] + [",".join(f"{v:.9f}" for v in row) for row in zip(*columns.values())]
    (HERE / "courses.csv").write_text("\n".join(rows) + "\n")


main()
