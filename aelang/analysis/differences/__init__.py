"""Differences: what two states of a datastore do differently, whatever their files look like."""

from aelang.analysis.differences.compare import compare as compare
from aelang.analysis.differences.groups import Group as Group
from aelang.analysis.differences.groups import Same as Same
from aelang.analysis.differences.groups import group_changes as group_changes
from aelang.analysis.differences.kinds import GRADES as GRADES
from aelang.analysis.differences.kinds import KINDS as KINDS
