"""Keeps a processor busy: counts the primes up to the number in the body."""

LIMIT = 5_000_000


def handle(event, context):
    text = event.body.decode("utf-8", "replace").strip() or "100000"
    if not text.isascii() or not text.isdigit() or int(text) > LIMIT:
        return {"statusCode": 400, "body": "the body must be a number up to %d\n" % LIMIT}
    n = int(text)
    sieve = bytearray([1]) * (n + 1)
    sieve[:2] = b"\x00\x00"[:n + 1]
    for i in range(2, int(n ** 0.5) + 1):
        if sieve[i]:
            sieve[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    context.count("primes_counted_total", sum(sieve))
    return "%d\n" % sum(sieve)
