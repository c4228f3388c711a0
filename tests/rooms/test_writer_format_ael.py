"""`fmt` of `.ael`: one style, every comment in its place, groups of lines kept."""

import pytest

from aelang.writer.format_ael import format_ael

UGLY = """\
# the head

class   Order   <  /Shop/Base   "Orders"   # the class
  # said of it
  description An order

  visibility private


  # the guards
  assertion     guard  =  ${/#ok}    # must hold
  attribute  size   :   integer=3


      # why so long
      description 'How many'   # of them
      collect x
  state s = "/A/B"   entry  go(x => 1)
      # before retries
      retries 5
  # the instances
  instance one   size = 1
  instance two

    # its size
    size   =  2    # two
       retries 3
  method  tell (  to :string ,
         # who
         n = 3 )  python   # tells
    code   # here
        def main(evm):

            pass   # nothing
        # the end of it
  # behind all
"""
TIDY = """\
# the head

class Order < /Shop/Base "Orders"  # the class
  # said of it
  description An order

  visibility private

  # the guards
  assertion guard = ${/#ok}  # must hold
  attribute size : integer = 3

    # why so long
    description How many  # of them
    collect x
  state s = /A/B
    entry go(x => 1)
    # before retries
    retries 5

  # the instances
  instance one  size = 1

  instance two

    # its size
    size = 2  retries 3  # two

  # who
  # tells
  method tell(to : string, n = 3) python
    code  # here
      def main(evm):

          pass   # nothing
      # the end of it
# behind all
"""


def test_an_untidy_file_comes_out_in_the_one_style() -> None:
    assert format_ael(UGLY.encode()) == TIDY


def test_a_tidy_file_stays_as_it_is() -> None:
    assert TIDY == format_ael(TIDY.encode())


@pytest.mark.parametrize("size", range(3))
def test_of_several_blank_lines_one_stays(size: int) -> None:
    blank = "\n" * size
    assert f"class K\n  attribute a\n{blank[:1]}  attribute b\n" == format_ael(
        f"class K\n{blank}  attribute a\n{blank}  attribute b\n{blank}".encode()
    )


def test_windows_line_ends_become_ours() -> None:
    assert "class K\n  attribute a\n" == format_ael(b"class K\r\n  attribute a\r\n")


@pytest.mark.parametrize(
    "text", ["", "class", "class K\n\tattribute a\n", "class K\n  attribut a\n", "object_type: class\n"]
)
def test_what_is_no_ael_is_told(text: str) -> None:
    assert not isinstance(format_ael(text.encode()), str)
