package acme

import (
	"maps"
	"strings"
)

// The functions below make forms. Lists of names and of words are separated by blanks; most 0 is no limit.

func text(most int) *form { return &form{kind: isText, most: most} }

func nullableText(most int) *form { return &form{kind: isText, most: most, nullable: true} }

func filledText() *form { return &form{kind: isText, least: 1} }

func word(allowed string) *form { return &form{kind: isText, allowed: strings.Fields(allowed)} }

func formatted(format string) *form { return &form{kind: isText, format: format} }

func flag() *form { return &form{kind: isFlag} }

func number(low, high float64) *form { return &form{kind: isNumber, low: low, high: high} }

func integer(low, high float64) *form { return &form{kind: isInteger, low: low, high: high} }

func list(of *form) *form { return &form{kind: isList, items: of} }

func listOfAtLeastOne(of *form) *form { return &form{kind: isList, items: of, least: 1} }

func oneOf(alternatives ...*form) *form { return &form{oneOf: alternatives} }

// each gives several members the same form.
func each(names string, f *form) members {
	m := members{}
	for name := range strings.FieldsSeq(names) {
		m[name] = f
	}
	return m
}

// object has the members of all parts.
func object(required string, parts ...members) *form {
	f := &form{kind: isObject, required: strings.Fields(required), members: members{}}
	for _, part := range parts {
		maps.Copy(f.members, part)
	}
	return f
}

// closedObject is an object without any other members.
func closedObject(required string, parts ...members) *form {
	f := object(required, parts...)
	f.closed = true
	return f
}
