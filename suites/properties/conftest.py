"""Wires generated tests into pytest: the word `explore`."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.errors import BindingError
from suites.properties.exploring import DEFAULT_S, Explorer
from suites.properties.fuzzing import labels
from suites.properties.replay import read
from suites.rig.run.begin import PLUGIN
from suites.rig.run.plugin import Worker
from suites.rig.run.select import requirement_of


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep only the test whose stored steps are to be taken again."""
    path = config.getoption("--replay")
    if path:
        try:
            steps = read(Path(path))
        except BindingError as error:
            raise pytest.UsageError(str(error)) from None
        kept = [item for item in items if item.nodeid == steps.test]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each operation of the document in force, where one asks for a `label`."""
    if "label" in metafunc.fixturenames:
        worker = metafunc.config.pluginmanager.get_plugin(PLUGIN)
        metafunc.parametrize("label", labels(worker.target) if isinstance(worker, Worker) else [])


@pytest.fixture
def explore(worker: Worker, request: pytest.FixtureRequest) -> Explorer:
    """Return what feeds this test with generated cases, for its share of the run's time."""
    options = worker.options
    generated = sum("explore" in getattr(item, "fixturenames", ()) for item in request.session.items)
    return Explorer(
        requirement_of(request.node) or "",
        request.node.nodeid,
        seed=options.seed,
        budget_s=options.time_s * worker.shares / max(generated, 1) if options.time_s else DEFAULT_S,
        shrink=options.shrink,
        stories=worker.folder / "stories",
        replay=read(options.replay) if options.replay else None,
    )
