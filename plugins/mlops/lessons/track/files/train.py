"""Trains a classifier of handwritten digits. So far only the log knows how well it went."""
import os

from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=300, random_state=14, stratify=y)

# C may hold several values, such as "0.01 0.1 1": each makes a model of its own.
for C in os.environ["C"].split():
    model = make_pipeline(StandardScaler(), LogisticRegression(C=float(C), max_iter=200))
    model.fit(train_x, train_y)
    accuracy = model.score(test_x, test_y)
    print(f"C={C} accuracy={accuracy:.4f}", flush=True)
