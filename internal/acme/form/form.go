// Package form says what a JSON body must look like and finds the first thing wrong with one: as much of JSON Schema as
// the published documents of DexCare use, in the words of their validators. A [Form] is data, made by the functions of
// this package; [Form.Read] checks a body and decodes it, or gives a [Mismatch].
package form

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

// Form is what a JSON value must look like: as much of JSON Schema as the published documents use. Forms are
// compared with the published documents in a test.
type Form struct {
	Kind      Kind
	Nullable  bool
	Required  []string
	Members   Members // those not named are allowed, unless closed
	Closed    bool
	Others    *Form // of the members that are not named; nil: any
	Items     *Form
	Least     int     // items of an array, characters of a string
	Most      int     // the same; 0: no limit
	Low, High float64 // of a number
	Pattern   *regexp.Regexp
	Format    string   // "uuid" or "date-time"
	Allowed   []string // of a string; none: any
	OneOf     []*Form  // exactly one of them
}

// Members are an object's forms by name.
type Members map[string]*Form

// Kind is the type of a JSON value.
type Kind int

// The kinds; those without a name outside are made by functions.
const (
	anything Kind = iota
	IsText
	isFlag
	isNumber
	isInteger
	IsList
	isObject
)

// String is the kind in JSON Schema's word.
func (k Kind) String() string { return kindWords[k] }

var kindWords = [...]string{"value", "string", "boolean", "number", "integer", "array", "object"}

// Mismatch is the first thing wrong with a value.
type Mismatch struct {
	path    string // of the value, "" for the body itself
	words   string
	Missing string // the name of the required member that is not there
}

func mismatch(path, format string, args ...any) *Mismatch {
	return &Mismatch{path: path, words: fmt.Sprintf(format, args...)}
}

// Error is the mismatch in a sentence, as Care Options words it.
func (m *Mismatch) Error() string {
	name := strings.TrimPrefix(strings.ReplaceAll(m.path, "/", "."), ".")
	switch {
	case m.Missing != "" && name != "":
		return name + "." + m.Missing + " is required"
	case m.Missing != "":
		return m.Missing + " is required"
	case name == "":
		return "request body " + m.words
	default:
		return name + " " + m.words
	}
}

// AtPath is the mismatch as the queued guest visit's validator words it.
func (m *Mismatch) AtPath() string { return "/requestBody" + m.path + " - " + m.words }

// Read decodes the body when it has the form; nil: it has.
func (f *Form) Read(body []byte, into any) *Mismatch {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return mismatch("", "must be JSON")
	}
	if wrong := f.check("", v); wrong != nil {
		return wrong
	}
	if err := json.Unmarshal(body, into); err != nil {
		return mismatch("", "must be an object of the documented shape")
	}
	return nil
}

func (f *Form) check(path string, v any) *Mismatch {
	if len(f.OneOf) > 0 {
		return f.checkOneOf(path, v)
	}
	if v == nil && f.Nullable {
		return nil
	}
	switch x := v.(type) {
	case string:
		if f.Kind == IsText {
			return f.checkText(path, x)
		}
	case bool:
		if f.Kind == isFlag {
			return nil
		}
	case float64:
		if f.Kind == isNumber || f.Kind == isInteger && x == math.Trunc(x) {
			if f.Low != f.High && (x < f.Low || x > f.High) {
				return mismatch(path, "must be within %v and %v", f.Low, f.High)
			}
			return nil
		}
	case []any:
		if f.Kind == IsList {
			return f.checkList(path, x)
		}
	case map[string]any:
		if f.Kind == isObject {
			return f.checkObject(path, x)
		}
	}
	if f.Kind == anything {
		return nil
	}
	return mismatch(path, "must be %s", f.Kind)
}

// checkOneOf wants exactly one alternative to fit. When none does, the mismatch is that of the first one whose required
// members are all there, which is the one that the caller meant.
func (f *Form) checkOneOf(path string, v any) *Mismatch {
	fits, wrong := 0, mismatch(path, "must match exactly one schema in oneOf")
	meant := wrong
	for _, one := range f.OneOf {
		switch m := one.check(path, v); {
		case m == nil:
			fits++
		case m.Missing == "" && meant == wrong:
			meant = m
		}
	}
	switch fits {
	case 0:
		return meant
	case 1:
		return nil
	default:
		return wrong
	}
}

func (f *Form) checkText(path, s string) *Mismatch {
	n := utf8.RuneCountInString(s)
	switch {
	case n < f.Least:
		return mismatch(path, "must NOT have fewer than %d characters", f.Least)
	case f.Most > 0 && n > f.Most:
		return mismatch(path, "must NOT have more than %d characters", f.Most)
	case f.Pattern != nil && !f.Pattern.MatchString(s):
		return mismatch(path, "must match pattern %q", f.Pattern)
	case len(f.Allowed) > 0 && !slices.Contains(f.Allowed, s):
		return mismatch(path, "must be equal to one of the allowed values")
	case !hasFormat(f.Format, s):
		return mismatch(path, "must match format %q", f.Format)
	}
	return nil
}

func hasFormat(format, s string) bool {
	switch format {
	case "uuid":
		return IsUUID(s)
	case "date-time":
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	default:
		return true
	}
}

func (f *Form) checkList(path string, list []any) *Mismatch {
	switch {
	case len(list) < f.Least:
		return mismatch(path, "must NOT have fewer than %d items", f.Least)
	case f.Most > 0 && len(list) > f.Most:
		return mismatch(path, "must NOT have more than %d items", f.Most)
	}
	for i, v := range list {
		if wrong := f.Items.check(fmt.Sprintf("%s/%d", path, i), v); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (f *Form) checkObject(path string, v map[string]any) *Mismatch {
	for _, name := range f.Required {
		if _, ok := v[name]; !ok {
			return &Mismatch{path: path, Missing: name, words: fmt.Sprintf("must have required property '%s'", name)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		m := f.Members[name]
		switch {
		case m != nil:
			if wrong := m.check(path+"/"+name, v[name]); wrong != nil {
				return wrong
			}
		case f.Others != nil:
			if wrong := f.Others.check(path+"/"+name, v[name]); wrong != nil {
				return wrong
			}
		case f.Closed:
			return mismatch(path, "must NOT have additional properties: %s", name)
		}
	}
	return nil
}

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// IsUUID reports whether the text has the form of a UUID.
func IsUUID(s string) bool { return uuidForm.MatchString(s) }
