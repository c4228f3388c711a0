"""Passwords: what the ciphertext in a datastore, `v2:{...}`, stands for.

AES-256-CBC with PKCS7 and a zero initialisation vector where the key file has none, as ManageIQ writes them.
"""

import os
import re
from typing import NamedTuple

_CIPHERTEXT = re.compile(r"v2:\{([A-Za-z0-9+/=\s]*)\}\Z")
_ENTRY = re.compile(r"^:?(key|iv|algorithm):\s*[\"']?([^\"'\s]+)[\"']?\s*$", re.MULTILINE)


def is_ciphertext(text: str) -> bool:
    """Whether `text` is the ciphertext of a password, and not the password itself."""
    return _CIPHERTEXT.match(text) is not None


class _Key(NamedTuple):
    key: bytes
    iv: bytes


class KeyFile:
    """Fills `ports.Vault` with the key in a file: `path`, else that of $AELANG_KEY_FILE. It is read at first use."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._key: _Key | None = None

    def decrypt(self, ciphertext: str) -> str:
        """The text of `ciphertext`; what is not `v2:{...}` was never encrypted, and is itself. Raises ValueError."""
        found = _CIPHERTEXT.match(ciphertext)
        if found is None:
            return ciphertext
        import base64
        import binascii

        try:
            return _decrypt(base64.b64decode(found[1]), self._read_key())
        except (binascii.Error, UnicodeDecodeError):
            raise ValueError(
                "a password cannot be decrypted: it is damaged, or was encrypted with another key"
            ) from None

    def encrypt(self, text: str) -> str:
        """The ciphertext of `text`. Raises ValueError without a key."""
        import base64

        return f"v2:{{{base64.b64encode(_encrypt(text.encode(), self._read_key())).decode()}}}"

    def _read_key(self) -> _Key:
        if self._key is None:
            self._key = _read_key(self._path or os.environ.get("AELANG_KEY_FILE") or "")
        return self._key


def _read_key(path: str) -> _Key:
    import base64
    import binascii

    if not path:
        raise ValueError("there is no key for passwords: name the key file (v2_key) in $AELANG_KEY_FILE")
    try:
        with open(path, encoding="utf-8") as stream:
            found = dict(_ENTRY.findall(stream.read()))
        key, iv = (base64.b64decode(found.get(name, "")) for name in ("key", "iv"))
    except (OSError, UnicodeDecodeError, binascii.Error) as fault:
        raise ValueError(f"the key file {path} cannot be read: {fault}") from None
    if len(key) != 32 or len(iv) not in (0, 16):
        raise ValueError(f"the key file {path} holds no key of 256 bits under `:key:`")
    return _Key(key, iv or bytes(16))


def _decrypt(data: bytes, key: _Key) -> str:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    decryptor = Cipher(algorithms.AES(key.key), modes.CBC(key.iv)).decryptor()
    unpadder = PKCS7(128).unpadder()
    try:
        padded = decryptor.update(data) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except ValueError:
        raise ValueError("a password cannot be decrypted: it was encrypted with another key") from None


def _encrypt(data: bytes, key: _Key) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key.key), modes.CBC(key.iv)).encryptor()
    padded = padder.update(data) + padder.finalize()
    return encryptor.update(padded) + encryptor.finalize()
