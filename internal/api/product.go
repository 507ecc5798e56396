package api

import (
	"errors"
	"sync/atomic"

	"timeslots/internal/api/query"
	"timeslots/internal/api/response"

	"github.com/labstack/echo/v4"
)

// useCase is the product of one request: its settings, the name it is counted under, and the name that may travel
// upstream.
type useCase struct {
	Product
	label      string
	switchedBy string // the product whose switch counts
	upstream   string
	lifetime   *response.Lifetime // of its answers, for others
	shownAs    int                // under which [timeslot.Servings] count it
	asked      *atomic.Int64      // of one that is not configured; nil: not counted
}

// useCases are all that a request can be: the configured products, by their names and aliases, requests that name none, and those that name
// another.
type useCases struct {
	named          map[string]*useCase
	unnamed, other *useCase
}

func newUseCases(products map[string]Product, meter Meter) useCases {
	u := useCases{named: map[string]*useCase{}}
	for name, p := range products {
		use := useCase{Product: p, label: name, switchedBy: name, upstream: name, lifetime: response.NewLifetime(p.MaxAge)}
		if meter != nil {
			use.shownAs = meter.Product(name)
		}
		u.named[name] = &use
		for _, alias := range p.Aliases {
			other := use
			other.upstream = alias
			u.named[alias] = &other
		}
	}
	unnamed, other := *u.named[DefaultProduct], *u.named[DefaultProduct]
	unnamed.upstream = ""
	other.label, other.upstream = OtherProduct, ""
	if meter != nil {
		other.shownAs = meter.Product(OtherProduct)
	}
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
	return s.unknown(name)
}

// unknown is a product that is not configured.
func (s *Server) unknown(name string) *useCase {
	if s.opt.UnknownProduct == nil {
		return s.useCases.other
	}
	use := *s.useCases.other
	use.asked = s.opt.UnknownProduct(name)
	use.count()
	return &use
}

// count counts a request of a product that is not configured.
func (u *useCase) count() {
	if u.asked != nil {
		u.asked.Add(1)
	}
}

// productOf is that of a request of DexCare's own, which upstream judges the parameter of: it counts also where it is
// written so oddly that the read passes through, or a switch could be passed by. It is noted in the record.
func (s *Server) productOf(c echo.Context) *useCase {
	use := s.product(query.NamedProduct(c.Request().URL.RawQuery))
	recordOf(c).Product = use.label
	return use
}

// errOff says that a product was switched off by an operator.
var errOff = errors.New("switched off")

// off reports whether a request's product is switched off.
func (s *Server) off(use *useCase) bool { return s.opt.Off != nil && s.opt.Off(use.switchedBy) }
