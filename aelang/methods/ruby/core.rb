# What methods written for ManageIQ take for granted beside Ruby itself, where ActiveSupport is not installed.

require 'date'
require 'set'

class Object
  def blank? = respond_to?(:empty?) ? !!empty? : !self
  def present? = !blank?
  def presence = blank? ? nil : self
  def in?(list) = list.include?(self)

  def try(name = nil, *arguments, &block)
    return block ? instance_eval(&block) : self if name.nil?

    respond_to?(name) ? public_send(name, *arguments, &block) : nil
  end
end

class NilClass
  def try(*) = nil
end

class String
  def blank? = match?(/\A[[:space:]]*\z/)
  def squish = gsub(/[[:space:]]+/, ' ').strip
  def camelize = split('_').map { |each| each[0].to_s.upcase + each[1..].to_s }.join
  def underscore = gsub(/([A-Z\d]+)([A-Z][a-z])/, '\1_\2').gsub(/([a-z\d])([A-Z])/, '\1_\2').tr('-', '_').downcase
  def starts_with?(*texts) = start_with?(*texts)
  def ends_with?(*texts) = end_with?(*texts)
end

class Array
  def extract_options! = last.is_a?(Hash) ? pop : {}
  def second = self[1]
  def third = self[2]
  def self.wrap(value) = value.nil? ? [] : (value.is_a?(Array) ? value : [value])
end

class Hash
  def symbolize_keys = transform_keys { |key| key.respond_to?(:to_sym) ? key.to_sym : key }
  def stringify_keys = transform_keys(&:to_s)
  def deep_symbolize_keys = to_h { |key, each| [key.respond_to?(:to_sym) ? key.to_sym : key, each.is_a?(Hash) ? each.deep_symbolize_keys : each] }
  def reverse_merge(other) = other.merge(self)
end

class Integer
  {
    second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, fortnight: 1_209_600,
    byte: 1, kilobyte: 1 << 10, megabyte: 1 << 20, gigabyte: 1 << 30, terabyte: 1 << 40
  }.each do |name, factor|
    define_method(name) { self * factor }
    alias_method "#{name}s", name
  end

  def ago = Time.now.utc - self
  def from_now = Time.now.utc + self
end

module Enumerable
  def pluck(key) = map { |each| each[key] }
  def exclude?(value) = !include?(value)
end
