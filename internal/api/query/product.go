package query

import (
	"net/url"
	"strings"
	"unicode"

	"timeslots/internal/timeslot"
)

// Product reads the parameter from parsed values; more than one, or one of a wrong form, is a violation.
func Product(values url.Values) (string, *timeslot.Violation) {
	named, ok := values["product"]
	if !ok {
		return "", nil
	}
	if len(named) != 1 || !productGrammar.MatchString(named[0]) {
		return "", &timeslot.Violation{
			Parameter: "product", Detail: "not one name of 1 to 64 letters, digits, '.', '_' and '-'",
			Fix: "name the use case once, for example product=findadoctor",
		}
	}
	return named[0], nil
}

// NamedProduct is the first product in a raw query that can be read, however it is written: given twice, as a list, with
// blanks, after a semicolon, beside what is odd. Whose request it is must not depend on how it is put. Empty: it names none.
func NamedProduct(raw string) string {
	for parameter := range strings.FieldsFuncSeq(raw, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, _ := strings.Cut(parameter, "=")
		if name, err := url.QueryUnescape(name); err != nil || !isProduct(name) {
			continue
		}
		value, err := url.QueryUnescape(value)
		if value = strings.TrimFunc(value, isBlank); err == nil && productGrammar.MatchString(value) {
			return value
		}
	}
	return ""
}

func isProduct(name string) bool {
	name, _, _ = strings.Cut(strings.TrimFunc(name, isBlank), "[") // a list's brackets
	return name == "product"
}

func isBlank(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }
