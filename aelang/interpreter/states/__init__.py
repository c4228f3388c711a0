"""States: a state machine's position lives in the root's ae_* attributes, and only this room reads or writes them.

`position` are those attributes; `machine` enters and leaves a machine; `state` processes one state or step; `hooks`
are what is called around a step; `rollback` runs the undos. What follows from a result says `state_machine`.
"""

from aelang.interpreter.states.intervals import seconds_of
from aelang.interpreter.states.machine import conclude, cut_short, enter_machine, leave_machine, resume, take_position
from aelang.interpreter.states.state import FollowText, state_act, tidy_act

__all__ = [
    "FollowText",
    "conclude",
    "cut_short",
    "enter_machine",
    "leave_machine",
    "resume",
    "seconds_of",
    "state_act",
    "take_position",
    "tidy_act",
]
