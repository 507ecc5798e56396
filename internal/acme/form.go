package acme

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// form is what a JSON value must look like: as much of JSON Schema as the published documents use. Forms are spelled
// here by hand and compared with the documents in a test.
type form struct {
	kind      formKind
	nullable  bool
	required  []string
	members   members // those not named are allowed, unless closed
	closed    bool
	items     *form
	least     int     // items of an array, characters of a string
	most      int     // the same; 0: no limit
	low, high float64 // of a number
	pattern   *regexp.Regexp
	format    string   // "uuid" or "date-time"
	allowed   []string // of a string; none: any
	oneOf     []*form  // exactly one of them
}

type members map[string]*form

type formKind int

const (
	anything formKind = iota
	isText
	isFlag
	isNumber
	isInteger
	isList
	isObject
)

// String is the kind in JSON Schema's word.
func (k formKind) String() string { return kindWords[k] }

var kindWords = [...]string{"value", "string", "boolean", "number", "integer", "array", "object"}

// misfit is the first thing wrong with a value. The zero value says that nothing is.
type misfit struct {
	path    string // of the value, "" for the body itself
	words   string
	missing string // the name of the required member that is not there
}

func (m misfit) found() bool { return m.words != "" }

// String is the misfit in a sentence, as Care Options words it.
func (m misfit) String() string {
	name := strings.TrimPrefix(strings.ReplaceAll(m.path, "/", "."), ".")
	switch {
	case m.missing != "" && name != "":
		return name + "." + m.missing + " is required"
	case m.missing != "":
		return m.missing + " is required"
	case name == "":
		return "request body " + m.words
	default:
		return name + " " + m.words
	}
}

// pointed is the misfit as the queued guest visit's validator words it.
func (m misfit) pointed() string { return "/requestBody" + m.path + " - " + m.words }

// read decodes the body when it has the form.
func (f *form) read(body []byte, into any) misfit {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return misfit{words: "must be JSON"}
	}
	if wrong := f.check("", v); wrong.found() {
		return wrong
	}
	if err := json.Unmarshal(body, into); err != nil {
		return misfit{words: "must be an object of the documented shape"}
	}
	return misfit{}
}

// check looks at one value and at what is in it.
func (f *form) check(path string, v any) misfit {
	if len(f.oneOf) > 0 {
		return f.checkOneOf(path, v)
	}
	if v == nil && f.nullable {
		return misfit{}
	}
	switch x := v.(type) {
	case string:
		if f.kind == isText {
			return f.checkText(path, x)
		}
	case bool:
		if f.kind == isFlag {
			return misfit{}
		}
	case float64:
		if f.kind == isNumber || f.kind == isInteger && x == math.Trunc(x) {
			return f.checkNumber(path, x)
		}
	case []any:
		if f.kind == isList {
			return f.checkList(path, x)
		}
	case map[string]any:
		if f.kind == isObject {
			return f.checkObject(path, x)
		}
	}
	if f.kind == anything {
		return misfit{}
	}
	return misfit{path: path, words: "must be " + f.kind.String()}
}

// checkOneOf wants exactly one alternative to fit. When none does, the misfit is that of the first one whose required
// members are all there, which is the one that the caller meant.
func (f *form) checkOneOf(path string, v any) misfit {
	fits, wrong := 0, misfit{path: path, words: "must match exactly one schema in oneOf"}
	meant := wrong
	for _, one := range f.oneOf {
		switch m := one.check(path, v); {
		case !m.found():
			fits++
		case m.missing == "" && meant == wrong:
			meant = m
		}
	}
	switch fits {
	case 0:
		return meant
	case 1:
		return misfit{}
	default:
		return wrong
	}
}

func (f *form) checkText(path, s string) misfit {
	n := utf8.RuneCountInString(s)
	switch {
	case n < f.least:
		return misfit{path: path, words: fmt.Sprintf("must NOT have fewer than %d characters", f.least)}
	case f.most > 0 && n > f.most:
		return misfit{path: path, words: fmt.Sprintf("must NOT have more than %d characters", f.most)}
	case f.pattern != nil && !f.pattern.MatchString(s):
		return misfit{path: path, words: fmt.Sprintf("must match pattern %q", f.pattern)}
	case len(f.allowed) > 0 && !slices.Contains(f.allowed, s):
		return misfit{path: path, words: "must be equal to one of the allowed values"}
	case !hasFormat(f.format, s):
		return misfit{path: path, words: fmt.Sprintf("must match format %q", f.format)}
	}
	return misfit{}
}

func hasFormat(format, s string) bool {
	switch format {
	case "uuid":
		return isUUID(s)
	case "date-time":
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	default:
		return true
	}
}

func (f *form) checkNumber(path string, x float64) misfit {
	if f.low != f.high && (x < f.low || x > f.high) {
		return misfit{path: path, words: fmt.Sprintf("must be within %v and %v", f.low, f.high)}
	}
	return misfit{}
}

func (f *form) checkList(path string, list []any) misfit {
	switch {
	case len(list) < f.least:
		return misfit{path: path, words: fmt.Sprintf("must NOT have fewer than %d items", f.least)}
	case f.most > 0 && len(list) > f.most:
		return misfit{path: path, words: fmt.Sprintf("must NOT have more than %d items", f.most)}
	}
	for i, v := range list {
		if wrong := f.items.check(fmt.Sprintf("%s/%d", path, i), v); wrong.found() {
			return wrong
		}
	}
	return misfit{}
}

func (f *form) checkObject(path string, v map[string]any) misfit {
	for _, name := range f.required {
		if _, ok := v[name]; !ok {
			return misfit{path: path, missing: name, words: fmt.Sprintf("must have required property '%s'", name)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		m := f.members[name]
		switch {
		case m != nil:
			if wrong := m.check(path+"/"+name, v[name]); wrong.found() {
				return wrong
			}
		case f.closed:
			return misfit{path: path, words: "must NOT have additional properties: " + name}
		}
	}
	return misfit{}
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return true
}
