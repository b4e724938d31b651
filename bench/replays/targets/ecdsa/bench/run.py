"""Verifies signatures of one key, each once."""
import hashlib

from ecdsa import NIST256p, SigningKey

key = SigningKey.from_secret_exponent(123456789, NIST256p, hashlib.sha256)
public = key.verifying_key
messages = [b"message %d" % number for number in range(12)]
signatures = [key.sign_deterministic(message) for message in messages]
good = 0
for turn in range(5):
    for message, signature in zip(messages, signatures):
        good += public.verify(signature, message)
print(good, signatures[-1].hex())
