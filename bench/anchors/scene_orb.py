"""OpenCV's ORB on the pictures of a folder: `extract`, or `match` and verify the pairs of its pairs.txt."""
import os
import sys

import cv2

from anchor import serve

cv2.setNumThreads(1)
mode, folder = sys.argv[1:3]
with open(os.path.join(folder, "pairs.txt"), encoding="utf-8") as lines:
    pairs = [tuple(line.split()) for line in lines]
names = sorted({name for pair in pairs for name in pair})
pictures = {name: cv2.imread(os.path.join(folder, name + ".png"), cv2.IMREAD_GRAYSCALE) for name in names}
orb = cv2.ORB_create(nfeatures=1500)
matcher = cv2.BFMatcher(cv2.NORM_HAMMING)


def extract():
    return {name: orb.detectAndCompute(picture, None) for name, picture in pictures.items()}


def verify(a, b):
    (points_a, bits_a), (points_b, bits_b) = a, b
    if bits_a is None or bits_b is None:
        return 0
    best = [pair[0] for pair in matcher.knnMatch(bits_a, bits_b, k=2)
            if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(best) < 4:
        return 0
    source = cv2.KeyPoint.convert(points_a, [match.queryIdx for match in best])
    target = cv2.KeyPoint.convert(points_b, [match.trainIdx for match in best])
    _, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 5.0)
    return 0 if inliers is None else int(inliers.sum())


if mode == "extract":
    serve(f"OpenCV {cv2.__version__} ORB 1500", lambda: len(extract()))
else:
    features = extract()
    serve(f"OpenCV {cv2.__version__} BF + MAGSAC", lambda: [verify(features[a], features[b]) for a, b in pairs])
