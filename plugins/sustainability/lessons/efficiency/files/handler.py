"""Says how many primes there are up to the number in the body, 3000 at most."""


def is_prime(n):
    for divisor in range(2, n):
        if n % divisor == 0:
            return False
    return n >= 2


def handle(event, context):
    limit = min(int(event.body or b"3000"), 3000)
    return "%d\n" % sum(is_prime(n) for n in range(limit + 1))
