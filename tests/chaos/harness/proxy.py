"""A TCP proxy between worker and Redis that delays, freezes, tears and counts."""
import asyncio
import threading

CHUNK = 1 << 16


class Proxy:
    """delay: seconds each way. on_send(number, size) → None to pass on, or how many bytes to pass on
    before nothing more of this connection goes through (the worker is killed meanwhile)."""

    def __init__(self, port, delay=0.0, on_send=None):
        self.target, self.delay, self.on_send = port, delay, on_send
        self.sent, self.pairs, self.frozen, self.refusing = 0, [], set(), False
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def url(self, db=0):
        return f"redis://127.0.0.1:{self.port}/{db}"

    def freeze(self):
        """Nothing goes through the present connections any more, in neither direction; new ones work."""
        self.frozen.update(self.pairs)

    def black_hole(self, on):
        """Nothing goes through any connection; new ones are accepted and get no answer."""
        self.refusing = on
        self.frozen.update(self.pairs)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _serve(self, reader, writer):
        pair = object()
        self.pairs.append(pair)
        if self.refusing:
            self.frozen.add(pair)
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        ways = [asyncio.ensure_future(self._pump(pair, reader, up_writer, True)),
                asyncio.ensure_future(self._pump(pair, up_reader, writer, False))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass
        for way in ways:
            way.cancel()
        for end in (writer, up_writer):
            end.close()

    async def _pump(self, pair, reader, writer, to_redis):
        waiting = asyncio.Queue()
        mover = asyncio.ensure_future(self._move(pair, waiting, writer))
        try:
            while data := await reader.read(CHUNK):
                cut = None
                if to_redis:
                    self.sent += 1
                    cut = self.on_send(self.sent, len(data)) if self.on_send else None
                waiting.put_nowait((self.loop.time() + self.delay, data if cut is None else data[:cut]))
                if cut is not None:
                    await asyncio.sleep(0.005)
                    self.frozen.add(pair)
                    return
            waiting.put_nowait((self.loop.time() + self.delay, None))
            await mover
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            mover.cancel()

    async def _move(self, pair, waiting, writer):
        while True:
            due, data = await waiting.get()
            if data is None:
                return
            if (wait := due - self.loop.time()) > 0:
                await asyncio.sleep(wait)
            if pair in self.frozen:
                await asyncio.sleep(3600)
            writer.write(data)
            await writer.drain()
