"""What training and evaluation share: the names, and data that are split once and for all."""
NAME = "my-digits"  # of the experiment and of the registered model
GATE = 0.95


def data():
    """Returns train_x, heldout_x, train_y, heldout_y; training must not touch the held-out part."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    return train_test_split(x, y, test_size=300, random_state=14, stratify=y)
