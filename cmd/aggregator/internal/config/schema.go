package config

import (
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// field is a key of a section and the struct field that holds it.
type field struct {
	key   string
	index int
}

// fieldsOf lists the keys of a section in the order of its struct. A field tagged `only:"path"` exists at that path
// alone, one tagged `except:"path"` everywhere but there.
func fieldsOf(section reflect.Type, at string) []field {
	var fields []field
	for i := range section.NumField() {
		f := section.Field(i)
		key := f.Tag.Get("yaml")
		if only := f.Tag.Get("only"); key == "" || only != "" && only != at || f.Tag.Get("except") == at && at != "" {
			continue
		}
		fields = append(fields, field{key: key, index: i})
	}
	return fields
}

var leafTypes = []reflect.Type{
	reflect.TypeFor[Secret](), reflect.TypeFor[Size](), reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Time](),
}

// isLeaf reports whether a type is written as a single value rather than as a section, a list or a map.
func isLeaf(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Float64:
		return true
	default:
		return slices.Contains(leafTypes, t)
	}
}

// variables maps every environment variable to the path of the key that it sets. Products are those whose names are
// given. Names that two products share (a-b and a_b) map to nil: they could mean either.
func variables(products []string) map[string][]string {
	table := map[string][]string{}
	var walk func(t reflect.Type, path []string)
	walk = func(t reflect.Type, path []string) {
		switch {
		case t == reflect.TypeFor[Products]():
			for _, name := range products {
				walk(t.Elem(), append(slices.Clone(path), name))
			}
		case isLeaf(t) || t.Kind() == reflect.Slice:
			name := variableName(path)
			if _, taken := table[name]; taken {
				path = nil
			}
			table[name] = path
		default:
			for _, f := range fieldsOf(t, strings.Join(path, ".")) {
				walk(t.Field(f.index).Type, append(slices.Clone(path), f.key))
			}
		}
	}
	walk(reflect.TypeFor[Config](), nil)
	return table
}

const variablePrefix = "AGGREGATOR_"

// variableName is the prefix and the path in upper snake case: sources.careOptions → AGGREGATOR_SOURCES_CARE_OPTIONS.
func variableName(path []string) string {
	steps := make([]string, len(path))
	for i, step := range path {
		steps[i] = upperSnake(step)
	}
	return variablePrefix + strings.Join(steps, "_")
}

// upperSnake splits camel case and turns everything but letters and digits into underscores.
func upperSnake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			b.WriteByte('_')
			continue
		case i > 0 && unicode.IsUpper(r) && startsWord(runes, i):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// startsWord reports whether the capital at i begins a word: after a small letter or digit (careOptions), or as the last
// of a run of capitals (URLName).
func startsWord(name []rune, i int) bool {
	before := name[i-1]
	if unicode.IsLower(before) || unicode.IsDigit(before) {
		return true
	}
	return unicode.IsUpper(before) && i+1 < len(name) && unicode.IsLower(name[i+1])
}
