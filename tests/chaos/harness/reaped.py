"""How long after a worker's death the others had handed back what it held."""
import re
from datetime import datetime

from .ledger import histogram

TOLD = re.compile(r"^\[([-0-9]+ [0-9:]+,[0-9]+): .*keeper: worker (\S+) is dead:", re.MULTILINE)


class Reaped:
    def __init__(self, s):
        self.s, self.pids, self.seen = s, {}, set()

    def started(self, worker):
        """To be called after each start: whose id in Redis is new?"""
        ids = {name.decode() for name in self.s.client.zrange("taskworker.workers", 0, -1)}
        for name in ids - self.seen:
            self.pids[name] = worker.pid
        self.seen |= ids

    def times(self):
        """Per dead worker that held something, the last time that something of it was handed back."""
        told = {}
        for worker in self.s.fleet.workers:
            for at, name in TOLD.findall(worker.output()):
                moment = datetime.strptime(at, "%Y-%m-%d %H:%M:%S,%f").timestamp()
                told[name] = max(moment, told.get(name, 0))
        deaths = self.s.fleet.deaths
        return [at - deaths[self.pids[name]] for name, at in told.items() if self.pids.get(name) in deaths]

    def histogram(self):
        return histogram(self.times())
