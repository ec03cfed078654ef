"""What stands behind every peer: an nginx with one 1 KB file and an iperf3 server."""

import os
import pwd

import loopback
from processes import Child, find_program, wait_until
from settings import BODY_BYTES

NEEDED = {"nginx": "nginx-light", "wrk": "wrk", "iperf3": "iperf3"}     # program -> Debian package

NGINX_CONFIG = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
worker_processes 1;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    client_body_temp_path {folder}/tmp-body;
    proxy_temp_path {folder}/tmp-proxy;
    fastcgi_temp_path {folder}/tmp-fastcgi;
    uwsgi_temp_path {folder}/tmp-uwsgi;
    scgi_temp_path {folder}/tmp-scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder}/site;
    }}
}}
"""


class Origin:
    """Lives for the whole run. http_port and bulk_port are what the peers forward to."""

    def __init__(self, folder, file_limit):
        self.http_port = loopback.free_port()
        self.bulk_port = loopback.free_port()
        self._folder = folder
        self._children = []
        self._iperf = None
        try:
            self._start(folder, file_limit)
        except BaseException:
            self.stop()
            raise

    def _start(self, folder, file_limit):
        config = _write_nginx(folder, self.http_port, file_limit)
        nginx = Child("nginx", [find_program("nginx"), "-e", folder / "nginx-error.log",
                                "-p", folder, "-c", config], folder / "nginx.log")
        self._children.append(nginx)
        wait_until("nginx", lambda: loopback.serves(self.http_port), [nginx])

    def fresh_bulk(self):
        """A new iperf3 server on the same port: it serves one client at a time, and a peer that
        is slow to close the last one's connections would make it refuse the next."""
        self._stop_bulk()
        self._iperf = Child("iperf3", [find_program("iperf3"), "-s", "-B", loopback.ADDRESS,
                                       "-p", self.bulk_port], self._folder / "iperf3.log")
        wait_until("iperf3", lambda: loopback.has_listener(self.bulk_port), [self._iperf])

    def stop(self):
        self._stop_bulk()
        for child in self._children:
            child.stop()

    def _stop_bulk(self):
        if self._iperf:
            self._iperf.stop()
            self._iperf = None


def missing_programs():
    return {name: package for name, package in NEEDED.items() if not find_program(name)}


def _write_nginx(folder, port, file_limit):
    site = folder / "site"
    site.mkdir()
    (site / "1k").write_bytes(b"x" * BODY_BYTES)
    # A worker of a root master becomes "nobody", who may not enter the private folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(NGINX_CONFIG.format(user=user, folder=folder, port=port, files=file_limit,
                                          connections=min(20_000, file_limit - 20)))
    return config
