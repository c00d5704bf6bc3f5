python3 files/measure.py before
