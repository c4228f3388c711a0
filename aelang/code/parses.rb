# Whether texts are Ruby. On standard input comes one text after the other, each behind a line with its length in bytes;
# for each the answer is a line with the length of Ruby's complaint, 0 where there is none, and the complaint.
#
# A text is compiled and thrown away: nothing of it is run, BEGIN blocks neither. It stands behind an empty line, as it
# stands behind other lines where it is run, so that a comment in its first line cannot change its encoding.

{ AS: 512 * 1024 * 1024, CPU: 300, CORE: 0 }.each do |what, wanted|
  Process.setrlimit(what, [wanted, Process.getrlimit(what).last].min)
end
STDIN.binmode
STDOUT.binmode
STDOUT.sync = true

def complaint(text)
  RubyVM::InstructionSequence.compile("\n#{text}", 'method', 'method', 0)
  ''
rescue NoMemoryError
  'out of memory'
rescue SystemStackError
  'method:1: it is nested too deeply'
rescue ScriptError, StandardError => e
  e.message.b[0, 4000]
end

while (length = STDIN.gets)
  said = complaint(STDIN.read(length.to_i).force_encoding('UTF-8'))
  STDOUT.write("#{said.bytesize}\n#{said}")
end
