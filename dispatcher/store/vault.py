"""The vault's cryptography: AES-256-GCM for personal data, HMAC-SHA256 for the caller's pseudonym."""

import hmac
import json
import os
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatcher.ports import SealedData
from dispatcher.rules.installation import Fact, Facts
from models.contact import PersonalData
from models.errors import Rejected

_NONCE_BYTES = 12
_CALLER_REF_HEX = 32
_KEY_ID_HEX = 8


class AesVault:
    """Seals with one key, names callers with another.

    Parameters:
        key: 32 bytes for AES-256-GCM; its id, the start of its SHA-256, is written beside what it sealed.
        index_key: 32 bytes for the HMAC, a separate key, so that who may look a caller up cannot decrypt; its id is the start
            of its HMAC of a constant.
        random_bytes: source of nonces, handed in so that a replay can be the same to the byte.
    """

    def __init__(self, key: bytes, index_key: bytes, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._cipher = AESGCM(key)
        self.key_id = sha256(key).hexdigest()[:_KEY_ID_HEX]
        self.index_key_id = hmac.new(index_key, b"which index key is this", sha256).hexdigest()[:_KEY_ID_HEX]
        self._index_key = index_key
        self._random_bytes = random_bytes

    def seal(self, contact_id: UUID, personal: PersonalData) -> SealedData:
        """Encrypt ``personal``, bound to its contact: sealed bytes moved to another contact do not open."""
        nonce = self._random_bytes(_NONCE_BYTES)
        plain = json.dumps([personal.phone, personal.name, personal.openid, personal.recording]).encode()
        return SealedData(
            contact_id=contact_id,
            caller_ref=self._caller_ref(contact_id, personal),
            key_id=self.key_id,
            sealed=nonce + self._cipher.encrypt(nonce, plain, contact_id.bytes),
        )

    def open(self, sealed: SealedData) -> PersonalData:
        """Decrypt.

        Raises:
            Rejected: another key sealed it, or the bytes were changed.
        """
        if sealed.key_id != self.key_id:
            raise Rejected(f"contact {sealed.contact_id} was sealed with key {sealed.key_id}, which is not at hand")
        nonce, body = sealed.sealed[:_NONCE_BYTES], sealed.sealed[_NONCE_BYTES:]
        try:
            phone, name, openid, recording = json.loads(self._cipher.decrypt(nonce, body, sealed.contact_id.bytes))
        except InvalidTag as error:
            raise Rejected(f"the vault row of contact {sealed.contact_id} was changed after it was sealed") from error
        return PersonalData(phone=phone, name=name, openid=openid, recording=recording)

    def keys_of(self, sealed: SealedData) -> Facts:
        """Return what tells the keys that made a row; of an index key that is not ours, that it is not."""
        if sealed.key_id != self.key_id:
            return {Fact.VAULT_KEY: sealed.key_id}
        is_named_by_us = self._caller_ref(sealed.contact_id, self.open(sealed)) == sealed.caller_ref
        return {Fact.VAULT_KEY: self.key_id, Fact.INDEX_KEY: self.index_key_id if is_named_by_us else "another"}

    def _caller_ref(self, contact_id: UUID, personal: PersonalData) -> str:
        key = personal.caller_key
        subject = key if key is not None else f"anonymous:{contact_id}"
        return hmac.new(self._index_key, subject.encode(), sha256).hexdigest()[:_CALLER_REF_HEX]
