package door

import (
	"net/http"
	"strings"

	"github.com/rs/cors"
)

// crossOrigin lets pages of other origins read answers. Its headers are added to each answer as it is served; none of
// them is part of what is cached. Credentials are never allowed: a page sends its token as a header of its own, and
// cookies mean nothing here. The zero value adds nothing.
type crossOrigin struct{ search, check, dropIn *cors.Cors }

// What pages may send and read beyond what every page may.
var (
	allowedHeaders = []string{
		"Accept", "Accept-Language", "Authorization", "Content-Type", "Correlation-Id", "Domain", "Idempotency-Key",
		"If-None-Match", "Traceparent", "Tracestate", "X-Api-Key",
	}
	exposedHeaders = []string{"Age", "Cache-Status", "Correlation-Id", "ETag", "Retry-After", "Timeslots-Consistency"}
)

// checkRoute is the one search that is a POST: pages ask whether a chosen slot is still there.
const checkRoute = "/v1/timeslots/check"

// preflightLife is how long a browser may remember a permission, in seconds. No browser keeps one longer.
const preflightLife = 7200

// newCrossOrigin allows exactly these origins, or every one for "*" alone.
func newCrossOrigin(origins []string) crossOrigin {
	if len(origins) == 0 {
		return crossOrigin{}
	}
	const get, head, post, put, del = http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete
	return crossOrigin{search: newPolicy(origins, get, head), check: newPolicy(origins, post), dropIn: newPolicy(origins, get, head, post, put, del)}
}

func newPolicy(origins []string, methods ...string) *cors.Cors {
	opt := cors.Options{
		AllowedOrigins: origins, AllowedMethods: methods, AllowedHeaders: allowedHeaders,
		ExposedHeaders: exposedHeaders, MaxAge: preflightLife,
	}
	if origins[0] != "*" {
		allowed := make(map[string]struct{}, len(origins))
		for _, origin := range origins {
			allowed[origin] = struct{}{}
		}
		opt.AllowOriginVaryRequestFunc = func(r *http.Request, origin string) (bool, []string) {
			_, ok := allowed[origin] // byte for byte; the library's own list disregards case
			return ok && len(r.Header["Origin"]) == 1, nil
		}
	}
	return cors.New(opt)
}

// answer adds the headers for the request's origin. A preflight ends here.
func (c crossOrigin) answer(w http.ResponseWriter, r *http.Request) (done bool) {
	var policy *cors.Cors
	switch path := r.URL.Path; {
	case path == checkRoute:
		policy = c.check
	case strings.HasPrefix(path, "/v1/"):
		policy = c.search
	case strings.HasPrefix(path, dropIn):
		policy = c.dropIn
	}
	if policy == nil {
		return false
	}
	policy.HandlerFunc(w, r)
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}
