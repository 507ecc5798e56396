package query

import (
	"net/url"

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
