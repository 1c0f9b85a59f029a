"""A MariaDB and a PostgreSQL of the test's own, on loopback, in a folder that goes away again."""
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pymysql

from support.redis_server import free_port
from support.wait import eventually


@contextlib.contextmanager
def process(command, folder, ready, **options):
    """Runs a server until the block ends; ready() is asked until it answers true."""
    with open(folder / "server.log", "ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder, **options)
    try:
        eventually(lambda: server.poll() is None and ready(), timeout=60, what=f"{command[0]} answers")
        yield
    finally:
        server.terminate()
        server.wait(30)


@contextlib.contextmanager
def temporary_folder(owner=None):
    folder = Path(tempfile.mkdtemp(prefix="tw-shop-"))
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class MariaDb:
    password = "p@ss w\"rd\\"  # what a URL and SOCI's connection string must both survive

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"mysql://shop:p%40ss%20w%22rd%5C@127.0.0.1:{self.port}/shop"

    def connect(self, **options):
        return pymysql.connect(host="127.0.0.1", port=self.port, user="shop", password=self.password,
                               database="shop", autocommit=True, charset="utf8mb4", **options)

    def answers(self):
        with contextlib.suppress(pymysql.err.OperationalError):
            return self.connect()
        return False


@contextlib.contextmanager
def mariadb():
    with temporary_folder() as folder:
        server = MariaDb(folder)
        user = f"--user={pwd.getpwuid(os.getuid()).pw_name}"
        subprocess.run(["mariadb-install-db", "--no-defaults", user, f"--datadir={folder}/data",
                        "--auth-root-authentication-method=normal", "--skip-test-db"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (folder / "init.sql").write_text(
            "CREATE DATABASE shop CHARACTER SET utf8mb4;\n"
            f"CREATE USER shop@'127.0.0.1' IDENTIFIED BY '{server.password.replace(chr(92), chr(92) * 2)}';\n"
            "GRANT ALL ON shop.* TO shop@'127.0.0.1';\n")
        command = [shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", user,
                   f"--datadir={folder}/data", f"--socket={folder}/db.sock", f"--port={server.port}",
                   "--bind-address=127.0.0.1", "--skip-name-resolve", f"--init-file={folder}/init.sql",
                   "--innodb-buffer-pool-size=64M", f"--pid-file={folder}/db.pid"]
        with process(command, folder, server.answers):
            yield server


class PostgreSql:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"postgresql://shop@127.0.0.1:{self.port}/postgres"

    def connect(self):
        return psycopg.connect(host="127.0.0.1", port=self.port, user="shop", dbname="postgres",
                               autocommit=True)

    def answers(self):
        with contextlib.suppress(psycopg.OperationalError):
            return self.connect()
        return False


@contextlib.contextmanager
def postgresql():
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else None  # it refuses to run as root
    options = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    with temporary_folder(owner) as folder:
        server = PostgreSql(folder)
        subprocess.run([binaries / "initdb", "-D", folder / "data", "-U", "shop", "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **options)
        command = [binaries / "postgres", "-D", folder / "data", "-p", str(server.port), "-k", folder,
                   "-c", "listen_addresses=127.0.0.1"]
        with process(command, folder, server.answers, **options):
            yield server
