"""Certificates made by openssl for one test run."""
import subprocess
from pathlib import Path


class Certificates:
    """ca.pem and other-ca.pem; server.pem (localhost, 127.0.0.1) and client.pem with their .key."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.authority("ca")
        self.authority("other-ca")
        self.sign("server", "DNS:localhost,IP:127.0.0.1")
        self.sign("client", "DNS:client.example")

    def __getitem__(self, name):
        return str(self.folder / name)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self[f"{name}.key"], "-subj", f"/CN=taskworker tests {name}"]

    def authority(self, name):
        self.openssl("req", "-x509", *self.new_key(name), "-out", self[f"{name}.pem"], "-days", "2")

    def sign(self, name, names):
        self.openssl("req", *self.new_key(name), "-out", self["request"])
        Path(self["names"]).write_text(f"subjectAltName={names}\n")
        self.openssl("x509", "-req", "-in", self["request"], "-CA", self["ca.pem"], "-CAkey",
                     self["ca.key"], "-CAcreateserial", "-out", self[f"{name}.pem"], "-days", "2",
                     "-extfile", self["names"])
