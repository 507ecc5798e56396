package booking

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// admit checks everything that can be checked without upstream, reads the body whole and enters the idempotency key. A
// call that fails here was not sent. The body's own content is upstream's to judge.
func (g *Gateway) admit(w http.ResponseWriter, r *http.Request, p *passThrough) (refusal *problem.Document) {
	if !g.offers(p.route) {
		return noRoute
	}
	if p.target, p.visitID, refusal = p.route.locate(r.URL); refusal != nil {
		return refusal
	}
	if p.route.Partner && !g.partners.Load().admits(r.Header) {
		return partnerKeyRequired()
	}
	switch {
	case p.route.Token == BearerToken && !hasBearerToken(r.Header):
		return tokenRequired()
	case p.route.Token == AnyToken && !hasAnyToken(r.Header):
		return authorizationRequired()
	}
	if refusal := g.examine(w, r, p); refusal != nil {
		return refusal
	}
	return g.begin(r, p)
}

// examine checks how the request is framed, and reads its body.
func (g *Gateway) examine(w http.ResponseWriter, r *http.Request, p *passThrough) (refusal *problem.Document) {
	if !namesHopsOnly(r.Header) {
		return badRequest(timeslot.Violation{
			Parameter: "Connection", Detail: "names a header that is meant for upstream",
			Fix: "name connection options only, such as close or keep-alive",
		})
	}
	if isEncoded(r.Header) {
		return encodedBody()
	}
	p.body, refusal = g.read(w, r)
	return refusal
}

func (g *Gateway) read(w http.ResponseWriter, r *http.Request) (sealed, *problem.Document) {
	if r.ContentLength > g.o.MaxBody {
		w.Header().Set("Connection", "close") // else the server waits for the body before it answers
		return sealed{}, bodyTooLarge()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.o.MaxBody))
	if err == nil {
		return sealed{body}, nil
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return sealed{}, bodyTooLarge()
	}
	return sealed{}, badRequest(timeslot.Violation{
		Parameter: "body", Detail: "ended early or is malformed", Fix: "send it again, whole",
	})
}

// hasBearerToken asks for exactly one token; what is in it is between the patient and upstream (docs/dexcare.md §1.2). With
// two, we and upstream might disagree on which one counts.
func hasBearerToken(h http.Header) bool {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	return strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(token) != ""
}

// hasAnyToken asks for exactly one Authorization, whatever its scheme.
func hasAnyToken(h http.Header) bool {
	values := h.Values("Authorization")
	return len(values) == 1 && strings.TrimSpace(values[0]) != ""
}

// namesHopsOnly refuses a Connection header that asks to drop a header on the way: "Connection: Authorization" must
// not turn a patient's call into an anonymous one (docs/faults.md §2 E). Only the options of RFC 9110 §7.6.1 itself may stand
// there.
func namesHopsOnly(h http.Header) bool {
	for option := range connectionOptions(h) {
		if option != "Close" && !slices.Contains(hopByHop[:], option) {
			return false
		}
	}
	return true
}

func isEncoded(h http.Header) bool {
	for _, value := range h.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(value, ",") {
			coding = strings.TrimSpace(coding)
			if coding != "" && !strings.EqualFold(coding, "identity") {
				return true
			}
		}
	}
	return false
}
