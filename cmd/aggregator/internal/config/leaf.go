package config

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// variableText is a value from the environment: untyped text, to be read as whatever its key wants.
type variableText string

// leaf decodes a single value. A problem leaves the default in place.
func (d decoder) leaf(raw any, into reflect.Value, key string) {
	switch target := into.Addr().Interface().(type) {
	case *time.Duration:
		written[time.Duration]{durationFix, parseDuration}.text(d, raw, key, target)
	case *Size:
		if n, ok := raw.(int); ok {
			raw = strconv.Itoa(n)
		}
		written[Size]{"write a whole number with B, KiB, MiB or GiB, such as 256MiB", ParseSize}.text(d, raw, key, target)
	case *time.Time:
		d.instant(raw, key, target)
	case *Secret:
		if text, ok := d.text(raw, key); ok {
			*target = NewSecret(text)
		}
	case *bool:
		written[bool]{"write true or false", strconv.ParseBool}.typed(d, raw, key, target)
	case *int:
		written[int]{"write a whole number", strconv.Atoi}.typed(d, raw, key, target)
	case *float64:
		if n, ok := raw.(int); ok {
			raw = float64(n)
		}
		written[float64]{"write a number", parseFinite}.typed(d, raw, key, target)
	default: // string, or a type made of it
		if text, ok := d.text(raw, key); ok {
			into.SetString(text)
		}
	}
}

const durationFix = "write a number with its unit, such as 250ms, 15s, 10m, 1h or 14d"

// written is how values of a type are written.
type written[T any] struct {
	fix   string // what a person is to write
	parse func(string) (T, error)
}

// text reads what is written as text in YAML too. The number 0 needs no unit.
func (w written[T]) text(d decoder, raw any, key string, into *T) {
	if raw == 0 {
		raw = "0"
	}
	text, ok := asText(raw)
	if !ok {
		d.add(key, "holds "+describe(raw), w.fix)
		return
	}
	v, err := w.parse(text)
	if err != nil {
		d.add(key, quote(text)+" cannot be read", w.fix)
		return
	}
	*into = v
}

// typed reads what YAML has a type for; only the environment writes it as text.
func (w written[T]) typed(d decoder, raw any, key string, into *T) {
	if text, ok := raw.(variableText); ok {
		v, err := w.parse(string(text))
		if err != nil {
			d.add(key, quote(string(text))+" cannot be read", w.fix)
			return
		}
		raw = v
	}
	v, ok := raw.(T)
	if f, isFloat := raw.(float64); !ok || isFloat && !finite(f) {
		d.add(key, "holds "+describe(raw), w.fix)
		return
	}
	*into = v
}

func parseFinite(text string) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err == nil && !finite(f) {
		err = strconv.ErrRange
	}
	return f, err
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// instant reads RFC 3339; YAML reads an unquoted one by itself. Empty is the zero time.
func (d decoder) instant(raw any, key string, into *time.Time) {
	if t, ok := raw.(time.Time); ok {
		*into = t
		return
	}
	text, ok := asText(raw)
	if ok && text == "" {
		*into = time.Time{}
		return
	}
	t, err := time.Parse(time.RFC3339, text)
	if !ok || err != nil {
		d.add(key, "is not an instant", "write a date, a time and an offset, such as 2026-11-01T06:00:00-08:00")
		return
	}
	*into = t
}

// text reads a string, following file:/path.
func (d decoder) text(raw any, key string) (string, bool) {
	text, ok := asText(raw)
	if !ok {
		d.add(key, "holds "+describe(raw)+" where a text belongs", "put it into quotes")
		return "", false
	}
	if path, ok := strings.CutPrefix(text, filePrefix); ok {
		return d.fileText(path, key)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		d.add(key, "is not UTF-8 text", "save it as UTF-8")
		return "", false
	}
	return text, true
}

func asText(raw any) (string, bool) {
	switch text := raw.(type) {
	case string:
		return text, true
	case variableText:
		return string(text), true
	default:
		return "", false
	}
}
