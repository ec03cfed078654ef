#!/usr/bin/env python3
"""Stands in for the homeport binary in bench_test.py: same commands, but it only forwards."""

import asyncio
import json
import pathlib
import sys
import tomllib


def setting(argument):
    return tomllib.loads(pathlib.Path(sys.argv[sys.argv.index(argument) + 1]).read_text())


def port_of(address):
    return int(address.rpartition(":")[2])


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def forward(port, target):
    async def visitor(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer),
                             return_exceptions=True)
    # Many agents may serve hosts of one relay.
    await asyncio.start_server(visitor, "127.0.0.1", port, reuse_port=True)


async def relay(config):
    link = port_of(config["relay"]["listen"][0])
    kept = []
    await asyncio.start_server(lambda *link: kept.append(link), "127.0.0.1", link)
    await asyncio.Event().wait()


async def agent(config, shared):
    link = await asyncio.open_connection("127.0.0.1", shared["link"])
    for service in config["service"]:
        port = int(service["port"]) if service["kind"] == "tcp" else shared[service["kind"]]
        await forward(port, port_of(service["target"]))
    await asyncio.Event().wait()
    link[1].close()


def token_of(config):
    addresses = dict(config["front"], link=config["relay"]["listen"])
    return json.dumps({name: port_of(addresses[name][0]) for name in ("link", "http", "tls")},
                      separators=(",", ":"))


def main():
    command = sys.argv[1]
    if command == "version":
        print("homeport 0 (fake)")
    elif command == "invite":
        print(token_of(setting("--config")))
    elif command == "join":
        state = pathlib.Path(setting("--config")["agent"]["state_dir"])
        (state / "relay").write_text(sys.argv[2])
    elif command == "relay":
        asyncio.run(relay(setting("--config")))
    elif command == "agent":
        config = setting("--config")
        shared = pathlib.Path(config["agent"]["state_dir"], "relay").read_text()
        asyncio.run(agent(config, json.loads(shared)))


main()
