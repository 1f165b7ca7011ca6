"""websockets_server.py - python3-websockets, as fanout.py compares with it"""
import asyncio
import signal

import websockets

listeners = set()


async def listen(socket, *_):
    listeners.add(socket)
    try:
        await socket.wait_closed()
    finally:
        listeners.discard(socket)


async def main():
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGUSR1, lambda: websockets.broadcast(listeners, "reload"))
    async with websockets.serve(listen, "127.0.0.1", 0, compression=None,
                                ping_interval=30) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{port}/", flush=True)
        await asyncio.Future()

asyncio.run(main())
