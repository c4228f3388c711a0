# The method's end of the conversation: one question, one answer; each a length and JSON (docs/methods.md).

require 'json'
require 'time'

module AeLang
  # What a run refuses has a class named for the reason, below MiqAeException::Error.
  module Refusals
    def self.class_for(kind)
      return ArgumentError if kind == 'ArgumentError'
      return NoMethodError if kind == 'NoMethodError'
      return RuntimeError if kind == 'RuntimeError'
      return MiqAeException.const_get(kind) if MiqAeException.const_defined?(kind, false)

      MiqAeException.const_set(kind, Class.new(MiqAeException::Error))
    end
  end

  class Conversation
    def initialize(socket)
      @socket = socket
      @lock = Monitor.new
    end

    def ask(what, *arguments)
      answer = @lock.synchronize do
        send('do' => what, 'with' => arguments)
        receive
      end
      failed = answer['failed']
      raise Refusals.class_for(failed['kind']), failed['message'] if failed

      answer['ok']
    end

    def send(message)
      data = JSON.generate(message, max_nesting: 1000)
      @socket.write([data.bytesize].pack('N') + data)
    end

    def receive
      length = read(4).unpack1('N')
      JSON.parse(read(length), max_nesting: 1000)
    end

    private

    def read(length)
      data = @socket.read(length)
      raise EOFError, 'the run is over' if data.nil? || data.bytesize < length

      data.force_encoding(Encoding::UTF_8)
    end
  end

  # Values as they are sent: JSON's own, and objects of one key, the tag, for what JSON lacks.
  module Wire
    FLOATS = { 'nan' => Float::NAN, 'inf' => Float::INFINITY, '-inf' => -Float::INFINITY }.freeze

    def self.encode(value)
      case value
      when nil, true, false, Integer then value
      when String then text(value)
      when Symbol then { 's' => text(value.to_s) }
      when Float then float(value)
      when Array, Set then value.map { |each| encode(each) }
      when Hash then { 'h' => value.map { |key, each| [encode(key), encode(each)] } }
      when Time then { 't' => value.iso8601(6) }
      when Date then text(value.to_s)
      else handle(value)
      end
    end

    def self.float(value)
      return value if value.finite?

      { 'f' => value.nan? ? 'nan' : (value.positive? ? 'inf' : '-inf') }
    end

    def self.text(value)
      value.dup.force_encoding(value.encoding == Encoding::BINARY ? Encoding::UTF_8 : value.encoding)
           .encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end

    def self.handle(value)
      return value.evm_wire if value.respond_to?(:evm_wire)

      raise TypeError, "$evm cannot keep a #{value.class}: use text, symbols, numbers, true and false, nil, lists, hashes"
    end

    # The value of `wire`; the block builds what only $evm knows: p, m and o.
    def self.decode(wire, &make)
      case wire
      when Array then wire.map { |each| decode(each, &make) }
      when Hash then tagged(*wire.first, &make)
      else wire
      end
    end

    def self.tagged(tag, inner, &make)
      case tag
      when 's' then inner.to_sym
      when 'h' then inner.to_h { |key, each| [decode(key, &make), decode(each, &make)] }
      when 'f' then FLOATS.fetch(inner)
      when 't' then Time.iso8601(inner).utc
      else make.call(tag, inner)
      end
    end
  end
end

module MiqAeException
  class Error < StandardError; end
end
