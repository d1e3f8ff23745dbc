"""Throw-away certificates: an authority, the server's, and the one the scanner's application signs in with."""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from scanner.simulator.population.frozen import Frozen

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_LIFETIME = dt.timedelta(days=2)
_RSA_BITS = 2048


class Identity(Frozen, frozen=True, kw_only=True):
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    def write(self, path: Path) -> Path:
        """Write key and certificate into one PEM file that only its owner may read.

        Args:
            path: the file to make.

        Returns:
            The same path.
        """
        path.touch(mode=0o600)
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(key + self.certificate.public_bytes(serialization.Encoding.PEM))
        return path


def make_authority() -> Identity:
    """Make a certificate authority that nothing but the simulated tenant's clients will trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Simulated tenant: test authority")
    builder = (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return Identity(certificate=builder.sign(key, hashes.SHA256()), key=key)


def make_server_identity(authority: Identity, *others: str) -> Identity:
    """Make the server's certificate, for 127.0.0.1 and localhost.

    Args:
        authority: who signs it.
        others: more names of the server.

    Returns:
        Certificate and key.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *map(x509.DNSName, ("localhost", *others))]
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(_name("127.0.0.1"), authority.certificate.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer_key, critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
    )
    return Identity(certificate=builder.sign(authority.key, hashes.SHA256()), key=key)


def make_client_identity() -> Identity:
    """Make a self-signed certificate such as one uploads to an app registration (RSA, as MSAL signs with)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    name = _name("smtp-posture")
    return Identity(certificate=_builder(name, name, key).sign(key, hashes.SHA256()), key=key)


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
