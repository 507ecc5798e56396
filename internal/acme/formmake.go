package acme

import (
	"maps"
	"strings"
)

// The constructors below make forms; required and allowed are lists separated by blanks.

func text(most int) *form { return &form{kind: isText, most: most} }

func nullableText(most int) *form { return &form{kind: isText, most: most, nullable: true} }

func word(allowed string) *form { return &form{kind: isText, allowed: strings.Fields(allowed)} }

func formatted(format string) *form { return &form{kind: isText, format: format} }

func flag() *form { return &form{kind: isFlag} }

func number(low, high float64) *form { return &form{kind: isNumber, low: low, high: high} }

func integer(low, high float64) *form { return &form{kind: isInteger, low: low, high: high} }

func list(of *form) *form { return &form{kind: isList, items: of} }

func listOfAtLeastOne(of *form) *form { return &form{kind: isList, items: of, least: 1} }

func object(required string, m members) *form {
	return &form{kind: isObject, required: strings.Fields(required), members: m}
}

func closedObject(required string, m members) *form {
	f := object(required, m)
	f.closed = true
	return f
}

// and is m with more members.
func (m members) and(more members) members {
	out := maps.Clone(m)
	maps.Copy(out, more)
	return out
}
