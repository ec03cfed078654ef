"""What stands at home: nginx with files to download, small targets that record what they see."""
import hashlib
import pathlib
import random
import shutil
import socket
import threading

from lab import HOME, command

MIB = 1 << 20
FILES = {"big.bin": 300 * MIB, "mid.bin": 60 * MIB, "small.txt": 1024}
HTTP_PORT, HTTPS_PORT = 8080, 8443

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
worker_rlimit_nofile 20000;
events {{ worker_connections 15000; }}
http {{
  access_log off; sendfile on; default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  client_header_timeout 600s; send_timeout 300s; keepalive_timeout 300s;
  server {{
    listen {address}:8080 backlog=4096; listen {address}:8443 ssl backlog=4096;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    root {files};
  }}
}}
"""


class Files:
    """The files that are downloaded, made once per test run, and their hashes."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.sha256 = {}
        generator = random.Random(20240229)
        for name, size in FILES.items():
            digest = hashlib.sha256()
            with open(self.folder / name, "wb") as out:
                for start in range(0, size, MIB):
                    block = generator.randbytes(min(MIB, size - start))
                    digest.update(block)
                    out.write(block)
            self.sha256["/" + name] = digest.hexdigest()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def certificate(folder, name, *extensions):
    """key.pem and cert.pem; an extension is for example "subjectAltName=IP:192.0.2.1"."""
    command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{folder}/key.pem",
            "-out", f"{folder}/cert.pem", *(w for e in extensions for w in ("-addext", e)))


def start_nginx(lab, files):
    certificate(lab.folder, "files.example.net")
    (lab.folder / "nginx.conf").write_text(
        NGINX.format(folder=lab.folder, address=HOME, files=files.folder))
    return lab.spawn("nginx", "home", "nginx", "-p", lab.folder, "-c", lab.folder / "nginx.conf")


class Target:
    """A server at home in this process: `serve(socket, target)` runs in a thread per connection."""

    def __init__(self, lab, serve, port, node="home", address=HOME):
        self.seen, self.serve, self.port = [], serve, port
        with lab.inside(node):
            self.listener = socket.create_server((address, port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock):
        with sock:
            sock.settimeout(60)
            try:
                self.serve(sock, self)
            except OSError as error:
                self.seen.append(repr(error))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def read_until(sock, mark, limit=1 << 20):
    data = b""
    while mark not in data and len(data) < limit:
        got = sock.recv(65536)
        if not got:
            break
        data += got
    return data


def read_all(sock):
    data = bytearray()
    while got := sock.recv(65536):
        data += got
    return bytes(data)


# Ready-made `serve` functions.

def answer_requests(sock, target):
    """Records each request's head and answers it; the connection stays."""
    while head := read_until(sock, b"\r\n\r\n"):
        target.seen.append(head)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nrecorded")


def record_first_bytes(sock, target):
    """Records what came until the visitor's word END, and answers."""
    target.seen.append(read_until(sock, b"END"))
    sock.sendall(b"thanks")


def answer_after_end(sock, target):
    """Waits until the visitor has shut its write side, then gives a long answer."""
    got = read_all(sock)
    target.seen.append(len(got))
    sock.sendall(hashlib.sha256(got).hexdigest().encode() + b"y" * (4 * MIB))


def upgrade_and_echo(sock, target):
    """An upgraded protocol: after 101 every byte comes back."""
    head = read_until(sock, b"\r\n\r\n")
    target.seen.append(head)
    sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\n"
                 b"Upgrade: echo\r\nConnection: Upgrade\r\n\r\n")
    while data := sock.recv(65536):
        sock.sendall(data)
