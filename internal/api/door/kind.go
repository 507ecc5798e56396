package door

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Names of products in metrics.
const (
	defaultProduct = "default" // serves those that are not configured
	otherProduct   = "other"   // what they are counted as
)

// dropIn is where DexCare's own routes are, and the calls that are passed through (docs/interface.md §3.3).
const dropIn = "/dexcare/"

// kind is what the door needs to know of a request.
type kind struct {
	product  string // as it is counted: a configured name, or otherProduct
	booking  bool
	secret   bool          // of Options.Secrets
	limit    int64         // of reads in flight, for this one to come in
	patience time.Duration // until the last byte of its answer is out
}

// use is how the requests of one product are let in.
type use struct {
	name     string
	limit    int64
	patience time.Duration
}

func (r *rules) kindOf(req *http.Request) kind {
	k := kind{product: defaultProduct}
	name := productOf(req.URL.RawQuery)
	use, configured := r.products[name]
	switch {
	case name == "":
		use = r.products[defaultProduct]
	case configured:
		k.product = use.name
	default:
		k.product, use = otherProduct, r.products[defaultProduct]
	}
	k.limit, k.patience = use.limit, use.patience
	path := pathOf(req)
	if strings.HasPrefix(path, dropIn) {
		k.booking, k.secret, k.patience = r.bookings.has(path), r.secrets.has(path), r.passing
		if r.first.has(path) {
			k.limit = max(1, r.room.reads/4)
		}
	}
	return k
}

// pathOf is the path as the router reads it: "%2F" ends no segment.
func pathOf(r *http.Request) string { return cmp.Or(r.URL.RawPath, r.URL.Path) }

// productOf finds the first product in a raw query, as query.NamedProduct does. It decodes nothing but blanks: a name that
// needs it is none that is configured. A client that names another product gains what that product has, and no more.
func productOf(query string) string {
	for query != "" {
		parameter := query
		if end := strings.IndexAny(query, "&;"); end >= 0 {
			parameter, query = query[:end], query[end+1:]
		} else {
			query = ""
		}
		name, ok := strings.CutPrefix(parameter, "product=")
		if !ok {
			name, ok = strings.CutPrefix(parameter, "product[]=")
		}
		if name = trimBlanks(name); ok && name != "" {
			return name
		}
	}
	return ""
}

// trimBlanks leaves out blanks at the ends, as they are written in a query.
func trimBlanks(name string) string {
	for {
		before := len(name)
		name = strings.Trim(name, "+ ")
		name = strings.TrimSuffix(strings.TrimPrefix(name, "%20"), "%20")
		if len(name) == before {
			return name
		}
	}
}

// routes are patterns in the manner of echo, each as its segments.
type routes [][]string

func newRoutes(patterns []string) (r routes) {
	for _, pattern := range patterns {
		r = append(r, strings.Split(pattern, "/"))
	}
	return r
}

func (r routes) has(path string) bool {
	segments := strings.Split(path, "/")
	return slices.ContainsFunc(r, func(pattern []string) bool { return matches(pattern, segments) })
}

// matches reports whether a path has the form of a pattern, where ":name" stands for a segment and "*" for the rest.
func matches(pattern, path []string) bool {
	for i, want := range pattern {
		switch {
		case want == "*":
			return len(path) > i
		case i >= len(path) || want != path[i] && !strings.HasPrefix(want, ":"):
			return false
		}
	}
	return len(path) == len(pattern)
}
