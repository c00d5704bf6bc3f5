"""What the model was trained on, and what its service was asked in two windows of time."""
import numpy
from sklearn.datasets import load_digits

PIXELS, _ = load_digits(return_X_y=True)
ORDER = numpy.random.default_rng(14).permutation(len(PIXELS))


def columns(pixels):
    """Features to watch: how much ink there is in each of the 8 columns of a picture."""
    return pixels.reshape(-1, 8, 8).sum(axis=1)


def reference():
    return columns(PIXELS[ORDER[:1000]])


def window(name):
    if name == "monday":
        return columns(PIXELS[ORDER[1000:1400]])
    # On friday a new scanner came: it feeds the paper a little further to the right.
    pictures = PIXELS[ORDER[1400:]].reshape(-1, 8, 8)
    return columns(numpy.roll(pictures, 1, axis=2))
