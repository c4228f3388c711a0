# `$evm`: what a Ruby method sees of its run (docs/methods.md). `evm` in Python has the same members.

module MiqAeMethodService
  # An object of the run. Its attributes are read and set with [] and []=; names ignore case.
  class MiqAeServiceObject
    def initialize(evm, number)
      @evm = evm
      @number = number
    end

    def [](name)
      @evm.value(look['attributes'][name.to_s.downcase])
    end

    def []=(name, value)
      @evm.set(@number, name.to_s, value)
    end

    def attributes
      look['attributes'].transform_values { |each| @evm.value(each) }
    end

    def key?(name)
      look['attributes'].key?(name.to_s.downcase)
    end

    def name = look['name']
    def namespace = look['namespace']
    def class_name = look['class']
    def instance_name = look['instance']
    def current_field_name = look['field']
    def current_field_type = look['kind']
    def current_message = look['message']
    def parent = @evm.value(look['parent'])

    # A single child stands for itself.
    def children(name = nil)
      found = @evm.ask('children', evm_wire, name&.to_s)
      found.length == 1 ? found.first : found
    end

    def decrypt(name) = @evm.ask('decrypt', evm_wire, name.to_s)
    def encrypted?(name) = @evm.ask('encrypted', evm_wire, name.to_s)

    def evm_wire = { 'o' => @number }
    def ==(other) = other.is_a?(MiqAeServiceObject) && other.evm_wire == evm_wire
    alias eql? ==
    def hash = @number.hash
    def to_s = name
    def inspect = "#<#{self.class.name} name: #{name.inspect}>"

    private

    def look = @evm.look(@number)
  end

  # A record: what its model declares can be read, called and, where it allows that, set.
  class MiqAeServiceModelBase
    attr_reader :id

    def initialize(evm, number, class_name, id)
      @evm = evm
      @number = number
      @class_name = class_name
      @id = id
    end

    attr_reader :class_name

    def method_missing(name, *arguments)
      return super if name.start_with?('to_') && !@evm.member(self, name)

      @evm.call(self, name, arguments)
    end

    def respond_to_missing?(name, include_private = false)
      !name.start_with?('to_') && @evm.member(self, name)
    end

    def evm_wire = { 'm' => [@number, @class_name, @id] }
    def ==(other) = other.is_a?(MiqAeServiceModelBase) && [other.class_name, other.id] == [@class_name, @id]
    alias eql? ==
    def hash = [@class_name, @id].hash
    def inspect = "#<#{@class_name} #{@id}>"

    # A class of its own for each model, so that `vm.class.name` tells it.
    def self.for_model(class_name)
      plain = class_name.gsub(/\W/, '_')
      return MiqAeMethodService.const_get(plain) if MiqAeMethodService.const_defined?(plain, false)

      MiqAeMethodService.const_set(plain, Class.new(self))
    end
  end

  # A service model as a whole: finds its records.
  class Model
    attr_reader :name

    def initialize(evm, name)
      @evm = evm
      @name = name
    end

    def find(id) = @evm.ask('record', @name, AeLang::Wire.encode(id))
    def where(conditions = {}) = @evm.ask('where', @name, AeLang::Wire.encode(conditions))
    def find_by(conditions = {}) = where(conditions).first
    def all = where
    def first = where.first
    def count = where.length
    alias find_by_id find
    alias lookup_by_id find

    def method_missing(name, *arguments)
      found = /\A(?:find|lookup)_by_(\w+)\z/.match(name)
      return super unless found && arguments.length == 1

      find_by(found[1] => arguments.first)
    end

    def respond_to_missing?(name, include_private = false)
      name.match?(/\A(?:find|lookup)_by_\w+\z/) || super
    end

    def inspect = "#<Model #{@name}>"
  end

  # The handle. Objects are asked for once and remembered until the run may have changed them.
  class MiqAeService
    def initialize(conversation)
      @conversation = conversation
      @looks = {}
      @begin = value(conversation.ask('begin'))
    end

    # -- the run and its objects

    def root = @begin['root']
    def current = @begin['object']
    alias current_object current
    def parent = @begin['parent']
    def inputs = @begin['inputs'].dup
    def object(path = nil) = path.nil? ? current : ask('find', path.to_s)
    def objects(list = nil) = list || ask('objects')
    def instantiate(uri) = ask_for_change('instantiate', uri.to_s)
    def log(level, message) = ask('log', level.to_s, AeLang::Wire.text(message.to_s))
    def decrypt(value) = value.is_a?(MiqAePassword) ? value.decrypt : value
    def current_namespace = @begin['namespace']
    def current_class = @begin['class']
    def current_instance = @begin['instance']
    def current_message = @begin['message']
    def current_method = @begin['method']
    def field_timeout = ask('field_timeout')

    # -- variables

    def set_state_var(name, value) = ask('set_variable', encode(name), encode(value))
    def get_state_var(name) = get_state_vars[name.to_s]
    def state_var_exist?(name) = get_state_vars.key?(name.to_s)
    def delete_state_var(name) = ask('delete_variable', encode(name))
    def get_state_vars = ask('get_variables')
    def ansible_stats_vars = ask('ansible_stats')
    def set_service_var(name, value) = ask('set_service_variable', name.to_s, encode(value))
    def get_service_var(name) = ask('service_variables')[name.to_s]
    def service_var_exists?(name) = ask('service_variables').key?(name.to_s)
    def delete_service_var(name) = ask('delete_service_variable', name.to_s)

    # -- service models

    def vmdb(name, id = nil)
      model = Model.new(self, ask('model', name.to_s))
      id.nil? ? model : model.find(id)
    end

    def execute(command, *arguments) = ask_for_change('execute', command.to_s, encode(arguments))

    def create_notification(values = {})
      create_notification!(values)
    rescue StandardError
      nil
    end

    def create_notification!(values = {}) = execute('create_notification', values)
    def enable_rbac = ask('rbac', true)
    def disable_rbac = ask('rbac', false)
    def rbac_enabled? = ask('rbac', nil)

    # -- instances of the datastore, queries

    def instance_get(path) = ask('instance_get', path)
    def instance_find(path, options = {}) = ask('instance_find', path, options[:path] ? true : false)
    def instance_exists?(path) = !instance_get(path).nil?
    def instance_create(path, values = {}) = ask('instance_create', path, encode(values))
    def instance_update(path, values) = ask('instance_update', path, encode(values))
    def instance_delete(path) = ask('instance_delete', path)
    def instance_get_display_name(path) = ask('instance_get_display_name', path)
    def instance_set_display_name(path, name) = ask('instance_set_display_name', path, name)
    def hash_to_query(values) = ask('to_query', encode(values))
    def query_to_hash(query) = ask('from_query', query)
    def walk = ask('walk')

    def inspect = "#<#{self.class.name} #{current_method}>"

    # -- the conversation; for the classes above

    def ask(what, *arguments) = value(@conversation.ask(what, *arguments))

    def ask_for_change(what, *arguments)
      ask(what, *arguments)
    ensure
      @looks.clear
    end

    def call(model, name, arguments) = ask_for_change('call', model.evm_wire, name.to_s, encode(arguments))
    def member(model, name) = !ask('member_kind', model.evm_wire, name.to_s.delete_suffix('=')).nil?

    def look(number)
      @looks[number] ||= begin
        found = @conversation.ask('look', { 'o' => number })['h'].to_h
        found['attributes'] = found['attributes']['h'].to_h
        found
      end
    end

    def set(number, name, value)
      wire = encode(value)
      @conversation.ask('set', { 'o' => number }, name, wire)
      known = @looks[number]
      known['attributes'][name.downcase] = wire if known
    end

    def value(wire)
      return wire unless wire.is_a?(Array) || wire.is_a?(Hash)

      AeLang::Wire.decode(wire) { |tag, inner| make(tag, inner) }
    end

    private

    def encode(value) = AeLang::Wire.encode(value)

    def make(tag, inner)
      case tag
      when 'o' then MiqAeServiceObject.new(self, inner)
      when 'm' then MiqAeServiceModelBase.for_model(inner[1]).new(self, *inner)
      when 'p' then MiqAePassword.new(@conversation, inner)
      else raise ArgumentError, "no value is written with the tag #{tag.inspect}"
      end
    end
  end
end

# A password input: shown as ********; `decrypt` gives its text.
class MiqAePassword
  def initialize(conversation, number)
    @conversation = conversation
    @number = number
  end

  def decrypt = @conversation.ask('decrypt_value', evm_wire)
  def self.decrypt_if_password(value) = value.is_a?(MiqAePassword) ? value.decrypt : value
  def evm_wire = { 'p' => @number }
  def to_s = '********'
  alias inspect to_s
end
