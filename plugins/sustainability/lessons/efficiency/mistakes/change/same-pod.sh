# Measures the same version twice.
python3 files/measure.py after
