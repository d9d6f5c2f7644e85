"""A progressive JPEG (one scan after the other) and one with restart markers: pip install pillow==13.0.0; python generate.py"""
from PIL import Image

image = Image.new("RGB", (40, 24))
image.putdata([((x * 37 + y * y * 11) % 256, (x * 5) % 256, (y * 9) % 256) for y in range(24) for x in range(40)])
image.save("progressive.jpg", progressive=True, quality=90)
image.save("restarts.jpg", restart_marker_blocks=2, optimize=True, quality=75)
