"""Signatures of manifests: Ed25519, made with a key that only its file holds."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scanner.errors import ConfigurationError
from scanner.model.frozen import Frozen

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE: Final = "manifest.sig"
"""The file beside the manifest that holds its signature, in base64."""

HOW_TO_MAKE: Final = "Make a pair with: openssl genpkey -algorithm ed25519 -out KEY, openssl pkey -in KEY -pubout."


class Signer(Frozen, frozen=True):
    """Signs with one key.

    Attributes:
        fingerprint: SHA-256 of the public key, by which a reader knows which key it was.
        sign: Signs bytes.
    """

    fingerprint: str
    sign: Callable[[bytes], bytes]


class Verifier(Frozen, frozen=True):
    """Knows one public key.

    Attributes:
        fingerprint: SHA-256 of the public key.
        accepts: Tells whether a signature (second) is one of some bytes (first).
    """

    fingerprint: str
    accepts: Callable[[bytes, bytes], bool]


def load_signer(path: Path) -> Signer:
    """Read a private key: PEM, Ed25519, without a passphrase.

    Raises:
        ConfigurationError: It can't be read, or is another kind of key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 -- slow to load
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} holds no private key that can be used.", HOW_TO_MAKE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(f"{path} holds no Ed25519 key.", HOW_TO_MAKE)
    return Signer(fingerprint=_fingerprint(key.public_key()), sign=key.sign)


def load_verifier(path: Path) -> Verifier:
    """Read a public key, in PEM; a private key has its public half in it.

    Raises:
        ConfigurationError: It can't be read, or is another kind of key.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- slow to load

    key = _public_key(_read(path), path)

    def accepts(signed: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    return Verifier(fingerprint=_fingerprint(key), accepts=accepts)


def write_signature(signature: bytes) -> bytes:
    """Write a signature as its file holds it."""
    return base64.b64encode(signature) + b"\n"


def read_signature(text: bytes) -> bytes:
    """Read a signature; what is none reads as one that fits nothing."""
    try:
        return base64.b64decode(text, validate=False)
    except ValueError:
        return b""


def _public_key(text: bytes, path: Path) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 -- slow to load
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
        load_pem_public_key,
    )

    try:
        key = load_pem_private_key(text, None) if b"PRIVATE KEY" in text else load_pem_public_key(text)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} holds no public key that can be used.", HOW_TO_MAKE) from error
    if isinstance(key, Ed25519PrivateKey):
        return key.public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(f"{path} holds no Ed25519 key.", HOW_TO_MAKE)
    return key


def _fingerprint(key: "Ed25519PublicKey") -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The key {path} can't be read: {error.strerror}.", HOW_TO_MAKE) from error
