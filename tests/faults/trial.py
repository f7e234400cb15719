"""Experiments in turn: those that need no servers of their own share some, until something is found wrong."""

from __future__ import annotations

import shutil
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.faults import experiment, truth
from tests.faults.cluster import Cluster, running
from tests.faults.experiment import Experiment
from tests.faults.history import History
from tests.faults.land import Land
from tests.faults.verdict import Verdict, judged


class Trials:
    """Where experiments are made, and where their histories and the servers' logs are kept."""

    def __init__(self, home: Path, land: Land, kept: Path, seed: int, pace: float = 1.0) -> None:
        self._home, self._land, self._kept = home, land, kept
        self.seed, self.pace = seed, pace
        self._stack = AsyncExitStack()
        self._cluster: Cluster | None = None
        self._clusters = 0

    async def tried(self, *experiments: Experiment) -> Verdict:
        """Make an experiment, or several one after another in one world, and have the history judged."""
        apart = next((each for each in experiments if each.apart), None)
        if apart:
            await self.aclose()
        cluster = self._cluster or await self._enter(apart or experiments[0])
        name = f"{'-'.join(each.key for each in experiments)}-{self.seed}"
        file = self._kept / f"{name}.jsonl"
        history, begun = History(file), time.monotonic()
        since = {site.name: site.log.stat().st_size for site in cluster.sites}
        try:
            await experiment.run(experiments, cluster, history, self.seed, self.pace)
            sound, says = await truth.verified(cluster)
            history.note("verified", sound=sound, says=says)
        finally:
            history.close()
            self._keep(name, cluster, since)
        verdict = judged(experiments, history.lines, time.monotonic() - begun, file)
        if apart or verdict.found or verdict.wanted:
            await self.aclose()
        return verdict

    async def _enter(self, each: Experiment) -> Cluster:
        self._clusters += 1
        folder = self._home / f"cluster-{self._clusters}"
        folder.mkdir()
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if each.prepare is not None:
            each.prepare(folder)
        settings = {"postgres": each.postgres, "laurel": each.laurel}
        made = running(folder, self._land, self.seed, **settings, workers=each.workers)
        self._cluster = await self._stack.enter_async_context(made)
        return self._cluster

    async def aclose(self) -> None:
        """Stop the servers that still run."""
        self._cluster = None
        await self._stack.aclose()

    def _keep(self, name: str, cluster: Cluster, since: dict[str, int]) -> None:
        """What each server logged meanwhile."""
        for site in cluster.sites:
            kept = self._kept / f"{name}-{site.name}.log"
            kept.write_bytes(site.log.read_bytes()[since[site.name] :])
