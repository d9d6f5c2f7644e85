"""Golden values of OpenCV's pyramids, blur and resize for the core image operators.

    pip install numpy opencv-python-headless     # written with OpenCV 5.0.0, NumPy 2.4
    python generate.py > operators.json
"""
import json
import cv2
import numpy as np

random = np.random.default_rng(5)
cases = []
for height, width in [(8, 8), (7, 9), (6, 5), (1, 4), (13, 3), (2, 2)]:
    image = random.random((height, width)).astype(np.float32)
    down = cv2.pyrDown(image)
    up = cv2.pyrUp(down, dstsize=(width, height))
    size = (int(width * 1.5) + 1, max(1, height // 2))
    resized = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    blurred = cv2.GaussianBlur(image, (7, 7), 1.0, borderType=cv2.BORDER_REFLECT_101) if min(height, width) > 3 else image
    cases.append(dict(image=image.tolist(), down=down.tolist(), up=up.tolist(), resized=resized.tolist(),
                      blurred=blurred.tolist(), blur=min(height, width) > 3))
print(json.dumps(dict(opencv=cv2.__version__, cases=cases)))
