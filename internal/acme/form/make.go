package form

import (
	"maps"
	"regexp"
	"strings"
)

// The functions of this file make forms. Names and words come in one text, separated by blanks.

// Text has at most so many characters; 0: any number.
func Text(most int) *Form { return &Form{Kind: IsText, Most: most} }

// NullableText is a text or null.
func NullableText(most int) *Form { return &Form{Kind: IsText, Most: most, Nullable: true} }

// FilledText is not empty.
func FilledText() *Form { return &Form{Kind: IsText, Least: 1} }

// Word is one of those allowed.
func Word(allowed string) *Form { return &Form{Kind: IsText, Allowed: strings.Fields(allowed)} }

// Formatted is a text that is a "uuid" or a "date-time".
func Formatted(format string) *Form { return &Form{Kind: IsText, Format: format} }

// Flag is a boolean.
func Flag() *Form { return &Form{Kind: isFlag} }

// Number lies within the two; equal ones are no limit.
func Number(low, high float64) *Form { return &Form{Kind: isNumber, Low: low, High: high} }

// Matching is a text of the pattern.
func Matching(pattern string) *Form {
	return &Form{Kind: IsText, Pattern: regexp.MustCompile(pattern)}
}

// Integer lies within the two.
func Integer(low, high float64) *Form { return &Form{Kind: isInteger, Low: low, High: high} }

// List has any number of items.
func List(items *Form) *Form { return &Form{Kind: IsList, Items: items} }

// FilledList has an item.
func FilledList(items *Form) *Form { return &Form{Kind: IsList, Items: items, Least: 1} }

// OneOf fits exactly one of the alternatives.
func OneOf(alternatives ...*Form) *Form { return &Form{OneOf: alternatives} }

// Map is an object whose members have names of their own.
func Map(values *Form) *Form { return &Form{Kind: isObject, Others: values} }

// Each gives several members the same form.
func Each(names string, f *Form) Members {
	m := Members{}
	for name := range strings.FieldsSeq(names) {
		m[name] = f
	}
	return m
}

// Object has the members of all parts.
func Object(required string, parts ...Members) *Form {
	f := &Form{Kind: isObject, Required: strings.Fields(required), Members: Members{}}
	for _, part := range parts {
		maps.Copy(f.Members, part)
	}
	return f
}

// ClosedObject is an object without any other members.
func ClosedObject(required string, parts ...Members) *Form {
	f := Object(required, parts...)
	f.Closed = true
	return f
}
