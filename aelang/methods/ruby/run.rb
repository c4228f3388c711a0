# Running a Ruby method: the embedded ones before it, and how it ends is an exit code.

MIQ_OK    = 0
MIQ_WARN  = 4
MIQ_ERROR = 8
MIQ_STOP  = 8
MIQ_ABORT = 16

class AutomateMethodException < StandardError; end

module AeLang
  LONGEST = 4000
  HERE = File.dirname(File.expand_path(__FILE__))

  def self.run_method(socket)
    conversation = Conversation.new(socket)
    job = conversation.receive
    $evm = MiqAeMethodService::MiqAeService.new(conversation)
    Object.const_set(:MIQ_ARGS, $evm.inputs)
    code, message = ending(job['code'])
    [STDOUT, STDERR].each { |each| each.flush unless each.closed? }
    conversation.ask('end', message[0, LONGEST])
    code
  end

  def self.ending(pieces)
    begin
      pieces.each { |path, text, line| eval(text, TOPLEVEL_BINDING, path, line) }
      run_at_exit
      [MIQ_OK, '']
    rescue SystemExit => e
      [e.status & 0xFF, '']
    end
  rescue Exception => e # whatever a method raises is its failure, syntax errors and interrupts too
    [1, tell(e)]
  end

  # Handlers that the method has registered run before the conversation ends.
  def self.run_at_exit
    @handlers.pop.call until @handlers.empty?
  end

  @handlers = []
  singleton_class.attr_reader :handlers

  def self.tell(fault)
    lines = (fault.backtrace || []).reject { |each| each.start_with?(HERE) }
    text = "#{fault.class}: #{fault.message}".scrub
    $evm.log('error', 'The following error occurred during method evaluation:')
    text.lines.first(50).each { |each| $evm.log('error', "  #{each.chomp[0, LONGEST]}") }
    lines.first(100).each { |each| $evm.log('error', "  #{each}") }
    place = lines.first ? " (#{lines.first})" : ''
    text.lines.first.to_s.chomp[0, LONGEST] + place
  end
end

module Kernel
  def at_exit(&block)
    AeLang.handlers << block
    block
  end
  module_function :at_exit
end
