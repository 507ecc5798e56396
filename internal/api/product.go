package api

import (
	"net/url"

	"timeslots/internal/timeslot"
)

// useCase is the product of one request: its settings, the name it is counted under, and the name that may travel
// upstream.
type useCase struct {
	Product
	label    string
	upstream string
}

// product resolves the `product` parameter. Names that are not configured work as "default", count as "other", and do
// not travel: what upstream sees is a closed set, so nobody can vary a shared fetch.
func (s *Server) product(name string) useCase {
	if name == "" {
		return useCase{Product: s.opt.Products[DefaultProduct], label: DefaultProduct}
	}
	if p, ok := s.opt.Products[name]; ok {
		return useCase{Product: p, label: name, upstream: name}
	}
	return useCase{Product: s.opt.Products[DefaultProduct], label: OtherProduct}
}

// productName reads the parameter from parsed values; more than one, or one of a wrong form, is a violation.
func productName(values url.Values) (string, *timeslot.Violation) {
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
