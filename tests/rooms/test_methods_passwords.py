"""The canary: a password that a method has decrypted stands in no trace, dump, error or checkpoint."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest

from aelang.cli.formats.data import run_lines
from aelang.cli.formats.dot import dot_lines
from aelang.cli.formats.trace import RENDERERS
from aelang.cli.formats.tree import outcome_line, plain_tree
from aelang.interpreter.dump import workspace_xml
from aelang.interpreter.outcome import Retry
from aelang.methods import Runners
from tests.methods import SECRETS, Ran, constants, engine, method, passwords, run

CANARY = SECRETS["v2:{canary==}"]
PYTHON = {
    "logs it": "evm.log('info', f'it is {pw}')",
    "prints it": "print('it is', pw)",
    "prints it as an error": "import sys; print(pw, file=sys.stderr)",
    "raises it": "raise ValueError(pw)",
    "aborts with it": "evm.abort(f'wrong: {pw}')",
    "stops with it": "evm.stop(pw)",
    "keeps it": "evm.root['x'] = pw; evm.root['y'] = [f'a{pw}b', {pw: pw}]",
    "keeps it in a state variable": "evm.set_state_var('x', [pw])",
    "looks for an object of its name": "evm.object(f'/Test/Case/{pw}')",
    "builds an object of its name": "evm.instantiate(f'/Test/Case/{pw}')",
    "builds an object with it": "evm.instantiate(f'/Test/Case/plain?x={pw}')",
    "names a model by it": "evm.vmdb(pw)",
    "executes it": "evm.execute(pw)",
    "gives it as a reason": "evm.root['ae_result'] = 'error'; evm.root['ae_reason'] = pw",
    "asks for a retry": "evm.root['x'] = pw; evm.set_state_var('x', pw); evm.retry(after=60)",
    "puts it into a query": "evm.root['x'] = evm.hash_to_query({'p': pw})",
    "asks for nonsense": "evm._ask(pw)",
    "sends garbage": "import os; os.write(3, pw.encode())",
    "exits with it": "raise SystemExit(pw)",
}


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    made.close()


def _ran(runners: Runners, code: str, language: str = "python") -> Ran:
    inputs = {"p:password": "v2:{other==}"}
    attributes = [*passwords(secret="v2:{canary==}"), *constants(tag="t")]
    return run(engine([method("main", code, language, inputs)], attributes=attributes, runners=runners))


def _written(ran: Ran, folder: Path) -> str:
    """Everything that is ever written of a run."""
    workspace = ran.outcome.workspace
    parts = [ran.failure, *(render(event) for render in RENDERERS.values() for event in ran.events)]
    parts += [workspace_xml(workspace, private=True), outcome_line(ran.outcome, "/Test/Case/run", colored=False)]
    parts += [*plain_tree(workspace, private=True), *dot_lines(workspace, private=True)]
    parts += run_lines({}, workspace, private=True)
    return "\n".join(parts) + _checkpoint(ran, folder)


def _checkpoint(ran: Ran, folder: Path) -> str:
    if not isinstance(ran.outcome, Retry):
        return ""
    from aelang.checkpoints import Kept, write_checkpoint

    now = datetime(2026, 1, 1, tzinfo=UTC)
    write_checkpoint(str(folder / "checkpoint"), Kept(ran.outcome.checkpoint, 1, now, now))
    return (folder / "checkpoint").read_text("utf-8")


@pytest.mark.parametrize("name", PYTHON)
def test_a_decrypted_password_is_written_nowhere(runners: Runners, name: str, tmp_path: Path) -> None:
    code = f"def main(evm):\n    pw = evm.object.decrypt('secret')\n    {PYTHON[name]}\n"
    written = _written(_ran(runners, code), tmp_path)
    assert [] == [line for line in written.splitlines() if CANARY in line]


@pytest.mark.skipif(which("ruby") is None, reason="no Ruby on the PATH")
@pytest.mark.parametrize("code", ["raise pw", "puts pw", "$evm.log('info', pw)", "$evm.root['x'] = pw", "abort pw"])
def test_a_password_that_ruby_decrypted_is_written_nowhere(runners: Runners, code: str, tmp_path: Path) -> None:
    written = _written(_ran(runners, f"pw = $evm.object.decrypt('secret')\n{code}", "ruby"), tmp_path)
    assert [] == [line for line in written.splitlines() if CANARY in line]


def test_a_method_may_use_what_it_decrypted(runners: Runners) -> None:
    code = f"def main(evm):\n    evm.root['same'] = evm.object.decrypt('secret') == {CANARY!r}"
    assert _ran(runners, code).root["same"] is True


def test_a_password_without_a_key_is_refused_with_its_reason(runners: Runners) -> None:
    code = "def main(evm): evm.object.decrypt('secret')"
    made = engine([method("main", code)], attributes=passwords(secret="v2:{unknown==}"), runners=runners)
    assert "PasswordError: there is no key for passwords" in run(made).failure
