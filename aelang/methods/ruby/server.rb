# The warm Ruby: a process that stands ready, and forks one child for each call of a Ruby method. What a method does to
# globals, constants and classes dies with the child.
#
# It is started with a socket as file 3 and its settings as one argument, and ends when the socket does. On the socket
# it takes `run` (with four files: conversation, stdout, stderr, status) and `kill`; what became of a child it writes to
# the child's status file, once nothing is left of it.

require 'socket'
require 'json'
require 'monitor'
require 'fileutils'
require 'stringio'
begin
  require 'active_support/all'
rescue LoadError
  require_relative 'core'
end
require_relative 'wire'
require_relative 'evm'
require_relative 'sandbox'
require_relative 'run'

class AeLang::Server
  CONTROL = 3
  FIRST_USER = 61_184 # the range that systemd keeps for such users
  USERS = 4336
  Child = Struct.new(:process, :status, :scratch)
  Spare = Struct.new(:process, :order, :scratch)

  def initialize(settings)
    @settings = settings
    @control = Socket.for_fd(CONTROL)
    @children = {}
    @base = settings['base']
    @count = 0
    @empty = []
    @filter = [settings['users_filter']].pack('H*')
    @root = Process.euid.zero? && settings['user']
    @keep_files = !open_to_all?(settings['needs'])
    @fence = AeLang::Fence.new(settings['landlock'], settings['readable'])
    Dir.mkdir(@base, 0o711)
  end

  def serve
    @waking, @woken = IO.pipe
    @spare = fork_child
    trap('CHLD') { @woken.write_nonblock('.', exception: false) }
    loop do
      ready, = IO.select([@control, @waking])
      if ready.include?(@waking)
        @waking.read_nonblock(4096, exception: false)
        reap
      end
      break if ready.include?(@control) && !take_order
    end
    finish
  end

  private

  def take_order
    data, _, _, *controls = @control.recvmsg(65_536, 0, 4096, scm_rights: true)
    return false if data.nil? || data.empty?

    order = JSON.parse(data)
    if order.key?('kill')
      child = @children[order['kill']]
      kill_group(child.process) if child
    else
      run(order['run'], controls.flat_map { |each| each.unix_rights || [] })
    end
    true
  end

  def run(number, files)
    spare = @spare || fork_child
    begin
      hand_over(spare, files)
    rescue SystemCallError # it was killed while it waited
      spare = fork_child
      hand_over(spare, files)
    end
    spare.order.close
    files.first(3).each(&:close)
    @children[number] = Child.new(spare.process, files[3], spare.scratch)
    @spare = fork_child
  end

  def hand_over(spare, files)
    files.first(3).each { |each| spare.order.send_io(each) }
  end

  # A child that waits for its call: what can be done before is done while nobody waits for it.
  def fork_child
    @count += 1
    scratch = empty_folder
    user = @root ? FIRST_USER + ((Process.pid * 37) + @count) % USERS : nil
    File.chown(user, user, scratch) if user && !@keep_files
    ours, theirs = UNIXSocket.pair
    process = fork { be_child(theirs, ours, scratch, user) }
    theirs.close
    Spare.new(process, ours, scratch)
  end

  # One that a call before has left empty, since to make one costs a third of a fork.
  def empty_folder
    scratch = @empty.pop
    return scratch if scratch

    File.join(@base, @count.to_s).tap { |made| Dir.mkdir(made, 0o700) }
  end

  def be_child(order, other_end, scratch, user)
    code = 1
    begin
      trap('CHLD', 'DEFAULT')
      Process.setsid
      [other_end, @control, @waking, @woken, *@children.values.map(&:status)].each(&:close)
      confine(scratch, user)
      code = AeLang.run_method(take_files(order))
    rescue Exception => e # the engine hears of it as a line of the method's output, and by the exit code
      warn "#{e.class}: #{e.message}", *e.backtrace.first(5)
    ensure
      Process.exit!(code)
    end
  end

  # Waits for the files of the call, and gives the conversation.
  def take_files(order)
    conversation = order.recv_io(UNIXSocket)
    out, err = Array.new(2) { order.recv_io }
    order.close
    STDIN.reopen(File::NULL)
    STDOUT.reopen(out)
    STDERR.reopen(err)
    STDOUT.sync = STDERR.sync = true
    [out, err].each(&:close)
    conversation
  rescue EOFError, SocketError
    Process.exit!(0) # the server ends
  end

  def confine(scratch, user)
    Dir.chdir(scratch)
    File.umask(0o077)
    ENV.update('HOME' => scratch, 'TMPDIR' => scratch, 'PWD' => scratch)
    limits = @settings['limits'].dup
    limits['processes'] += AeLang::Sandbox.processes_of_user unless user
    AeLang::Sandbox.become(user, keep_files: @keep_files, filter: @filter) if user
    AeLang::Sandbox.limit(limits)
    AeLang::Sandbox.die_with_parent
    @fence.close_in(scratch)
  end

  def reap
    loop do
      process, status = Process.waitpid2(-1, Process::WNOHANG)
      break if process.nil?

      kill_group(process)
      @spare = nil if @spare&.process == process
      number, child = @children.find { |_, each| each.process == process }
      next if child.nil?

      @children.delete(number)
      tell(child, status)
    end
  rescue Errno::ECHILD
    nil
  end

  def tell(child, status)
    end_orphans if @children.empty?
    tidy(child.scratch)
    child.status.write([status.to_i].pack('V'))
    child.status.close
  rescue SystemCallError
    nil # nobody waits for it any more
  end

  def tidy(scratch)
    File.chmod(0o700, scratch) # the method may have shut it
    Dir.empty?(scratch) ? @empty << scratch : FileUtils.rm_rf(scratch)
  rescue SystemCallError
    FileUtils.rm_rf(scratch)
  end

  # Kills what the children of children have left behind; called while no call is running.
  def end_orphans
    1000.times do
      orphans = File.read("/proc/self/task/#{Process.pid}/children").split.map(&:to_i) - [@spare&.process]
      break if orphans.empty?

      orphans.each { |each| kill(each) }
      orphans.each { |each| Process.waitpid(each) }
    end
  rescue SystemCallError
    nil # no child is left
  end

  def finish
    @children.each_value { |child| kill_group(child.process) }
    @children.clear
    @spare = nil
    end_orphans
    FileUtils.rm_rf(@base)
  end

  def kill(process)
    Process.kill('KILL', process)
  rescue SystemCallError
    nil
  end

  def kill_group(process) = kill(-process)

  def open_to_all?(paths)
    paths.all? do |path|
      path.split('/').reject(&:empty?).inject(['']) { |made, each| made << "#{made.last}/#{each}" }.drop(1)
          .all? { |each| File.exist?(each) && (File.stat(each).mode & 0o001) == 1 }
    end
  end
end

if $PROGRAM_NAME == __FILE__
  settings = JSON.parse(ARGV.shift)
  Dir.chdir('/')
  GC.start
  GC.compact if GC.respond_to?(:compact) && RUBY_VERSION >= '3.2'
  AeLang::Server.new(settings).serve
end
