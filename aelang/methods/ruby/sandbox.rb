# What the process of a method may not do, as far as it is set for each child; the rest holds since the launcher.

module AeLang
  module Sandbox
    def self.kernel
      @kernel ||= begin
        require 'fiddle'
        handle = Fiddle::Handle::DEFAULT
        long, int, pointer = Fiddle::TYPE_LONG, Fiddle::TYPE_INT, Fiddle::TYPE_VOIDP
        {
          prctl: Fiddle::Function.new(handle['prctl'], [int, long, long, long, long], int),
          capset: Fiddle::Function.new(handle['capset'], [pointer, pointer], int),
          create: Fiddle::Function.new(handle['syscall'], [long, pointer, long, long], long),
          restrict: Fiddle::Function.new(handle['syscall'], [long, long, long], long),
          rule: Fiddle::Function.new(handle['syscall'], [long, long, long, pointer, long], long)
        }
      rescue LoadError
        {}
      end
    end

    def self.limit(limits)
      { AS: 'memory', FSIZE: 'file', NPROC: 'processes', NOFILE: 'files' }.each do |name, key|
        _, hard = Process.getrlimit(name)
        value = [limits[key], hard].min
        Process.setrlimit(name, value, value)
      end
      Process.setrlimit(:CORE, 0, 0)
      _, hard = Process.getrlimit(:CPU)
      seconds = [limits['cpu'], hard].min
      Process.setrlimit(:CPU, seconds, [seconds + 1, hard].min)
    end

    # A filter of system calls, as the launcher made it.
    def self.install_filter(code)
      return if code.empty? || kernel.empty?

      held = Fiddle::Pointer[code]
      header = Fiddle::Pointer[[code.bytesize / 8, held.to_i].pack('Sx6Q')]
      kernel[:prctl].call(22, 2, header.to_i, 0, 0)
    end

    def self.become(user, keep_files:, filter: '')
      Process.groups = []
      if keep_files
        Process::Sys.setresuid(user, 0, 0)
        kernel[:capset]&.call([0x20080522, 0].pack('L2'), [0, 0, 0, 0, 0, 0].pack('L6'))
        install_filter(filter) # else it could make root the real user again
      else
        Process::Sys.setresgid(user, user, user)
        Process::Sys.setresuid(user, user, user)
      end
    end

    def self.die_with_parent
      kernel[:prctl]&.call(1, 9, 0, 0, 0)
    end

    def self.processes_of_user
      Dir.children('/proc').grep(/\A\d+\z/).sum do |each|
        File.stat("/proc/#{each}").uid == Process.uid ? Dir.children("/proc/#{each}/task").length : 0
      rescue SystemCallError
        0
      end
    end
  end

  # What may be reached in the file system, by Landlock: see the fence of Python methods.
  class Fence
    READ = 0x1 | 0x4 | 0x8
    WRITE = 0x2 | 0x10 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x1000
    TRUNCATE = 0x4000
    OF_FILES = 0x1 | 0x2 | 0x4 | TRUNCATE | 0x8000
    PATH = 0o10000000 # O_PATH

    def initialize(version, readable)
      @version = Sandbox.kernel.empty? ? 0 : version
      return if @version.zero?

      @readable = readable.filter_map { |path| open(path) }
      @writable = %w[/dev/null /dev/full /dev/shm /dev/tty].filter_map { |path| open(path) }
    end

    def close_in(scratch)
      return if @version.zero?

      handled = READ | WRITE | (@version > 1 ? 0x2000 : 0) | (@version > 2 ? TRUNCATE : 0)
      attributes = [handled, 0, 3].pack('Q3').byteslice(0, @version > 5 ? 24 : 8)
      rules = Sandbox.kernel[:create].call(444, attributes, attributes.bytesize, 0)
      return if rules.negative?

      @readable.each { |each| allow(rules, each, handled & READ) }
      @writable.each { |each| allow(rules, each, handled & (READ | WRITE | TRUNCATE)) }
      allow(rules, open(scratch), handled)
      Sandbox.kernel[:restrict].call(446, rules, 0)
      [*@readable, *@writable].each(&:close)
      IO.for_fd(rules).close
    end

    private

    def open(path)
      File.open(path, PATH)
    rescue SystemCallError
      nil
    end

    def allow(rules, folder, access)
      [access, access & OF_FILES].each do |rights|
        done = Sandbox.kernel[:rule].call(445, rules, 1, [rights, folder.fileno].pack('Ql'), 0)
        return if done.zero?
      end
    end
  end
end
