"""PDFs signed by people whose certificates come from an authority made for the tests."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, async_sign_pdf
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.channels.files import samples

UNUSED = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)
DER = serialization.Encoding.DER


@dataclass(frozen=True)
class Person:
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: certificates.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def signer(self, *issuers: Person) -> SimpleSigner:
        """Who signs, with the certificates that the signature brings along."""
        store = SimpleCertificateStore()
        store.register_multiple([loaded(one) for one in (self, *issuers)])
        form = serialization.PrivateFormat.PKCS8
        key = self.key.private_bytes(DER, form, serialization.NoEncryption())
        return SimpleSigner(signing_cert=loaded(self), signing_key=keys.PrivateKeyInfo.load(key), cert_registry=store)


def loaded(person: Person) -> x509.Certificate:
    """The certificate as pyHanko takes it."""
    return x509.Certificate.load(person.certificate.public_bytes(DER))


TRUSTED, UNKNOWN = "CA thử nghiệm", "CA khác"


@cache
def authority(name: str) -> Person:
    """An authority of this name: always the same one."""
    return _issued(name, None, days=3_650)


@cache
def person(name: str = "Nguyễn Văn A", *, of: str = TRUSTED, days: int = 365) -> Person:
    """Somebody to whom an authority gave a certificate for so many days; for less than none, it has run out."""
    return _issued(name, authority(of), days)


def _issued(name: str, issuer: Person | None, days: int) -> Person:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(UNUSED, False)
    made = (
        certificates.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(certificates.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            certificates.KeyUsage(
                digital_signature=issuer is not None, key_cert_sign=issuer is None, crl_sign=issuer is None, **usage
            ),
            critical=True,
        )
        .add_extension(certificates.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Person(key, made.sign(issuer.key if issuer else key, hashes.SHA256()))


def signed(content: bytes, who: Person, *issuers: Person, field: str = "Ký") -> bytes:
    """A PDF with one more signature."""
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    meta = PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
    asyncio.run(async_sign_pdf(writer, meta, who.signer(*issuers), output=out))
    return out.getvalue()


def with_empty_field() -> bytes:
    """A PDF with a place for a signature, and none in it."""
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(samples.pdf()))
    append_signature_field(writer, SigFieldSpec("Ký"))
    writer.write(out)
    return out.getvalue()


def amended(content: bytes) -> bytes:
    """A PDF to which somebody added a revision that changes what its page says."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    drawn = page.raw_get("/Contents")
    drawn.get_object()._data = b"BT /F1 12 Tf 72 720 Td (Khac) Tj ET"
    drawn.get_object()._encoded_data = None
    writer.mark_update(drawn)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
