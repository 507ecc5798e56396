package booking

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// BypassTarget is where a read goes that must not be answered from a cache, since it carries credentials or a patient
// (docs/interface.md §3.3).
type BypassTarget struct {
	Base      Base
	Key       Key
	Path      string             // below the base, escaped, without a query
	Operation timeslot.Operation // for metrics and the log
}

// bypassed says that the cache was not asked (RFC 9211 §2.2).
const bypassed = "timeslots; fwd=bypass"

// bypassMethods are those of reads. Some of DexCare's reads are POSTs (docs/dexcare.md §5.4, §6).
var bypassMethods = [...]string{http.MethodGet, http.MethodHead, http.MethodPost}

// Bypass passes a read through: method, query and body as they came, once, to the target. Unlike other calls it ends
// when its client leaves, because it changes nothing. It returns and panics as [Gateway.Serve] does.
func (g *Gateway) Bypass(w http.ResponseWriter, r *http.Request, to BypassTarget, call Call) {
	p := &passThrough{
		route: Route{Operation: to.Operation, Method: r.Method, Path: string(to.Operation), Base: to.Base, Key: to.Key},
		call:  call, started: g.o.Now(), bypass: true, target: to.Path,
	}
	w.Header().Set("Cache-Status", bypassed)
	if !g.offers(p.route) || !isPath(to.Path) || !slices.Contains(bypassMethods[:], r.Method) {
		NoRoute(w)
		return
	}
	if refusal := g.examine(w, r, p); refusal != nil {
		g.refuse(r.Context(), w, p, refusal)
		return
	}
	g.pass(r.Context(), w, r, p)
}

// isPath refuses what would lead out of the target: the edge has checked its parts, this checks the whole.
func isPath(escaped string) bool {
	if !strings.HasPrefix(escaped, "/") || strings.ContainsAny(escaped, "?#\\") {
		return false
	}
	return !slices.ContainsFunc(strings.Split(escaped[1:], "/"), func(segment string) bool {
		text, err := url.PathUnescape(segment)
		return err != nil || text == "" || text == "." || text == ".." || strings.ContainsAny(text, "/\\%\x00")
	})
}
