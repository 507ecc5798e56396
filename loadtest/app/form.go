package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// form is what a part of an answer must be. It gives the first mistake, or nothing.
type form func(part any) *mistake

// mistake is what the SDK could not decode.
type mistake struct {
	field string // its path, from the part on
	wrong string
}

// below puts a mistake into the path of what it is part of.
func (m *mistake) below(name string) *mistake {
	if m.field != "" && !strings.HasPrefix(m.field, "[") {
		name += "."
	}
	return &mistake{name + m.field, m.wrong}
}

// absent stands for a member that an object does not have.
type absent struct{}

// read decodes a document, of which nothing may be left, and looks at its form.
func read(document []byte, f form) *mistake {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	var whole any
	if err := d.Decode(&whole); err != nil {
		return &mistake{wrong: fmt.Sprintf("is no JSON: %v: %.80q", err, document)}
	}
	if _, err := d.Token(); err != io.EOF {
		return &mistake{wrong: "has something behind it"}
	}
	return f(whole)
}

// members is an object that has at least these.
func members(needed map[string]form) form {
	names := slices.Sorted(maps.Keys(needed))
	return func(part any) *mistake {
		o, ok := part.(map[string]any)
		if !ok {
			return not("an object", part)
		}
		for _, name := range names {
			value, ok := o[name]
			if !ok {
				value = absent{}
			}
			if m := needed[name](value); m != nil {
				return m.below(name)
			}
		}
		return nil
	}
}

// each is a list of elements, of which one bad one spoils all.
func each(element form) form {
	return func(part any) *mistake {
		list, ok := part.([]any)
		if !ok {
			return not("a list", part)
		}
		for i, e := range list {
			if m := element(e); m != nil {
				return m.below(fmt.Sprintf("[%d]", i))
			}
		}
		return nil
	}
}

// byName is an object whose names are data.
func byName(element form) form {
	return func(part any) *mistake {
		o, ok := part.(map[string]any)
		if !ok {
			return not("an object", part)
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if m := element(o[name]); m != nil {
				return m.below("[" + name + "]")
			}
		}
		return nil
	}
}

// maybe may be missing or null, and otherwise is as f wants it.
func maybe(f form) form {
	return func(part any) *mistake {
		if _, missing := part.(absent); missing || part == nil {
			return nil
		}
		return f(part)
	}
}

func not(what string, part any) *mistake {
	switch part := part.(type) {
	case absent:
		return &mistake{wrong: "is missing"}
	case nil:
		return &mistake{wrong: "is null"}
	default:
		text, _ := json.Marshal(part) // it was decoded from JSON
		return &mistake{wrong: fmt.Sprintf("is not %s: %.60s", what, text)}
	}
}

func text(part any) *mistake {
	if _, ok := part.(string); !ok {
		return not("a text", part)
	}
	return nil
}

func boolean(part any) *mistake {
	if _, ok := part.(bool); !ok {
		return not("true or false", part)
	}
	return nil
}

func number(part any) *mistake {
	if _, ok := part.(json.Number); !ok {
		return not("a number", part)
	}
	return nil
}

var (
	wholeNumber = regexp.MustCompile(`^-?\d+(\.0+)?$`)
	digits      = regexp.MustCompile(`^\d+$`)
)

// integer is a number without a fraction; 20.0 has none.
func integer(part any) *mistake {
	n, ok := part.(json.Number)
	if !ok || !wholeNumber.MatchString(n.String()) {
		return not("a whole number", part)
	}
	return nil
}

// minutes is a duration: a whole number, or a text of digits.
func minutes(part any) *mistake {
	if s, ok := part.(string); ok && digits.MatchString(s) {
		return nil
	}
	if integer(part) != nil {
		return not("a whole number or a text of digits", part)
	}
	return nil
}

// address is a URL.
func address(part any) *mistake {
	s, ok := part.(string)
	if u, err := url.Parse(s); !ok || err != nil || s == "" || u.Path == "" && u.Host == "" || strings.ContainsAny(s, " \t\n") {
		return not("a URL", part)
	}
	return nil
}

// word is one of a few, where another spoils the answer.
func word(words ...string) form {
	return func(part any) *mistake {
		if s, ok := part.(string); !ok || !slices.Contains(words, s) {
			return not("one of "+strings.Join(words, ", "), part)
		}
		return nil
	}
}

// The ways in which the SDK reads times. Each knows its own form alone.
var (
	plainTime    = moment("a time with an offset and without a fraction", `T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})`)
	millis       = moment("a time in UTC with three decimals", `T\d{2}:\d{2}:\d{2}\.\d{3}Z`)
	fractionTime = moment("a time with a fraction and an offset", `T\d{2}:\d{2}:\d{2}\.\d{3}(Z|[+-]\d{2}:\d{2})`)
	utcTime      = moment("a time in UTC without a fraction", `T\d{2}:\d{2}:\d{2}Z`)
	day          = moment("a day", ``)
)

func moment(what, ofDay string) form {
	layout, grammar := time.RFC3339, regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`+ofDay+`$`)
	if ofDay == "" {
		layout = time.DateOnly
	}
	return func(part any) *mistake {
		s, ok := part.(string)
		if !ok || !grammar.MatchString(s) {
			return not(what, part)
		}
		if _, err := time.Parse(layout, s); err != nil {
			return not(what, part)
		}
		return nil
	}
}
