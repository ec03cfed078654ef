#!/usr/bin/env python3
"""Stands in for the homeport binary in bench_test.py: same commands, but it only forwards."""

import asyncio
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
    await asyncio.start_server(visitor, "127.0.0.1", port)


async def relay(config):
    link = port_of(config["relay"]["listen"][0])
    await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", link)
    await asyncio.Event().wait()


async def agent(config, http):
    for service in config["service"]:
        port = int(service["port"]) if service["kind"] == "tcp" else http
        await forward(port, port_of(service["target"]))
    await asyncio.Event().wait()


def main():
    command = sys.argv[1]
    if command == "version":
        print("homeport 0 (fake)")
    elif command == "invite":
        print("token-" + str(port_of(setting("--config")["front"]["http"][0])))
    elif command == "join":
        state = pathlib.Path(setting("--config")["agent"]["state_dir"])
        (state / "http-port").write_text(sys.argv[2].removeprefix("token-"))
    elif command == "relay":
        asyncio.run(relay(setting("--config")))
    elif command == "agent":
        config = setting("--config")
        http = pathlib.Path(config["agent"]["state_dir"], "http-port").read_text()
        asyncio.run(agent(config, int(http)))


main()
