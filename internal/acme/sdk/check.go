// Package sdk reads answers as DexCare's own mobile SDK does: strictly, so that one field that is missing or of another kind
// makes the whole answer useless to an app. It is for tests of whatever stands where DexCare does.
//
//	call, body ──▶ Needs[call] ──▶ Check ──▶ the first field that the SDK would stumble over
package sdk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Check reports the first field of a successful answer that the SDK could not read, by its path. Kinds are "text", "flag",
// "number", "int", "digits" (an int, or a text of digits), "object", "url", "day" (2030-03-04), four kinds of times, and
// words separated by "|", of which the text must be one. Times are "plain" (Z or an offset, no fraction), "zulu" (Z, no
// fraction), "millis" (three decimals and Z) and "offset" (three decimals and Z or an offset). Other fields are ignored.
func Check(call string, body []byte) error {
	needs, known := Needs[call]
	switch {
	case !known:
		return fmt.Errorf("there is no call %q", call)
	case needs == Ignored:
		return nil
	case needs == Text && utf8.Valid(body):
		return nil
	case needs == Text:
		return fmt.Errorf("call %s: the body is no UTF-8", call)
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("call %s: the body is no JSON: %w", call, err)
	}
	for field := range strings.FieldsSeq(needs) {
		path, kind, _ := strings.Cut(field, ":")
		last := strings.LastIndexByte(path, '.') + 1
		for name := range strings.SplitSeq(path[last:], ",") {
			if err := walk("", v, path[:last]+name, kind); err != nil {
				return fmt.Errorf("call %s: %w", call, err)
			}
		}
	}
	return nil
}

// walk follows the path from a value that lies at where, into every element on its way.
func walk(where string, v any, path, kind string) error {
	if path == "" {
		if !is(v, kind) {
			return no(kind, where, v)
		}
		return nil
	}
	step, rest, _ := strings.Cut(path, ".")
	name := strings.TrimRight(step, "?[]{}")
	inside, optional := strings.CutPrefix(step[len(name):], "?")
	if name != "" {
		parent, ok := v.(map[string]any)
		if !ok {
			return no("object", where, v)
		}
		where = strings.TrimPrefix(where+"."+name, ".")
		switch v = parent[name]; {
		case v == nil && optional:
			return nil
		case v == nil:
			return errors.New(where + " is missing")
		}
	}
	return into(place{where, v}, inside, rest, kind)
}

// place is a value and where it lies.
type place struct {
	where string
	v     any
}

// into goes on with what is inside: the value itself, with "[]" the elements of a list, with "{}" the members of an object.
func into(p place, inside, rest, kind string) error {
	list, isList := p.v.([]any)
	object, isObject := p.v.(map[string]any)
	var all []place
	switch {
	case inside == "":
		return walk(p.where, p.v, rest, kind)
	case inside[:2] == "[]" && isList:
		for i, v := range list {
			all = append(all, place{fmt.Sprintf("%s[%d]", p.where, i), v})
		}
	case inside[:2] == "{}" && isObject:
		for _, name := range slices.Sorted(maps.Keys(object)) {
			all = append(all, place{p.where + "." + name, object[name]})
		}
	default:
		return no(map[string]string{"[]": "list", "{}": "object"}[inside[:2]], p.where, p.v)
	}
	for _, next := range all {
		if err := into(next, inside[2:], rest, kind); err != nil {
			return err
		}
	}
	return nil
}

func no(kind, where string, v any) error {
	return fmt.Errorf("%s is no %s: %.80s", cmp.Or(where, "the body"), kind, fmt.Sprint(v))
}

var layouts = map[string]string{
	"day": time.DateOnly, "plain": "2006-01-02T15:04:05Z07:00", "zulu": "2006-01-02T15:04:05Z",
	"millis": "2006-01-02T15:04:05.000Z", "offset": "2006-01-02T15:04:05.000Z07:00",
}

// isTime is stricter than Go, which reads a fraction behind any seconds, and hours of one digit.
func isTime(text, layout string) bool {
	_, err := time.Parse(layout, text)
	short := len(strings.TrimSuffix(layout, "07:00"))
	return err == nil && (len(text) == len(layout) || len(text) == short) &&
		strings.Count(text, ".") == strings.Count(layout, ".") && !strings.Contains(text, ",")
}

func is(v any, kind string) bool {
	text, isText := v.(string)
	number, isNumber := v.(float64)
	_, isFlag := v.(bool)
	_, isObject := v.(map[string]any)
	_, noDigits := strconv.Atoi(text)
	_, noURL := url.ParseRequestURI(text)
	whole := isNumber && number == math.Trunc(number)
	known := map[string]bool{
		"text": isText, "flag": isFlag, "object": isObject, "number": isNumber, "int": whole,
		"digits": whole || noDigits == nil, "url": noURL == nil,
	}
	if yes, ok := known[kind]; ok {
		return yes
	}
	if layout := layouts[kind]; layout != "" {
		return isTime(text, layout)
	}
	return isText && slices.Contains(strings.Split(kind, "|"), text)
}
