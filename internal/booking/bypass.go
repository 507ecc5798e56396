package booking

import (
	"context"
	"io"
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
	Detail    string             // why, as Cache-Status's detail has it (RFC 9211 §2.8), a token; empty: not said

	// Edit leaves out of the body of a success what may not be shown, and says whether the rest is strict
	// (docs/architecture.md §6). nil: bodies go back as they come.
	Edit func(ctx context.Context, body []byte) (edited []byte, strict bool)
}

// status says that the cache was not asked (RFC 9211 §2.2), and why.
func (to *BypassTarget) status() string {
	const bypassed = "timeslots; fwd=bypass"
	if to.Detail == "" {
		return bypassed
	}
	return bypassed + "; detail=" + to.Detail
}

// bypassMethods are those of reads. Some of DexCare's reads are POSTs (docs/dexcare.md §5.4, §6).
var bypassMethods = [...]string{http.MethodGet, http.MethodHead, http.MethodPost}

// Bypass passes a read through: method, query and body as they came, once, to the target. Unlike other calls it ends
// when its client leaves, because it changes nothing. It returns and panics as [Gateway.Serve] does.
func (g *Gateway) Bypass(w http.ResponseWriter, r *http.Request, to BypassTarget, call Call) {
	p := &passThrough{
		route: Route{Operation: to.Operation, Method: r.Method, Path: string(to.Operation), Base: to.Base, Key: to.Key},
		call:  call, started: g.o.Now(), bypass: true, cacheStatus: to.status(), edit: to.Edit, target: to.Path,
	}
	w.Header().Set("Cache-Status", p.cacheStatus)
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

// refusesOurKey reports whether upstream refused a public read for want of a key: the client showed nothing that could be refused. A
// 401 would sign the app's patient out (docs/faults.md rule 3).
func refusesOurKey(r *http.Request, resp *http.Response) bool {
	return len(r.Header.Values("Authorization")) == 0 &&
		(resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden)
}

// maxEdited bounds an answer that is edited. A larger one is refused: it might offer what was just booked.
const maxEdited = 16 << 20

// mayList reports whether an answer has content, and it is of what was asked for.
func mayList(status int) bool {
	return status >= 200 && status <= 299 && status != http.StatusNoContent && status != http.StatusResetContent
}

// ofContent are the headers that speak of a body as it was before it was edited.
var ofContent = [...]string{
	"Content-Length", "Etag", "Last-Modified", "Accept-Ranges", "Content-Range", "Content-Md5", "Digest", "Content-Digest", "Repr-Digest",
}

// relayEdited answers with what upstream said, edited. To HEAD it says no more of a body than GET's answer has
// (RFC 9110 §9.3.2): it has none to edit.
func relayEdited(ctx context.Context, w http.ResponseWriter, resp *http.Response, p *passThrough) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxEdited+1))
	if err != nil || len(body) > maxEdited {
		writeProblem(w, *unreadable(), p)
		return
	}
	copyResponseHeader(w.Header(), resp.Header)
	h := w.Header()
	for _, name := range ofContent {
		h.Del(name)
	}
	h.Set("Cache-Status", p.cacheStatus)
	if p.route.Method == http.MethodHead {
		w.WriteHeader(resp.StatusCode)
		return
	}
	edited, strict := p.edit(ctx, body)
	consistency := "best-effort"
	if strict {
		consistency = "strict"
	}
	h.Set("Timeslots-Consistency", consistency)
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(edited) // the client left: nobody to tell
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
