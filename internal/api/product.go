package api

import (
	"net/url"
	"strconv"
	"time"

	"timeslots/internal/timeslot"
)

// useCase is the product of one request: its settings, the name it is counted under, and the name that may travel
// upstream.
type useCase struct {
	Product
	label        string
	switchedBy   string // the product whose switch counts
	upstream     string
	cacheControl []string // of complete answers
	head         []byte   // the same, as bytes
}

// useCases are all that a request can be: the configured products, requests that name none, and those that name
// another.
type useCases struct {
	named          map[string]*useCase
	unnamed, other *useCase
}

func newUseCases(products map[string]Product) useCases {
	u := useCases{named: map[string]*useCase{}}
	for name, p := range products {
		value := cacheControl(p.MaxAge)
		u.named[name] = &useCase{
			Product: p, label: name, switchedBy: name, upstream: name,
			cacheControl: []string{value}, head: []byte("Cache-Control: " + value + crlf),
		}
	}
	unnamed, other := *u.named[DefaultProduct], *u.named[DefaultProduct]
	unnamed.upstream = ""
	other.label, other.upstream = OtherProduct, ""
	u.unnamed, u.other = &unnamed, &other
	return u
}

// product resolves the `product` parameter. Names that are not configured work as "default", count as "other", and do
// not travel: what upstream sees is a closed set, so nobody can vary a shared fetch.
func (s *Server) product(name string) *useCase {
	if name == "" {
		return s.useCases.unnamed
	}
	if use, ok := s.useCases.named[name]; ok {
		return use
	}
	return s.useCases.other
}

// offError says that a product was switched off by an operator.
type offError struct{}

func (*offError) Error() string { return "switched off" }

// off tells whether a request's product is switched off.
func (s *Server) off(use *useCase) bool { return s.opt.Off != nil && s.opt.Off(use.switchedBy) }

// cacheControl lets others keep complete answers as long as the product says, and longer while they revalidate or
// while we are down (RFC 5861).
func cacheControl(maxAge time.Duration) string {
	seconds := int(maxAge / time.Second)
	if seconds <= 0 {
		return "public, no-cache"
	}
	return "public, max-age=" + strconv.Itoa(seconds) +
		", stale-while-revalidate=" + strconv.Itoa(seconds) + ", stale-if-error=" + strconv.Itoa(10*seconds)
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
